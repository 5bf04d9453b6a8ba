//! Blobs from one store to another, each hashed on both sides.

use futures::{StreamExt as _, TryStreamExt as _};
use oci::Digest;

use super::super::uploads::random_id;
use super::ArchiveError;
use crate::blob_store::{BlobStore, BodyError, Continuation, UploadHash};

/// Blobs copied at a time.
pub(super) const AT_ONCE: usize = 4;

/// How far the blobs have come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopyProgress {
    /// All there are.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those that are where they are to be.
    pub done_blobs: u64,
    /// Their bytes.
    pub done_bytes: u64,
    /// Those among them that were there already.
    pub skipped_blobs: u64,
}

impl CopyProgress {
    pub(super) fn add(&mut self, size: u64, was_copied: bool) {
        self.done_blobs += 1;
        self.done_bytes += size;
        self.skipped_blobs += u64::from(!was_copied);
    }
}

/// Copies a blob under its digest. A store never ends a damaged blob cleanly, and what arrives is hashed again.
pub(super) async fn copy(
    from: &dyn BlobStore,
    to: &dyn BlobStore,
    digest: &Digest,
    size: u64,
) -> Result<(), ArchiveError> {
    let unreadable = |source| ArchiveError::BlobUnreadable {
        digest: digest.clone(),
        source,
    };
    let read = from.read(digest, size, None).await;
    let bytes = read.map_err(|error| unreadable(BodyError::new(error)))?;
    let bytes = bytes.ok_or_else(|| ArchiveError::BlobGone {
        digest: digest.clone(),
    })?;
    let body = bytes.map_err(BodyError::new).boxed();
    let staging = to.create_staging(&random_id()).await?;
    let hash = UploadHash::new(digest.algorithm());
    let appended = to
        .append(&staging, 0, size, hash, body, Continuation::Last)
        .await?;
    let actual = appended.hash.digest();
    let source = match appended.interrupted {
        Some(error) => error,
        None if actual == *digest => {
            return Ok(to.promote(&appended.staging, size, digest).await?);
        }
        None => BodyError::new(format!("its bytes have the digest {actual}")),
    };
    to.discard_staging(&appended.staging).await?;
    Err(unreadable(source))
}

/// Whether a store has a blob, by all its bytes.
pub(super) async fn has_whole(
    store: &dyn BlobStore,
    digest: &Digest,
    size: u64,
) -> Result<bool, ArchiveError> {
    if store.stat(digest).await? != Some(size) {
        return Ok(false);
    }
    let Ok(Some(mut bytes)) = store.read(digest, size, None).await else {
        return Ok(false);
    };
    let mut hash = UploadHash::new(digest.algorithm());
    while let Some(chunk) = bytes.next().await {
        let Ok(chunk) = chunk else { return Ok(false) };
        hash.update(&chunk);
    }
    Ok(hash.digest() == *digest)
}
