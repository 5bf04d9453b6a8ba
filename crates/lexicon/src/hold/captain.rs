//! `io.atcr.hold.captain`: who owns a hold and what it allows.

use atproto::syntax::{Datetime, Did};
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, limits, nsid};

const MAX_REGION_BYTES: usize = 64;
const MAX_PROVIDER_BYTES: usize = 64;

/// The ownership and the settings of a hold; one record with the key `self`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct HoldCaptain {
    /// The owner.
    pub owner: Did,
    /// Anyone may read blobs. Writing is never public.
    pub public: bool,
    /// Anyone who is signed in may join the crew.
    pub allow_all_crew: bool,
    /// Announce pushes as posts of the hold.
    pub enable_bluesky_posts: bool,
    /// When the hold was set up.
    pub deployed_at: Datetime,
    /// Where the blobs are stored, at most 64 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Who stores the blobs, at most 64 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

impl_record_serde!(HoldCaptain, nsid::HOLD_CAPTAIN);

impl Record for HoldCaptain {
    const NSID: &'static str = nsid::HOLD_CAPTAIN;

    fn validate(&self) -> Result<(), LexiconViolation> {
        limits::optional_max_length("region", self.region.as_ref(), MAX_REGION_BYTES)?;
        limits::optional_max_length("provider", self.provider.as_ref(), MAX_PROVIDER_BYTES)
    }
}
