//! `io.atcr.hold.updateCrewTier`: an `AppView` that the hold trusts gives a member another quota.

use atproto::syntax::Did;
use serde::{Deserialize, Serialize};

/// Who gets what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// The member.
    pub user_did: Did,
    /// The place of the quota in `listTiers`, from 0.
    pub tier_rank: u32,
}

/// What they have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// The name of the quota.
    pub tier_name: String,
}
