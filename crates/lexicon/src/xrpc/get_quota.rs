//! `io.atcr.hold.getQuota`: what somebody uses and may use.

use atproto::syntax::Did;
use serde::{Deserialize, Serialize};

/// Whose quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameters {
    /// Theirs.
    pub user_did: Did,
}

/// The quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// Whose.
    pub user_did: Did,
    /// The number of different blobs.
    pub unique_blobs: u64,
    /// Their length in bytes, each counted once.
    pub total_size: u64,
    /// The bytes that are allowed; absent for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The name of the quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
}
