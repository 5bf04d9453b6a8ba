//! `io.atcr.sailor.star`: a repository a person likes.

use atproto::syntax::{Datetime, Did};
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, limits, nsid};

const MAX_REPOSITORY_BYTES: usize = 255;

/// A star, in the PDS of the person who gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct SailorStar {
    /// The repository that is liked.
    pub subject: RepositorySubject,
    /// When the star was given.
    pub created_at: Datetime,
}

/// A repository of an account: `io.atcr.sailor.star#subject`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositorySubject {
    /// The owner.
    pub did: Did,
    /// The repository within the owner's namespace, at most 255 bytes.
    pub repository: String,
}

impl_record_serde!(SailorStar, nsid::SAILOR_STAR);

impl Record for SailorStar {
    const NSID: &'static str = nsid::SAILOR_STAR;

    fn validate(&self) -> Result<(), LexiconViolation> {
        limits::max_length(
            "subject.repository",
            &self.subject.repository,
            MAX_REPOSITORY_BYTES,
        )
    }
}
