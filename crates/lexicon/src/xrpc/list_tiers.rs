//! `io.atcr.hold.listTiers`: the quotas that a crew member can have. Takes no parameters.

use serde::{Deserialize, Serialize};

/// The quotas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The lowest first; the place in this list is the rank that `updateCrewTier` takes.
    pub tiers: Vec<TierInfo>,
}

/// A quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TierInfo {
    /// Its name.
    pub name: String,
    /// The bytes it allows.
    pub quota_bytes: u64,
    /// The same for people.
    pub quota_formatted: String,
    /// Images are scanned when they are pushed. The earlier published version does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_on_push: Option<bool>,
}
