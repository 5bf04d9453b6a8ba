//! `io.atcr.sailor.profile`: a person's settings.

use atproto::syntax::{Datetime, Did};
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, nsid};

/// A person's settings; one record with the key `self`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct SailorProfile {
    /// When the settings were first made.
    pub created_at: Datetime,
    /// When they were last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Datetime>,
    /// The hold that blobs are pushed to; `None` leaves the choice to the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_hold: Option<Did>,
    /// Delete a manifest record when its last tag moves away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_remove_untagged: Option<bool>,
}

impl_record_serde!(SailorProfile, nsid::SAILOR_PROFILE);

impl Record for SailorProfile {
    const NSID: &'static str = nsid::SAILOR_PROFILE;

    fn validate(&self) -> Result<(), LexiconViolation> {
        Ok(())
    }
}
