//! Everything that is kept about one person, here and in every hold that they use: for them to take along
//! ([`PersonalData::begin_export`]), and to have removed ([`PersonalData::delete`]).
//!
//! What each table has about people is listed in `db/personal_data.rs`, and a table that is not fails a test. What a hold
//! has is the hold's own word, `io.atcr.hold.exportUserData`. Nobody else's data is in an archive, and no secret.

mod deletion;
mod documents;
mod error;
mod export;
mod holds;
mod readme;
mod zip;

pub use deletion::{Deletion, Obstacle, Removal};
pub use error::PersonalDataError;
pub use export::{DataExport, ExportState, Missing};
pub use holds::{HoldRefusal, UsedHold};
pub use zip::TooLarge;

use std::sync::Arc;

use tokio::sync::Semaphore;
use url::Url;

use super::AllAccess;
use crate::clients::pds::PdsClient;
use crate::clock::Clock;
use crate::db::Database;
use crate::identity::Identities;
use crate::registry::Registry;

/// Archives that one process makes at a time: each has a repo in memory for a moment.
const CONCURRENT_EXPORTS: usize = 2;

/// Puts together and removes what is kept about people. Cheap to clone.
#[derive(Clone)]
pub struct PersonalData {
    inner: Arc<Inner>,
}

struct Inner {
    parts: PersonalDataParts,
    exports: Semaphore,
}

/// What a [`PersonalData`] is made of.
#[derive(Clone)]
pub struct PersonalDataParts {
    /// Where it lies.
    pub database: Database,
    /// Who is who.
    pub identities: Identities,
    /// Reading people's own repos.
    pub pds: PdsClient,
    /// Everything that acts for them.
    pub access: AllAccess,
    /// The catalogue, and the way to every hold.
    pub registry: Registry,
    /// Where browsers find this server.
    pub public_url: Url,
    /// The time.
    pub clock: Clock,
}

impl PersonalData {
    /// Puts the parts together.
    pub fn new(parts: PersonalDataParts) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                exports: Semaphore::new(CONCURRENT_EXPORTS),
            }),
        }
    }

    fn parts(&self) -> &PersonalDataParts {
        &self.inner.parts
    }
}
