//! Blobs as files, in the layout of [`keys`](super::keys).
//!
//! What is acknowledged is durable: file contents are synced before they count, a blob is renamed to
//! its digest only when it is whole, and the folder is synced after the rename. Files belong to the
//! server alone (0600, folders 0700). File names come from digests and checked names only.
//!
//! No thread waits for a client: bytes are gathered and handed out on the asynchronous side, and each
//! megabyte or so visits a blocking thread. So ten thousand slow clients cost memory, not threads.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use futures::{StreamExt, TryStreamExt};
use oci::{Digest, DigestAlgorithm};

use super::keys::{self, key_of, staging_key};
use super::{
    Appended, BlobStore, BlobStoreError, Continuation, IncomingBytes, OutgoingBytes, Staging,
    StoredBlobs, UploadHash,
};

mod append;
mod folders;
mod list;
mod read;
mod small_blobs;
mod staging_file;
mod sweep;

use folders::Folders;
use read::Verification;
use small_blobs::SmallBlobs;

/// How long a blob that was read and hashed once is trusted without hashing it again.
const TRUST_AFTER_VERIFICATION: Duration = Duration::from_hours(24);
/// How many blobs are remembered as verified; more than a busy registry serves in a day.
const VERIFIED_BLOBS_REMEMBERED: u64 = 100_000;

/// A folder of blobs. One process writes to it at a time.
pub struct FilesystemBlobStore {
    folders: Arc<Folders>,
    /// Blobs whose bytes were hashed since this process started, on their way in or out.
    verified: moka::future::Cache<Digest, ()>,
    /// The bytes of small blobs, verified.
    small_blobs: SmallBlobs,
}

impl FilesystemBlobStore {
    /// Opens the store in `root`, which is created when missing.
    pub async fn open(root: impl Into<PathBuf>) -> Result<Self, BlobStoreError> {
        let root = root.into();
        let folders = on_blocking_thread(move || Folders::open(root)).await?;
        let verified = moka::future::Cache::builder()
            .max_capacity(VERIFIED_BLOBS_REMEMBERED)
            .time_to_live(TRUST_AFTER_VERIFICATION)
            .build();
        Ok(Self {
            folders: Arc::new(folders),
            verified,
            small_blobs: SmallBlobs::new(),
        })
    }

    fn staging_path(&self, staging: &Staging) -> Result<PathBuf, BlobStoreError> {
        Ok(self.folders.path(&key_of(staging)?))
    }

    fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.folders.path(&keys::blob_key(digest))
    }

    /// As [`BlobStore::read`], from memory where the blob is there.
    async fn read_small(
        &self,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<OutgoingBytes>, BlobStoreError> {
        let bytes = if let Some(bytes) = self.small_blobs.find(digest, size) {
            bytes
        } else {
            // Verified each time it comes from the disk: that costs less than fetching it.
            let verification = Verification::boxed(digest.clone(), self.verified.clone());
            let path = self.blob_path(digest);
            let read = read::open(path, digest.clone(), size, None, Some(verification)).await?;
            let Some(chunks) = read else { return Ok(None) };
            let bytes = chunks
                .try_fold(BytesMut::new(), |mut whole, chunk| async move {
                    whole.extend_from_slice(&chunk);
                    Ok(whole)
                })
                .await?
                .freeze();
            self.small_blobs.keep(digest, bytes.clone());
            bytes
        };
        let bytes = match range {
            None => bytes,
            Some(range) => small_blobs::part(&bytes, &range),
        };
        Ok(Some(futures::stream::iter([Ok(bytes)]).boxed()))
    }
}

/// Runs `work` where waiting for the disk holds nobody up.
async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobStoreError> + Send + 'static,
) -> Result<T, BlobStoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(stopped) => Err(thread_lost(stopped)),
    }
}

/// The blocking thread panicked, or the runtime is shutting down.
fn thread_lost(stopped: tokio::task::JoinError) -> BlobStoreError {
    BlobStoreError::Failed {
        operation: "finish work on a blocking thread",
        source: std::io::Error::other(stopped),
    }
}

#[async_trait::async_trait]
impl BlobStore for FilesystemBlobStore {
    async fn create_staging(&self, name: &str) -> Result<Staging, BlobStoreError> {
        // The file comes into being with its first byte.
        staging_key(name)?;
        Ok(Staging(name.to_owned()))
    }

    async fn append(
        &self,
        staging: &Staging,
        offset: u64,
        limit: u64,
        hash: UploadHash,
        body: IncomingBytes,
        continuation: Continuation,
    ) -> Result<Appended, BlobStoreError> {
        self.staging_path(staging)?;
        let folders = self.folders.clone();
        append::append(folders, staging, offset, limit, hash, body, continuation).await
    }

