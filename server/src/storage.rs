//! The blob store that the settings name.

use std::sync::Arc;

use crate::blob_store::{BlobStore, BlobStoreError, FilesystemBlobStore, S3BlobStore};
use crate::config::{BlobStoreConfig, Config};

/// Opens it: creates a folder, tries a bucket.
pub async fn open_blob_store(config: &Config) -> Result<Arc<dyn BlobStore>, BlobStoreError> {
    let max_blob_bytes = config.registry.max_blob_bytes;
    match config.blob_store.clone() {
        BlobStoreConfig::Filesystem { root_dir } => {
            Ok(Arc::new(FilesystemBlobStore::open(root_dir).await?))
        }
        BlobStoreConfig::S3(settings) => {
            Ok(Arc::new(S3BlobStore::open(settings, max_blob_bytes).await?))
        }
    }
}
