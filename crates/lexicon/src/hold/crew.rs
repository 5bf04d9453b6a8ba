//! `io.atcr.hold.crew`: a member of a hold.

use atproto::syntax::{Datetime, Did};
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, limits, nsid};

const MAX_ROLE_BYTES: usize = 32;
const MAX_PERMISSION_BYTES: usize = 64;
const MAX_TIER_BYTES: usize = 32;

/// A member of a hold's crew and what they may do; one record per member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct HoldCrew {
    /// The member.
    pub member: Did,
    /// A word for people, at most 32 bytes; `permissions` is what counts.
    pub role: String,
    /// Such as `blob:read`, `blob:write`, `crew:admin`; at most 64 bytes each. Unknown ones grant
    /// nothing.
    pub permissions: Vec<String>,
    /// The name of the member's quota, at most 32 bytes; absent for the hold's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// When the member joined.
    pub added_at: Datetime,
}

impl_record_serde!(HoldCrew, nsid::HOLD_CREW);

impl Record for HoldCrew {
    const NSID: &'static str = nsid::HOLD_CREW;

    fn validate(&self) -> Result<(), LexiconViolation> {
        limits::max_length("role", &self.role, MAX_ROLE_BYTES)?;
        self.permissions.iter().try_for_each(|permission| {
            limits::max_length("permissions", permission, MAX_PERMISSION_BYTES)
        })?;
        limits::optional_max_length("tier", self.tier.as_ref(), MAX_TIER_BYTES)
    }
}