    async fn hash_staging(
        &self,
        staging: &Staging,
        size: u64,
        algorithm: DigestAlgorithm,
    ) -> Result<UploadHash, BlobStoreError> {
        let path = self.staging_path(staging)?;
        let staging = staging.clone();
        on_blocking_thread(move || staging_file::hash(&path, &staging, size, algorithm)).await
    }

    async fn promote(
        &self,
        staging: &Staging,
        size: u64,
        digest: &Digest,
    ) -> Result<(), BlobStoreError> {
        let from = self.staging_path(staging)?;
        let (folders, staging, blob) = (self.folders.clone(), staging.clone(), digest.clone());
        let spare = self.folders.path(&staging_key(&format!(
            "spare-{}",
            uuid::Uuid::new_v4().simple()
        ))?);
        let is_known_good = self.verified.contains_key(digest);
        on_blocking_thread(move || {
            let fail = BlobStoreError::while_trying_to("rename a blob to its digest");
            staging_file::cut_to_size(&from, &staging, size)?;
            let folder = folders.durable_blob_folder(&blob)?;
            let path = folder.join(blob.hex());
            if is_known_good && std::fs::metadata(&path).is_ok_and(|there| there.len() == size) {
                // The copy that is there stays. Freeing the space of a large second one takes longer than
                // syncing it did: nobody waits for that, and a crash leaves it to the sweeper.
                std::fs::rename(&from, &spare).map_err(fail)?;
                tokio::task::spawn_blocking(move || remove_if_there(&spare));
            } else {
                // A copy that nobody read lately is replaced: that heals it, should the disk have damaged it.
                std::fs::rename(&from, &path).map_err(fail)?;
            }
            // In either case: whoever renamed it before may not have come to the sync.
            folders::sync_folder(&folder)
        })
        .await?;
        self.verified.insert(digest.clone(), ()).await;
        Ok(())
    }

    async fn discard_staging(&self, staging: &Staging) -> Result<(), BlobStoreError> {
        let path = self.staging_path(staging)?;
        // Not synced: a file that comes back after a power cut is swept.
        on_blocking_thread(move || remove_if_there(&path).map(drop)).await
    }

    async fn stat(&self, digest: &Digest) -> Result<Option<u64>, BlobStoreError> {
        let path = self.blob_path(digest);
        on_blocking_thread(move || match std::fs::metadata(&path) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(BlobStoreError::while_trying_to("look up a blob")(error)),
        })
        .await
    }

    async fn read(
        &self,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<OutgoingBytes>, BlobStoreError> {
        if SmallBlobs::takes(size) {
            return self.read_small(digest, size, range).await;
        }
        let is_whole = range
            .as_ref()
            .is_none_or(|range| *range.start() == 0 && *range.end() + 1 == size);
        let verification = (is_whole && !self.verified.contains_key(digest))
            .then(|| Verification::boxed(digest.clone(), self.verified.clone()));
        let path = self.blob_path(digest);
        Ok(read::open(path, digest.clone(), size, range, verification)
            .await?
            .map(StreamExt::boxed))
    }

    async fn presign(
        &self,
        _: &Digest,
        _: u64,
        _: Duration,
    ) -> Result<Option<url::Url>, BlobStoreError> {
        Ok(None)
    }

    async fn remove(&self, digest: &Digest) -> Result<(), BlobStoreError> {
        self.verified.invalidate(digest).await;
        self.small_blobs.forget(digest);
        let path = self.blob_path(digest);
        on_blocking_thread(move || {
            if remove_if_there(&path)? {
                folders::sync_folder(path.parent().expect("a blob lies in a folder"))?;
            }
            Ok(())
        })
        .await
    }

    fn list_blobs(&self) -> StoredBlobs {
        list::list(&self.folders)
    }

    async fn sweep_staging(
        &self,
        age: Duration,
        claimed: &HashSet<Staging>,
    ) -> Result<u64, BlobStoreError> {
        let folder = self.folders.path(keys::STAGING);
        let mut abandoned = {
            let folder = folder.clone();
            on_blocking_thread(move || sweep::find_older_than(&folder, age)).await?
        };
        abandoned.retain(|staging| !claimed.contains(staging));
        on_blocking_thread(move || sweep::remove(&folder, &abandoned)).await
    }

    async fn check(&self) -> Result<(), BlobStoreError> {
        let path = self.folders.path(&staging_key(&format!(
            "check-{}",
            uuid::Uuid::new_v4().simple()
        ))?);
        on_blocking_thread(move || staging_file::check(&path)).await
    }
}

/// Removes a file; tells whether there was one.
fn remove_if_there(path: &Path) -> Result<bool, BlobStoreError> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(BlobStoreError::while_trying_to("remove a file")(error)),
    }
}

#[cfg(test)]
mod tests;
