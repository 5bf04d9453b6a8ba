//! A hold: shared storage with a captain who owns it, and an account of the network with a repo of its own.
//! Knows nothing of registries, HTTP or SQL.
//!
//! Everything that asks a hold for something names the person it is for; `permissions` decides, by the records in
//! the hold's repo.

use std::sync::Arc;

use atproto::syntax::Did;

use crate::blob_store::BlobStore;
use crate::clock::Clock;
use crate::db::Database;

mod blobs;
mod captain;
mod crew;
mod error;
mod firehose;
mod identity;
mod layer_digest;
mod layers;
mod load_identity;
mod permissions;
mod posts;
mod projection;
mod quota;
mod record_blobs;
mod record_rules;
pub mod repo;
mod running_hashes;
mod set_up;
mod signing_key;
mod stats;
mod upload_locks;
mod uploads;

pub use crate::db::LayerUsage;
pub use captain::{Captain, CaptainSettings};
pub use crew::{CrewMember, Joined, crew_key};
pub use error::HoldError;
pub use firehose::{FirehoseError, Subscription};
pub use identity::{HOLD_SERVICE, HOLD_SERVICE_TYPE, HoldIdentity};
pub use layers::Noted;
pub use load_identity::{IdentitySource, LoadIdentityError, LoadedIdentity, load_identity};
pub use permissions::{BLOB_READ, BLOB_WRITE, CREW_ADMIN, CrewPermissions, Standing};
pub use record_blobs::{MAX_RECORD_BLOB_BYTES, UsedRecordBlob};
pub use repo::{CommitInfo, HoldRepo, RepoError};
pub use set_up::{HoldSetup, SetUpError};
pub use signing_key::SigningKeyError;
pub use stats::stats_key;
pub use uploads::ReapedUploads;

use blobs::BlobSizes;
use permissions::Remembered;
use running_hashes::RunningHashes;
use upload_locks::UploadLocks;

/// What the operator decided about a hold, and no record says.
#[derive(Debug, Clone)]
pub struct HoldSettings {
    /// The largest blob it takes, in bytes.
    pub max_blob_bytes: u64,
}

/// One hold. Cheap to clone; clones are the same hold.
#[derive(Clone)]
pub struct Hold {
    inner: Arc<Inner>,
}

struct Inner {
    settings: HoldSettings,
    repo: HoldRepo,
    database: Database,
    blob_store: Arc<dyn BlobStore>,
    clock: Clock,
    remembered: Remembered,
    upload_locks: UploadLocks,
    running_hashes: RunningHashes,
    blob_sizes: BlobSizes,
}

impl Hold {
    /// A hold over its database and its blobs. One process has one `Hold` per hold. Before its first use,
    /// [`Hold::set_up`] makes sure that it has a captain.
    pub fn new(
        settings: HoldSettings,
        identity: HoldIdentity,
        database: Database,
        blob_store: Arc<dyn BlobStore>,
        clock: Clock,
    ) -> Self {
        let repo = HoldRepo::new(identity, database.clone(), clock.clone());
        let blob_sizes = BlobSizes::for_database(&database);
        let inner = Inner {
            settings,
            repo,
            database,
            blob_store,
            clock,
            remembered: Remembered::new(),
            upload_locks: UploadLocks::default(),
            running_hashes: RunningHashes::new(),
            blob_sizes,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The hold's DID, as manifest records name it.
    pub fn did(&self) -> &Did {
        self.identity().did()
    }

    /// Who the hold is to the network.
    pub fn identity(&self) -> &HoldIdentity {
        self.inner.repo.identity()
    }

    /// The hold's handle: the host of its origin.
    pub fn handle(&self) -> &str {
        self.identity().handle()
    }

    /// The hold's DID document.
    pub fn did_document(&self) -> serde_json::Value {
        self.identity().did_document()
    }

    /// The hold's records.
    pub fn repo(&self) -> &HoldRepo {
        &self.inner.repo
    }

    fn database(&self) -> &Database {
        &self.inner.database
    }

    fn blob_store(&self) -> &dyn BlobStore {
        &*self.inner.blob_store
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
