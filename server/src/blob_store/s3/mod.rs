//! Blobs in a bucket of an S3-compatible service, in the layout of [`keys`].
//!
//! Several processes may use one bucket: what is staged is described by what callers keep, the running hash
//! included, so that each request of an upload may reach another process. Correctness depends on no conditional
//! write, since some servers ignore those; whoever promotes a digest or removes it takes turns with others.
//!
//! Memory: each upload gathers one part, and [`PARTS_IN_MEMORY`] more are on their way at most.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use oci::{Digest, DigestAlgorithm};
use tokio::sync::Semaphore;

use super::keys::{blob_key, staging_key};
use super::verification::Verified;
use super::{
    Appended, BlobStore, BlobStoreError, Continuation, IncomingBytes, OutgoingBytes, Staging,
    StoredBlobs, UploadHash,
};

mod append;
mod bucket;
mod keys;
mod list;
mod promote;
mod read;
mod self_test;
mod settings;
mod staged;
mod staging;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use settings::S3Settings;

use bucket::Bucket;
use promote::Link;
use staged::{Rest, Staged};

/// How long a blob that was read and hashed once is trusted without hashing it again.
const TRUST_AFTER_VERIFICATION: Duration = Duration::from_hours(24);
/// How many blobs are remembered, each with about 200 bytes.
const BLOBS_REMEMBERED: u64 = 100_000;
/// Parts on their way to the bucket.
const PARTS_IN_MEMORY: usize = 32;
/// Rests of uploads kept for the next request, in bytes.
const RESTS_IN_MEMORY: u64 = 64 << 20;

/// A bucket of blobs. Many processes may write to it.
pub struct S3BlobStore {
    bucket: Bucket,
    settings: S3Settings,
    part_bytes: u64,
    parts_in_memory: Arc<Semaphore>,
    /// Stored bytes that are no part yet: the next request of an upload mostly comes to this process.
    rests: moka::future::Cache<String, Bytes>,
    /// The last bytes of blobs that are promoted next, which lie nowhere else.
    handed_over: Mutex<HashMap<String, (Bytes, Instant)>>,
    /// Where blobs lie that came in parts. One that leads nowhere is looked up again.
    links: moka::future::Cache<Digest, Link>,
    verified: Verified,
}

impl S3BlobStore {
    /// A store in the bucket, after a test that it keeps what it is given and lets nobody else in. The largest blob
    /// will have `max_blob_bytes`.
    pub async fn open(settings: S3Settings, max_blob_bytes: u64) -> Result<Self, BlobStoreError> {
        let store = Self::new(settings, settings::part_bytes(max_blob_bytes));
        self_test::run(&store).await?;
        Ok(store)
    }

    fn new(settings: S3Settings, part_bytes: u64) -> Self {
        let links = moka::future::Cache::builder()
            .max_capacity(BLOBS_REMEMBERED)
            .build();
        let verified = moka::future::Cache::builder()
            .max_capacity(BLOBS_REMEMBERED)
            .time_to_live(TRUST_AFTER_VERIFICATION)
            .build();
        let rests = moka::future::Cache::builder()
            .max_capacity(RESTS_IN_MEMORY)
            .weigher(|_: &String, rest: &Bytes| u32::try_from(rest.len()).unwrap_or(u32::MAX))
            .build();
        Self {
            bucket: Bucket::new(&settings),
            settings,
            part_bytes,
            parts_in_memory: Arc::new(Semaphore::new(PARTS_IN_MEMORY)),
            rests,
            handed_over: Mutex::default(),
            links,
            verified,
        }
    }

    fn handed_over(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Bytes, Instant)>> {
        self.handed_over
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn hand_over(&self, key: &str, rest: Bytes) {
        self.handed_over()
            .insert(key.to_owned(), (rest, Instant::now()));
    }

    fn take_handed_over(&self, key: &str) -> Option<Bytes> {
        self.handed_over().get(key).map(|(rest, _)| rest.clone())
    }

    /// Nobody came to promote these: their task died.
    fn forget_handed_over(&self, age: Duration) {
        self.handed_over()
            .retain(|_, (_, since)| since.elapsed() < age);
    }

    /// Best effort: what stays is swept.
    async fn forget_rest(&self, rest: &Rest) {
        self.rests.invalidate(&rest.key).await;
        let was_handed_over = self.handed_over().remove(&rest.key).is_some();
        if !was_handed_over && let Err(error) = self.bucket.delete(&rest.key).await {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "a rest of an upload stays for the sweeper"
            );
        }
    }
}

