//! The folder of an archive: whose it is, and whether it is finished.

use std::path::{Path, PathBuf};

use atproto::syntax::Did;
use tokio::fs;

use super::files::{FileWriter, fail, read_whole};
use super::{ArchiveError, Label, MANIFEST, Manifest, UNFINISHED, VERSION};
use crate::data_folder::{self, FolderLock};

/// A folder that is being written, by this process alone.
pub(super) struct WritableFolder {
    pub(super) path: PathBuf,
    _lock: FolderLock,
}

impl WritableFolder {
    /// Begins an archive of a hold, or takes up an earlier one of it. From here on it counts as unfinished.
    pub(super) async fn begin(path: &Path, did: &Did) -> Result<Self, ArchiveError> {
        let is_new = !path.exists();
        data_folder::prepare(path)?;
        let is_empty = is_new || is_empty(path).await?;
        let label = match find_label(path).await? {
            Some(label) => label,
            None if is_empty => Label {
                version: VERSION,
                did: did.clone(),
            },
            None => {
                return Err(ArchiveError::NotEmptyFolder {
                    path: path.to_owned(),
                });
            }
        };
        check_version(path, label.version)?;
        if label.did != *did {
            return Err(ArchiveError::OtherHold {
                path: path.to_owned(),
                found: label.did,
                ours: did.clone(),
            });
        }
        let folder = Self {
            path: path.to_owned(),
            _lock: data_folder::lock(path)?,
        };
        write_json(&path.join(UNFINISHED), &label).await?;
        let manifest = path.join(MANIFEST);
        match fs::remove_file(&manifest).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(fail(&manifest, "replaced")(error))
            }
            _ => Ok(folder),
        }
    }

    /// Says that everything is there.
    pub(super) async fn finish(&self, manifest: &Manifest) -> Result<(), ArchiveError> {
        write_json(&self.path.join(MANIFEST), manifest).await?;
        let unfinished = self.path.join(UNFINISHED);
        let removed = fs::remove_file(&unfinished).await;
        removed.map_err(fail(&unfinished, "removed"))
    }
}

/// What a finished archive has.
pub(super) async fn read_manifest(folder: &Path) -> Result<Manifest, ArchiveError> {
    let path = folder.to_owned();
    let Some(content) = read_whole(&folder.join(MANIFEST)).await? else {
        return Err(match find_label(folder).await? {
            Some(_) => ArchiveError::Unfinished { path },
            None => ArchiveError::NoArchive { path },
        });
    };
    let label: Label = parse(&content, MANIFEST)?;
    check_version(folder, label.version)?;
    parse(&content, MANIFEST)
}

async fn find_label(folder: &Path) -> Result<Option<Label>, ArchiveError> {
    for name in [MANIFEST, UNFINISHED] {
        if let Some(content) = read_whole(&folder.join(name)).await? {
            return parse(&content, name).map(Some);
        }
    }
    Ok(None)
}

fn check_version(folder: &Path, version: u32) -> Result<(), ArchiveError> {
    if version == VERSION {
        return Ok(());
    }
    Err(ArchiveError::OtherVersion {
        path: folder.to_owned(),
        version,
    })
}

fn parse<T: serde::de::DeserializeOwned>(content: &[u8], file: &str) -> Result<T, ArchiveError> {
    serde_json::from_slice(content).map_err(|error| ArchiveError::Damaged {
        file: file.to_owned(),
        reason: error.to_string(),
    })
}

async fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), ArchiveError> {
    let mut json = serde_json::to_vec_pretty(value).expect("texts and numbers become JSON");
    json.push(b'\n');
    let mut file = FileWriter::create(path.to_owned()).await?;
    file.write(&json).await?;
    file.finish().await.map(drop)
}

/// Whether there is nothing but what a lock leaves.
async fn is_empty(folder: &Path) -> Result<bool, ArchiveError> {
    let fail = fail(folder, "read");
    let mut entries = fs::read_dir(folder).await.map_err(&fail)?;
    while let Some(entry) = entries.next_entry().await.map_err(&fail)? {
        if entry.file_name() != ".lock" {
            return Ok(false);
        }
    }
    Ok(true)
}
