//! The port through which the registry meets every hold, next door or across the world, with the same
//! answers.

use std::ops::RangeInclusive;

use atproto::syntax::Did;
use lexicon::xrpc::delete_user_data;
use oci::{Digest, RepositoryPath, Tag};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::blob_store::{IncomingBytes, OutgoingBytes};
pub use crate::hold::HoldError;

/// For whom a hold is asked: it decides by the person, and one elsewhere wants to hear it from them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HoldUser {
    /// The person.
    pub did: Did,
    /// Their session at their PDS, which vouches for them at a hold elsewhere.
    pub session: Option<String>,
}

/// Whose upload it is, and for which repository. An upload answers to nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadOwner {
    /// The person on whose behalf bytes come in.
    pub uploader: HoldUser,
    /// The repository path below the uploader's name.
    pub repository: RepositoryPath,
}

/// An upload in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Unguessable, safe in a URL.
    pub id: String,
    /// Bytes acknowledged so far; the next one goes here.
    pub size: u64,
}

/// What a hold says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldDescription {
    /// The hold's DID.
    pub did: Did,
    /// Who owns it.
    pub captain: Did,
    /// Whether everybody may read.
    pub public: bool,
}

/// A blob to be sent to a client.
pub enum BlobContent {
    /// The bytes, or the part that was asked for.
    Stream(OutgoingBytes),
    /// Where to fetch them instead, for a limited time.
    Redirect(url::Url),
}

/// One blob that a manifest names, as the hold accounts for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerUse {
    /// The blob.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type.
    pub media_type: String,
}

/// A manifest was stored: what it uses of the hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestNotice {
    /// In whose repository, which is who pays.
    pub owner: Did,
    /// Which repository of theirs.
    pub repository: RepositoryPath,
    /// The manifest.
    pub manifest: Digest,
    /// Its media type.
    pub media_type: String,
    /// The tag it was pushed by, for people to read.
    pub tag: Option<Tag>,
    /// Config and layers.
    pub layers: Vec<LayerUse>,
    /// The manifests that an image index names: what they use is kept for it too.
    pub children: Vec<Digest>,
}

/// A hold, as the registry sees it. Every method checks the right of whoever it acts for.
#[async_trait::async_trait]
pub trait HoldClient: Send + Sync {
    /// The hold's DID, as manifest records name it.
    fn did(&self) -> &Did;

    /// Who owns it and whether everybody may read.
    async fn describe(&self) -> Result<HoldDescription, HoldError>;

    /// Whether `reader` (`None`: nobody in particular) may read blobs. Answers from live data.
    async fn may_read(&self, reader: Option<&HoldUser>) -> Result<bool, HoldError>;

    /// Whether `writer` may store blobs. [`HoldError::Denied`] says why not.
    async fn check_write(&self, writer: &HoldUser) -> Result<(), HoldError>;

    /// Opens an upload.
    async fn start_upload(&self, owner: &UploadOwner) -> Result<Upload, HoldError>;

    /// An upload that is in progress, or [`HoldError::UploadUnknown`].
    async fn find_upload(&self, owner: &UploadOwner, id: &str) -> Result<Upload, HoldError>;

    /// Adds bytes to an upload. `start` is where the client says they begin; anything else than the
    /// acknowledged size is [`HoldError::OutOfOrder`] and leaves the upload usable. What is returned is durable.
    async fn append_upload(
        &self,
        owner: &UploadOwner,
        id: &str,
        start: Option<u64>,
        body: IncomingBytes,
    ) -> Result<Upload, HoldError>;

    /// Adds the last bytes, verifies the digest over all of them and makes the blob readable, durably.
    /// Returns its size. A mismatch is [`HoldError::DigestMismatch`] and ends the upload.
    async fn complete_upload(
        &self,
        owner: &UploadOwner,
        id: &str,
        digest: &Digest,
        start: Option<u64>,
        last: IncomingBytes,
    ) -> Result<u64, HoldError>;

    /// Counts pulls of a repository by `reader`. A hold elsewhere counts only those of readers who can be vouched for.
    async fn count_pulls(
        &self,
        reader: Option<&HoldUser>,
        owner: &Did,
        repository: &RepositoryPath,
        pulls: u64,
    ) -> Result<(), HoldError>;

    /// Ends an upload and frees its space.
    async fn cancel_upload(&self, owner: &UploadOwner, id: &str) -> Result<(), HoldError>;

    /// The size of a blob, or `None` where it does not exist or `reader` may not read.
    async fn stat_blob(
        &self,
        reader: Option<&HoldUser>,
        digest: &Digest,
    ) -> Result<Option<u64>, HoldError>;

    /// A blob of `size` bytes, or an inclusive range of it.
    async fn read_blob(
        &self,
        reader: Option<&HoldUser>,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<BlobContent>, HoldError>;

    /// A whole blob of `size` bytes for this server itself to look into. `None` also where the hold would only
    /// say where else to fetch it.
    async fn stream_blob(
        &self,
        reader: Option<&HoldUser>,
        digest: &Digest,
        size: u64,
    ) -> Result<Option<OutgoingBytes>, HoldError> {
        Ok(match self.read_blob(reader, digest, size, None).await? {
            Some(BlobContent::Stream(bytes)) => Some(bytes),
            Some(BlobContent::Redirect(_)) | None => None,
        })
    }

    /// Records what a stored manifest uses. May be repeated.
    async fn notify_manifest(
        &self,
        user: &HoldUser,
        notice: &ManifestNotice,
    ) -> Result<(), HoldError>;

    /// Bytes that deleting these manifests of `owner`'s gives back: to their quota, and those that the hold can free
    /// since nobody else's manifests use them either. `None`: this hold does not tell.
    async fn reckon_freed(
        &self,
        _owner: &HoldUser,
        _repository: &RepositoryPath,
        _manifests: &[Digest],
    ) -> Result<Option<(u64, u64)>, HoldError> {
        Ok(None)
    }

    /// Forgets what a deleted manifest used. May be repeated.
    async fn forget_manifest(
        &self,
        owner: &HoldUser,
        repository: &RepositoryPath,
        manifest: &Digest,
    ) -> Result<(), HoldError>;

    /// Everything that the hold knows about `user`, as `io.atcr.hold.exportUserData` answers it.
    async fn export_user_data(&self, user: &HoldUser) -> Result<Value, HoldError>;

    /// Removes everything that the hold knows about `user`. May be repeated.
    async fn delete_user_data(
        &self,
        user: &HoldUser,
    ) -> Result<delete_user_data::Output, HoldError>;
}
