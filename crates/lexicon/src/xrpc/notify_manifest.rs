//! `io.atcr.hold.notifyManifest`: a manifest was pushed or pulled, or (ours) deleted.

use std::collections::BTreeMap;

use atproto::syntax::{AtUri, Did};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A push; what an absent `operation` means.
pub const PUSH: &str = "push";
/// A pull.
pub const PULL: &str = "pull";
/// Ours: the manifest is gone. Holds of others answer `InvalidOperation`.
pub const DELETE: &str = "delete";

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// The image repository within its owner's namespace.
    pub repository: String,
    /// Its owner.
    pub user_did: Did,
    /// The digest of the manifest.
    pub manifest_digest: String,
    /// What the manifest names.
    pub manifest: ManifestInfo,
    /// The tag of the push; one without is not announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// [`PUSH`], [`PULL`] or [`DELETE`]; absent for a push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
}

/// What a manifest names. Every field may be absent, and `null` says the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestInfo {
    /// The media type of the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The configuration of an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<BlobReference>,
    /// The layers of an image, lowest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<BlobReference>>,
    /// The entries of an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifests: Option<Vec<ManifestReference>>,
    /// The manifest that this one signs, attests or otherwise belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<BlobReference>,
    /// OCI annotations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<BTreeMap<String, Value>>,
}

/// A blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlobReference {
    /// Its media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Its digest.
    pub digest: String,
    /// Its length in bytes.
    pub size: u64,
}

/// A manifest in an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestReference {
    /// Its media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Its digest.
    pub digest: String,
    /// Its length in bytes.
    pub size: u64,
    /// The platform it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

/// The platform that a manifest is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// Such as `linux`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// Such as `amd64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// Such as `v8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

/// What the hold did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// Its part.
    pub success: bool,
    /// The operation that was done.
    pub operation: String,
    /// The push or pull was counted.
    pub stats_updated: bool,
    /// The number of layer records written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers_created: Option<u64>,
    /// A post announces the push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_created: Option<bool>,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_uri: Option<AtUri>,
}