#[async_trait::async_trait]
impl BlobStore for S3BlobStore {
    async fn create_staging(&self, name: &str) -> Result<Staging, BlobStoreError> {
        // The first object comes into being with the first bytes.
        staging_key(name)?;
        Ok(Staged::new(name).staging())
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
        let staged = Staged::parse(staging)?;
        append::append(self, staged, offset, limit, hash, body, continuation).await
    }

    async fn hash_staging(
        &self,
        staging: &Staging,
        size: u64,
        algorithm: DigestAlgorithm,
    ) -> Result<UploadHash, BlobStoreError> {
        let mut staged = Staged::parse(staging)?;
        if staged.end.parts == 0 && size <= staged.end.size {
            let content = self.read_rest(&staged, staged.end.size).await?;
            let mut hash = UploadHash::new(algorithm);
            hash.update(&content[..usize::try_from(size).expect("it is in memory")]);
            return Ok(hash);
        }
        let saved = staged.mark_at(size)?.hash.as_ref();
        if let Some(hash) = saved.and_then(|saved| saved.restore(algorithm, size)) {
            return Ok(hash);
        }
        // Parts cannot be read before they are an object, to which nothing can be added any more.
        staged.rewind_to(size)?;
        let unknown = staged.unknown(size);
        let upload = staged.upload.as_ref().ok_or(unknown)?;
        self.complete(&staged, upload).await?;
        let object = self.bucket.get(&upload.key, None).await?;
        let mut body = object.ok_or_else(|| staged.unknown(size))?.body;
        let mut hash = UploadHash::new(algorithm);
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| BlobStoreError::Failed {
                operation: "read an object",
                source: std::io::Error::other(error),
            })?;
            hash.update(&chunk);
        }
        Ok(hash)
    }

    async fn promote(
        &self,
        staging: &Staging,
        size: u64,
        digest: &Digest,
    ) -> Result<(), BlobStoreError> {
        let staged = Staged::parse(staging)?;
        self.promote_staged(staged, size, digest).await
    }

    async fn discard_staging(&self, staging: &Staging) -> Result<(), BlobStoreError> {
        let staged = Staged::parse(staging)?;
        for mark in [Some(&staged.end), staged.before.as_ref()] {
            if let Some(rest) = mark.and_then(|mark| mark.rest.as_ref()) {
                self.forget_rest(rest).await;
            }
        }
        self.clear_staging(&staged.name).await
    }

    async fn stat(&self, digest: &Digest) -> Result<Option<u64>, BlobStoreError> {
        if let Some(size) = self.bucket.size(&blob_key(digest)).await? {
            return Ok(Some(size));
        }
        match self.find_link(digest).await? {
            Some(link) => self.bucket.size(&link.object).await,
            None => Ok(None),
        }
    }

    async fn read(
        &self,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<OutgoingBytes>, BlobStoreError> {
        self.read_blob(digest, size, range).await
    }

    async fn presign(
        &self,
        digest: &Digest,
        size: u64,
        lifetime: Duration,
    ) -> Result<Option<url::Url>, BlobStoreError> {
        if !self.settings.redirect {
            return Ok(None);
        }
        match self.find_object(digest, size).await? {
            Some(key) => Ok(Some(self.bucket.presign(&key, lifetime).await?)),
            None => Ok(None),
        }
    }

    async fn remove(&self, digest: &Digest) -> Result<(), BlobStoreError> {
        self.verified.invalidate(digest).await;
        self.links.invalidate(digest).await;
        self.bucket.delete(&blob_key(digest)).await?;
        // The link last: as long as it is there, somebody can come back for the object.
        if let Some(link) = self.find_link(digest).await? {
            self.bucket.delete(&link.object).await?;
            self.bucket.delete(&keys::link_key(digest)).await?;
            self.links.invalidate(digest).await;
        }
        Ok(())
    }

    fn list_blobs(&self) -> StoredBlobs {
        list::list(self.bucket.clone())
    }

    async fn sweep_staging(
        &self,
        age: Duration,
        claimed: &HashSet<Staging>,
    ) -> Result<u64, BlobStoreError> {
        self.sweep(age, claimed).await
    }

    async fn check(&self) -> Result<(), BlobStoreError> {
        self_test::check_round_trip(self).await
    }
}
