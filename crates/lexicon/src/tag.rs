//! `io.atcr.tag`: a name for a manifest, in its owner's PDS.

use atproto::syntax::{AtUri, Datetime};
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::record_key::parse_manifest_record_key;
use crate::{LexiconViolation, Record, limits, nsid};

const MAX_REPOSITORY_BYTES: usize = 255;
const MAX_TAG_BYTES: usize = 128;
const MAX_DIGEST_BYTES: usize = 128;

/// A tag of a repository and the manifest it stands for.
///
/// Two published versions of the lexicon are in use, one with `createdAt` and one with `updatedAt`;
/// both are read, and records written with both fields suit readers of either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct TagRecord {
    /// The repository within the owner's namespace, at most 255 bytes.
    pub repository: String,
    /// The tag, at most 128 bytes.
    pub tag: String,
    /// The record of the manifest. It must lie in the tag owner's own repository to be followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<AtUri>,
    /// The digest of the manifest, at most 128 bytes: how tags pointed before `manifest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_digest: Option<String>,
    /// When the tag was first pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Datetime>,
    /// When the tag was last moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Datetime>,
}

impl TagRecord {
    /// The digest (`sha256:<hex>` or `sha512:<hex>`) of the manifest the tag stands for.
    ///
    /// It is taken from the record key in `manifest`, the pointer the lexicon prefers, and from
    /// `manifestDigest` when there is no such pointer or its record key does not tell the digest.
    /// `None` if neither does. The authority in `manifest` is not looked at.
    pub fn manifest_digest(&self) -> Option<String> {
        self.digest_of_manifest_uri().or_else(|| {
            let digest = self.manifest_digest.as_deref()?;
            let (_, hex) = digest.split_once(':')?;
            digest_from_hex(hex).filter(|canonical| canonical == digest)
        })
    }

    fn digest_of_manifest_uri(&self) -> Option<String> {
        let uri = self.manifest.as_ref()?;
        if uri.collection()?.as_str() != nsid::MANIFEST {
            return None;
        }
        digest_from_hex(parse_manifest_record_key(uri.record_key()?)?)
    }
}

impl_record_serde!(TagRecord, nsid::TAG);

impl Record for TagRecord {
    const NSID: &'static str = nsid::TAG;

    fn validate(&self) -> Result<(), LexiconViolation> {
        limits::max_length("repository", &self.repository, MAX_REPOSITORY_BYTES)?;
        limits::max_length("tag", &self.tag, MAX_TAG_BYTES)?;
        limits::optional_max_length(
            "manifestDigest",
            self.manifest_digest.as_ref(),
            MAX_DIGEST_BYTES,
        )
    }
}

/// The two registered algorithms differ in the length of their hex.
fn digest_from_hex(hex: &str) -> Option<String> {
    let is_lower_hex = hex
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match hex.len() {
        64 if is_lower_hex => Some(format!("sha256:{hex}")),
        128 if is_lower_hex => Some(format!("sha512:{hex}")),
        _ => None,
    }
}
