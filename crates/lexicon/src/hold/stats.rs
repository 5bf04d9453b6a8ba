//! `io.atcr.hold.stats`: how often an image repository was pulled and pushed.

use atproto::syntax::{Datetime, Did};
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, limits, nsid};

const MAX_REPOSITORY_BYTES: usize = 256;

/// The counters of one image repository in one hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct HoldStats {
    /// The owner of the image repository.
    pub owner_did: Did,
    /// The image repository within the owner's namespace, at most 256 bytes.
    pub repository: String,
    /// Pulls ever.
    pub pull_count: u64,
    /// Pushes ever.
    pub push_count: u64,
    /// The latest pull.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_pull: Option<Datetime>,
    /// The latest push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_push: Option<Datetime>,
    /// When the counters last changed.
    pub updated_at: Datetime,
}

impl_record_serde!(HoldStats, nsid::HOLD_STATS);

impl Record for HoldStats {
    const NSID: &'static str = nsid::HOLD_STATS;

    fn validate(&self) -> Result<(), LexiconViolation> {
        limits::max_length("repository", &self.repository, MAX_REPOSITORY_BYTES)?;
        limits::integer("pullCount", self.pull_count)?;
        limits::integer("pushCount", self.push_count)
    }
}
