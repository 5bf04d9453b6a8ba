//! Where blobs lie: the port, and one adapter per kind of storage.
//!
//! A blob arrives in a *staging* area in pieces, each durable before it is acknowledged, and is
//! *promoted* to its digest once the caller has verified it. Nothing under a digest is ever half
//! written. Stores know nothing of people, quotas or repositories.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures::Stream;
use futures::stream::BoxStream;
use oci::Digest;

#[cfg(test)]
mod contract;
mod error;
mod filesystem;
mod hash;
mod keys;
mod memory;
mod s3;
mod verification;

#[cfg(test)]
pub(crate) use contract::check_contract;
pub use error::{BlobStoreError, BodyError};
pub use filesystem::FilesystemBlobStore;
pub use hash::UploadHash;
pub use memory::MemoryBlobStore;
#[cfg(test)]
pub(crate) use s3::testing as s3_testing;
pub use s3::{S3BlobStore, S3Settings};
pub use verification::verified_blob;

/// Bytes on their way in, as they come from the network.
pub type IncomingBytes = Pin<Box<dyn Stream<Item = Result<Bytes, BodyError>> + Send>>;

/// Bytes on their way out. An error ends the response in the middle, never with a clean end.
pub type OutgoingBytes = Pin<Box<dyn Stream<Item = Result<Bytes, BlobStoreError>> + Send>>;

/// What a store needs to go on with a staged blob: a file name, or an upload id with its parts.
/// Opaque to callers, who keep it in the database between two calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Staging(pub String);

/// Whether more is to come after a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuation {
    /// Another body may follow, at any time and after any crash.
    MoreToCome,
    /// This body ends the blob, if it comes whole.
    Last,
}

/// A staged blob after more bytes were made durable.
#[derive(Debug)]
pub struct Appended {
    /// To be kept instead of the one that was passed in.
    pub staging: Staging,
    /// Bytes staged and durable so far.
    pub size: u64,
    /// The running hash over all of them.
    pub hash: UploadHash,
    /// Why the body ended early, if it did: everything before is durable and counted.
    pub interrupted: Option<BodyError>,
}

/// A blob as a store lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredBlob {
    /// What it lies under.
    pub digest: Digest,
    /// When its bytes were last written, in unix milliseconds by the clock of the storage. A blob that was long on
    /// its way may be younger than this says.
    pub modified_at: i64,
}

/// Blobs of a store, one after the other.
pub type StoredBlobs = BoxStream<'static, Result<StoredBlob, BlobStoreError>>;

/// Storage for blobs, by digest. Every implementation passes the suite in `contract.rs`.
#[async_trait::async_trait]
pub trait BlobStore: Send + Sync {
    /// Opens a staging area for one blob. `name` is unique and safe as a file name.
    async fn create_staging(&self, name: &str) -> Result<Staging, BlobStoreError>;

    /// Writes `body` at `offset`, which is the size acknowledged so far: bytes beyond it that an earlier,
    /// unacknowledged attempt left behind are cut off first. Hashes while writing; returns once
    /// everything counted is durable. A body that breaks off keeps what arrived; a body that grows past
    /// `limit` total bytes fails with [`BlobStoreError::TooLarge`] and stages nothing new. An empty body
    /// touches nothing. `hash` has taken in exactly `offset` bytes.
    ///
    /// After the [`Continuation::Last`] body came whole, [`BlobStore::promote`] or
    /// [`BlobStore::discard_staging`] follows at once: until then the store may leave undone what only a
    /// later body would need.
    ///
    /// There is one writer per staging at a time, and it drives the future to its end: one that is
    /// dropped may leave a write behind that is still on its way to the disk.
    async fn append(
        &self,
        staging: &Staging,
        offset: u64,
        limit: u64,
        hash: UploadHash,
        body: IncomingBytes,
        continuation: Continuation,
    ) -> Result<Appended, BlobStoreError>;

    /// The hash over what is staged up to `size`: after a restart, or for another algorithm than the one that was
    /// running. For another algorithm, the store may end the staging: it can be promoted or discarded then, and takes
    /// no more bytes.
    async fn hash_staging(
        &self,
        staging: &Staging,
        size: u64,
        algorithm: oci::DigestAlgorithm,
    ) -> Result<UploadHash, BlobStoreError>;

    /// Makes the staged blob readable under `digest`, durably, and ends the staging. The caller has
    /// verified that the `size` staged bytes have this digest. Promoting a digest that is there already
    /// keeps one copy.
    async fn promote(
        &self,
        staging: &Staging,
        size: u64,
        digest: &Digest,
    ) -> Result<(), BlobStoreError>;

    /// Throws a staged blob away. Not an error when it is gone already.
    async fn discard_staging(&self, staging: &Staging) -> Result<(), BlobStoreError>;

    /// The size of a blob, or `None`.
    async fn stat(&self, digest: &Digest) -> Result<Option<u64>, BlobStoreError>;

    /// Streams a blob or an inclusive range of it. `None` when there is no such blob. `size` is the size of
    /// the whole blob, which the caller knows; a blob of another size is [`BlobStoreError::Damaged`]. A
    /// damaged blob that is read whole never ends cleanly.
    async fn read(
        &self,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<OutgoingBytes>, BlobStoreError>;

    /// A URL from which anybody can fetch the blob of `size` bytes until `lifetime` has passed; `None` where the
    /// store has no such thing, and the bytes are streamed instead.
    async fn presign(
        &self,
        digest: &Digest,
        size: u64,
        lifetime: Duration,
    ) -> Result<Option<url::Url>, BlobStoreError>;

    /// Removes a blob. Not an error when it is gone already.
    async fn remove(&self, digest: &Digest) -> Result<(), BlobStoreError>;

    /// Every blob there is, in no order, read a page at a time. One that comes or goes meanwhile may be missing or
    /// not; one may come twice.
    fn list_blobs(&self) -> StoredBlobs;

    /// Removes staging areas that nobody wrote to for `age`, except those in `claimed`; returns how many.
    async fn sweep_staging(
        &self,
        age: Duration,
        claimed: &HashSet<Staging>,
    ) -> Result<u64, BlobStoreError>;

    /// Writes, reads back and deletes a small object; for `doctor` and readiness.
    async fn check(&self) -> Result<(), BlobStoreError>;
}

/// A file's time as everything else is dated; one before 1970 counts as 1970.
fn unix_millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
