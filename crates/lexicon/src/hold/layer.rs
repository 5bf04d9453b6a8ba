//! `io.atcr.hold.layer`: a blob that a person has stored in a hold.

use atproto::syntax::{AtUri, Datetime, Did, Handle};
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, limits, nsid};

/// The published schema says 128, which no SHA-512 digest fits.
const MAX_DIGEST_BYTES: usize = 135;
const MAX_MEDIA_TYPE_BYTES: usize = 128;
const MAX_REPOSITORY_BYTES: usize = 255;

/// A blob as part of one manifest of one person; quotas are reckoned from these records.
///
/// An earlier published version has `repository` and `userHandle` where the later one has
/// `manifest`; both are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct HoldLayer {
    /// The digest of the blob, at most 135 bytes.
    pub digest: String,
    /// The length of the blob in bytes.
    pub size: u64,
    /// The media type of the blob, at most 128 bytes.
    pub media_type: String,
    /// The manifest that contains the blob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<AtUri>,
    /// The repository the blob was pushed to, at most 255 bytes (earlier version).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The person who stored it.
    pub user_did: Did,
    /// Their handle at that time (earlier version).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<Handle>,
    /// When it was stored.
    pub created_at: Datetime,
}

impl_record_serde!(HoldLayer, nsid::HOLD_LAYER);

impl Record for HoldLayer {
    const NSID: &'static str = nsid::HOLD_LAYER;

    fn validate(&self) -> Result<(), LexiconViolation> {
        limits::max_length("digest", &self.digest, MAX_DIGEST_BYTES)?;
        limits::integer("size", self.size)?;
        limits::max_length("mediaType", &self.media_type, MAX_MEDIA_TYPE_BYTES)?;
        limits::optional_max_length("repository", self.repository.as_ref(), MAX_REPOSITORY_BYTES)
    }
}
