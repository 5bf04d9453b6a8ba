//! Running hashes of uploads between two chunks. Only a shortcut: what is not here (after a restart, on
//! another replica) is hashed again from what is staged.

use std::time::Duration;

use crate::blob_store::UploadHash;

/// A hash has a few hundred bytes.
const HASHES_KEPT: u64 = 10_000;
const KEPT_FOR: Duration = Duration::from_hours(1);

/// Hashes by upload and size: one that is not of this size belongs to bytes that were never acknowledged, or
/// to another replica's past.
pub(super) struct RunningHashes {
    hashes: moka::future::Cache<(String, u64), UploadHash>,
}

impl RunningHashes {
    pub(super) fn new() -> Self {
        let hashes = moka::future::Cache::builder()
            .max_capacity(HASHES_KEPT)
            .time_to_idle(KEPT_FOR)
            .build();
        Self { hashes }
    }

    /// Keeps the hash over everything acknowledged of an upload.
    pub(super) async fn keep(&self, id: &str, hash: UploadHash) {
        self.hashes.insert((id.to_owned(), hash.size()), hash).await;
    }

    /// The hash over the first `size` bytes, if it is known. It is given up: the upload moves on or ends.
    pub(super) async fn take(&self, id: &str, size: u64) -> Option<UploadHash> {
        self.hashes.remove(&(id.to_owned(), size)).await
    }
}
