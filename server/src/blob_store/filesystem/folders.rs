//! The folders of the store, and which of them are known to outlive a power cut.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use oci::{Digest, DigestAlgorithm};

use super::super::BlobStoreError;
use super::super::keys::{BLOBS, STAGING, blob_folder};

/// The root folder and what is known about those below it.
pub(super) struct Folders {
    root: PathBuf,
    /// Blob folders whose entry in their parent was synced by this process. That a folder exists does
    /// not say so: whoever made it may not have come to the sync.
    durable: Mutex<HashSet<PathBuf>>,
}

impl Folders {
    /// Creates what is missing.
    pub(super) fn open(root: PathBuf) -> Result<Self, BlobStoreError> {
        let root = std::path::absolute(root)
            .map_err(BlobStoreError::while_trying_to("find the blob folder"))?;
        create_folder(&root)?;
        for folder in [STAGING, BLOBS] {
            create_folder(&root.join(folder))?;
        }
        for algorithm in DigestAlgorithm::ALL {
            create_folder(&root.join(BLOBS).join(algorithm.as_str()))?;
        }
        Ok(Self {
            root,
            durable: Mutex::default(),
        })
    }

    /// The file or folder of a key.
    pub(super) fn path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    /// The folder where the blob belongs, existing and synced into its parent.
    pub(super) fn durable_blob_folder(&self, digest: &Digest) -> Result<PathBuf, BlobStoreError> {
        let folder = self.path(&blob_folder(digest));
        let is_durable = self
            .durable
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&folder);
        if !is_durable {
            create_folder(&folder)?;
            self.durable
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(folder.clone());
        }
        Ok(folder)
    }
}

/// Creates a folder with its parents and syncs its entry, whether or not it was there.
fn create_folder(folder: &Path) -> Result<(), BlobStoreError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(BlobStoreError::while_trying_to("create a folder for blobs"))?;
    match folder.parent() {
        Some(parent) => sync_folder(parent),
        None => Ok(()),
    }
}

/// Makes the entries of a folder durable: what was created, renamed or removed in it.
pub(super) fn sync_folder(folder: &Path) -> Result<(), BlobStoreError> {
    let sync = || -> io::Result<()> { File::open(folder)?.sync_all() };
    sync().map_err(BlobStoreError::while_trying_to("sync a folder"))
}
