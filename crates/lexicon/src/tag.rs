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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn tag(fields: &Value) -> TagRecord {
        let mut record = json!({ "$type": nsid::TAG, "repository": "app", "tag": "latest" });
        for (field, value) in fields.as_object().expect("an object") {
            record[field] = value.clone();
        }
        TagRecord::from_value(&record).expect("a tag record")
    }

    fn digest_at(record_key: &str) -> Option<String> {
        let uri = format!("at://did:plc:7iza6de2dwap2sbkpav7c6c6/io.atcr.manifest/{record_key}");
        tag(&json!({ "manifest": uri })).manifest_digest()
    }

    #[test]
    fn both_published_versions_are_read() {
        let created = tag(&json!({ "createdAt": "2026-02-13T00:00:00Z" }));
        assert!(created.created_at.is_some() && created.updated_at.is_none());
        let updated = tag(&json!({ "updatedAt": "2026-03-20T00:00:00Z", "unheardOf": 1 }));
        assert!(updated.created_at.is_none() && updated.updated_at.is_some());
    }

    #[test]
    fn the_digest_is_told_by_the_record_key_of_the_manifest() {
        let sha256 = Some(format!("sha256:{HEX}"));
        assert_eq!(digest_at(HEX), sha256);
        assert_eq!(digest_at(&format!("{HEX}_tools~app")), sha256);
        assert_eq!(
            digest_at(&HEX.repeat(2)),
            Some(format!("sha512:{HEX}{HEX}"))
        );
        assert_eq!(digest_at("3jzfcijpj2z2a"), None);
        assert_eq!(digest_at(&HEX.to_uppercase()), None);
    }

    #[test]
    fn addresses_of_other_collections_tell_nothing() {
        let uri = format!("at://did:plc:7iza6de2dwap2sbkpav7c6c6/io.atcr.tag/{HEX}");
        assert_eq!(tag(&json!({ "manifest": uri })).manifest_digest(), None);
    }

    #[test]
    fn without_a_telling_address_the_digest_field_counts() {
        let digest = format!("sha256:{HEX}");
        let only_digest = tag(&json!({ "manifestDigest": digest }));
        assert_eq!(only_digest.manifest_digest(), Some(digest.clone()));
        let uri = "at://did:plc:7iza6de2dwap2sbkpav7c6c6/io.atcr.manifest/3jzfcijpj2z2a";
        let both = tag(&json!({ "manifest": uri, "manifestDigest": digest }));
        assert_eq!(both.manifest_digest(), Some(digest));
    }

    #[test]
    fn the_address_wins_over_the_digest_field() {
        let uri = format!("at://did:plc:7iza6de2dwap2sbkpav7c6c6/io.atcr.manifest/{HEX}");
        let other = format!("sha256:{}", "0".repeat(64));
        let both = tag(&json!({ "manifest": uri, "manifestDigest": other }));
        assert_eq!(both.manifest_digest(), Some(format!("sha256:{HEX}")));
    }

    #[test]
    fn malformed_digests_tell_nothing() {
        for digest in [
            HEX,
            "sha256:",
            "sha256:abc",
            &format!("md5:{HEX}"),
            &format!("sha512:{HEX}"),
        ] {
            assert_eq!(
                tag(&json!({ "manifestDigest": digest })).manifest_digest(),
                None
            );
        }
    }
}
