//! `[blob_store]`: where blobs lie.

use std::path::{Path, PathBuf};

use super::settings::{STORAGE_DRIVER, STORAGE_ROOT_DIR};
use super::source::Reader;
use super::value;

/// Where blobs lie.
#[derive(Debug, Clone)]
pub enum BlobStoreConfig {
    /// Files below a folder.
    Filesystem {
        /// The folder.
        root_dir: PathBuf,
    },
}

pub(super) fn read(reader: &mut Reader, data_dir: Option<&Path>) -> Option<BlobStoreConfig> {
    let driver = reader.value(&STORAGE_DRIVER, |text| Some(text.to_owned()));
    let root_dir = reader.optional(&STORAGE_ROOT_DIR, value::path);
    let root_dir = match root_dir {
        Some(path) => Some(path),
        None => data_dir.map(|folder| folder.join("blobs")),
    };
    match driver?.as_str() {
        "filesystem" => Some(BlobStoreConfig::Filesystem {
            root_dir: root_dir?,
        }),
        "s3" => {
            let message = "found \"s3\", which comes with a later release; expected filesystem";
            reader.refuse(&STORAGE_DRIVER, message.to_owned());
            None
        }
        other => {
            reader.refuse(
                &STORAGE_DRIVER,
                format!("found {other:?}; expected {}", STORAGE_DRIVER.expects),
            );
            None
        }
    }
}
