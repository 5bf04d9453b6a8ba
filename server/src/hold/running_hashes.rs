//! Running hashes of uploads between two chunks. Only a shortcut: what is not here (after a restart, on
//! another replica) is hashed again from what is staged.

use std::time::Duration;

use crate::blob_store::{Staging, UploadHash};

/// A hash has a few hundred bytes.
const HASHES_KEPT: u64 = 10_000;
const KEPT_FOR: Duration = Duration::from_hours(1);

/// Hashes by what is staged and its size: one that is not of this size belongs to bytes that were never acknowledged,
/// and one of another staging to bytes that another replica has replaced.
pub(super) struct RunningHashes {
    hashes: moka::future::Cache<(Staging, u64), UploadHash>,
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
    pub(super) async fn keep(&self, staging: Staging, hash: UploadHash) {
        self.hashes.insert((staging, hash.size()), hash).await;
    }

    /// The hash over the first `size` bytes, if it is known. It is given up: the upload moves on or ends.
    pub(super) async fn take(&self, staging: &Staging, size: u64) -> Option<UploadHash> {
        self.hashes.remove(&(staging.clone(), size)).await
    }
}
