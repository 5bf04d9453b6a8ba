//! `io.atcr.hold.exportUserData`: everything that the hold knows about whoever asks. Takes no parameters.

use atproto::syntax::{AtUri, Datetime, Did};
use serde::{Deserialize, Serialize};

/// What is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// When it was put together.
    pub exported_at: Datetime,
    /// The hold.
    pub hold_did: Did,
    /// Whoever asks.
    pub user_did: Did,
    /// They own the hold.
    pub is_captain: bool,
    /// Their membership.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crew_record: Option<CrewExport>,
    /// The blobs that they stored.
    pub layer_records: Vec<LayerExport>,
    /// Counters of their image repositories.
    pub stats_records: Vec<StatsExport>,
    /// Posts of the hold that mention them.
    pub bluesky_posts: Vec<PostExport>,
}

/// A crew record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CrewExport {
    /// Where it lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<AtUri>,
    /// A word for people.
    pub role: String,
    /// Such as `blob:write`.
    pub permissions: Vec<String>,
    /// The name of the quota; absent for the hold's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// When they joined.
    pub added_at: Datetime,
}

/// A layer record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerExport {
    /// Where it lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<AtUri>,
    /// The digest of the blob.
    pub digest: String,
    /// The length of the blob in bytes.
    pub size: u64,
    /// The media type of the blob.
    pub media_type: String,
    /// The image repository it was pushed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The manifest that contains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_digest: Option<String>,
    /// When it was stored.
    pub created_at: Datetime,
}

/// A stats record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatsExport {
    /// Where it lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<AtUri>,
    /// The image repository.
    pub repository: String,
    /// The number of pulls.
    pub pull_count: u64,
    /// The number of pushes.
    pub push_count: u64,
    /// The time of the latest pull.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_pull: Option<Datetime>,
    /// The time of the latest push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_push: Option<Datetime>,
    /// When the counters last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Datetime>,
}

/// A post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostExport {
    /// Where it lies.
    pub uri: AtUri,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub created_at: Datetime,
}
