//! `[blob_store]`: where blobs lie.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::settings::{
    AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY, S3_BUCKET, S3_ENDPOINT, S3_PATH_STYLE,
    S3_REDIRECT, STORAGE_DRIVER, STORAGE_ROOT_DIR, Setting,
};
use super::source::Reader;
use super::value::{self, Origin};
use crate::blob_store::S3Settings;

/// Where blobs lie.
#[derive(Debug, Clone)]
pub enum BlobStoreConfig {
    /// Files below a folder, for one process.
    Filesystem {
        /// The folder.
        root_dir: PathBuf,
    },
    /// A bucket, for any number of replicas.
    S3(S3Settings),
}

impl BlobStoreConfig {
    /// What kind of place it is, for everybody: `folder` or `bucket`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Filesystem { .. } => "folder",
            Self::S3(_) => "bucket",
        }
    }

    /// What may be shown: the folder, or the bucket and its service.
    pub fn display(&self) -> String {
        match self {
            Self::Filesystem { root_dir } => root_dir.display().to_string(),
            Self::S3(settings) => {
                let service = settings.endpoint.as_ref().and_then(url::Url::host_str);
                let service = service.unwrap_or("Amazon");
                format!("bucket {} at {service}", settings.bucket)
            }
        }
    }
}

pub(super) fn read(reader: &mut Reader, data_dir: Option<&Path>) -> Option<BlobStoreConfig> {
    let driver = reader.value(&STORAGE_DRIVER, |text| Some(text.to_owned()));
    let root_dir = reader.optional(&STORAGE_ROOT_DIR, value::path);
    let root_dir = match root_dir {
        Some(path) => Some(path),
        None => data_dir.map(|folder| folder.join("blobs")),
    };
    let is_s3 = driver.as_deref() == Some("s3");
    let s3 = read_s3(reader, is_s3);
    match driver?.as_str() {
        "filesystem" => Some(BlobStoreConfig::Filesystem {
            root_dir: root_dir?,
        }),
        "s3" => s3.map(BlobStoreConfig::S3),
        other => {
            reader.refuse(
                &STORAGE_DRIVER,
                format!("found {other:?}; expected {}", STORAGE_DRIVER.expects),
            );
            None
        }
    }
}

/// Reads every setting, so that all problems are found, also those of a driver that is not in use.
fn read_s3(reader: &mut Reader, is_needed: bool) -> Option<S3Settings> {
    let bucket = read_needed(reader, &S3_BUCKET, is_needed);
    let access_key_id = read_needed(reader, &AWS_ACCESS_KEY_ID, is_needed);
    let secret_access_key = read_needed(reader, &AWS_SECRET_ACCESS_KEY, is_needed);
    let endpoint = reader.optional(&S3_ENDPOINT, Origin::parse);
    let path_style = reader.optional(&S3_PATH_STYLE, value::flag);
    let redirect = reader.value(&S3_REDIRECT, value::flag);
    let region = reader.value(&AWS_REGION, read_text);
    Some(S3Settings {
        bucket: bucket?,
        region: region?,
        access_key_id: access_key_id?,
        secret_access_key: SecretString::from(secret_access_key?),
        path_style: path_style.unwrap_or(endpoint.is_some()),
        endpoint: endpoint.map(|origin| origin.url().clone()),
        redirect: redirect?,
    })
}

fn read_needed(reader: &mut Reader, setting: &Setting, is_needed: bool) -> Option<String> {
    if is_needed {
        return reader.value(setting, read_text);
    }
    reader.optional(setting, read_text)
}

fn read_text(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}
