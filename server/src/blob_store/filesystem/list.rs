//! What lies in the folder of blobs, one folder of it at a time.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use oci::DigestAlgorithm;

use super::super::keys::{BLOBS, digest_of_key};
use super::super::{BlobStoreError, StoredBlob, StoredBlobs, unix_millis};
use super::folders::Folders;
use super::on_blocking_thread;

/// As [`BlobStore::list_blobs`](super::super::BlobStore::list_blobs).
pub(super) fn list(folders: &Arc<Folders>) -> StoredBlobs {
    let above = DigestAlgorithm::ALL.map(|algorithm| format!("{BLOBS}/{algorithm}"));
    let root = folders.path("");
    futures::stream::iter(above)
        .then(move |above| {
            let root = root.clone();
            on_blocking_thread(move || {
                let folders = names_in(&root.join(&above))?.into_iter();
                let folders = folders.map(move |name| (root.clone(), format!("{above}/{name}")));
                Ok(futures::stream::iter(folders.map(Ok)))
            })
        })
        .try_flatten()
        .and_then(|(root, folder)| {
            on_blocking_thread(move || {
                let blobs = blobs_in(&root, &folder)?;
                Ok(futures::stream::iter(blobs.into_iter().map(Ok)))
            })
        })
        .try_flatten()
        .boxed()
}

/// What a folder has, or nothing where there is none.
fn names_in(folder: &Path) -> Result<Vec<String>, BlobStoreError> {
    let fail = BlobStoreError::while_trying_to("list a folder of blobs");
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(fail(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        // Other names are none of ours.
        if let Ok(name) = entry.map_err(&fail)?.file_name().into_string() {
            names.push(name);
        }
    }
    Ok(names)
}

fn blobs_in(root: &Path, folder: &str) -> Result<Vec<StoredBlob>, BlobStoreError> {
    let mut blobs = Vec::new();
    for name in names_in(&root.join(folder))? {
        let key = format!("{folder}/{name}");
        let Some(digest) = digest_of_key(&key) else {
            continue;
        };
        // One that cannot be looked at went away in the meantime.
        if let Ok(metadata) = std::fs::metadata(root.join(&key))
            && metadata.is_file()
            && let Ok(modified) = metadata.modified()
        {
            let modified_at = unix_millis(modified);
            blobs.push(StoredBlob {
                digest,
                modified_at,
            });
        }
    }
    Ok(blobs)
}
