//! A hold: shared storage with a captain who owns it, and an account of the network with a repo of its own.
//! Knows nothing of registries, HTTP or SQL.
//!
//! Everything that asks a hold for something names the person it is for; `permissions` decides, by the records in
//! the hold's repo.

use std::sync::Arc;

use atproto::data::Cid;
use atproto::syntax::Did;
use oci::Digest;
use url::Url;

use crate::blob_store::BlobStore;
use crate::clock::Clock;
use crate::db::Database;
use crate::keyed_lock::KeyedLock;

mod about;
mod activity;
mod archive;
mod blobs;
mod captain;
mod crew;
mod error;
mod firehose;
mod garbage_collection;
mod human_bytes;
mod identity;
mod layer_digest;
mod layers;
mod load_identity;
mod network;
mod permissions;
mod personal_data;
mod posts;
mod projection;
mod quota;
mod reconcile;
mod record_blobs;
mod record_rules;
mod records;
mod reopen;
pub mod repo;
mod running_hashes;
mod set_up;
mod signing_key;
mod stats;
mod tiers;
mod upload_locks;
mod uploads;
mod usage;

pub use crate::db::LayerUsage;
pub use about::AboutChange;
pub use activity::{ActivityAction, ActivityFilter, Actor, Entry, NotedActivity};
pub use archive::{ArchiveError, Archived, ArchivedKeys, CopyProgress, Imported, import_hold};
pub use captain::{Captain, CaptainSettings};
pub use crew::{CrewChange, CrewMember, Joined, TierChange, crew_key};
pub use error::HoldError;
pub use firehose::{FirehoseError, Subscription};
pub use garbage_collection::{
    Amount, Collection, CollectionAnswer, CollectionOutcome, CollectionProgress, CollectionRun,
    CollectionState, Fate, GarbageItem, GarbageReport, KeptFor, Phase,
};
pub use human_bytes::human_bytes;
pub use identity::{HOLD_SERVICE, HOLD_SERVICE_TYPE, HoldIdentity};
pub use layers::Noted;
pub use load_identity::{IdentitySource, LoadIdentityError, LoadedIdentity, load_identity};
pub use network::{NetworkStatus, RecordCount, RelayState};
pub use permissions::{BLOB_READ, BLOB_WRITE, CREW_ADMIN, CrewPermissions, Standing};
pub use personal_data::{Deleted, PersonalData};
pub use quota::Quota;
pub use reconcile::LivingManifests;
pub use record_blobs::{MAX_RECORD_BLOB_BYTES, UsedRecordBlob};
pub use reopen::{ReopenError, reopen_hold};
pub use repo::{CommitInfo, HoldRepo, RepoError};
pub use set_up::{HoldSetup, SetUpError};
pub use signing_key::SigningKeyError;
pub use stats::stats_key;
pub use tiers::{Tier, Tiers};
pub use uploads::{ReapedUploads, StoredPart};
pub use usage::{PersonUsage, Removal, RepositoryUsage, UsageReport, UsageSample};

use blobs::BlobSizes;
use permissions::Remembered;
use running_hashes::RunningHashes;
use upload_locks::UploadLocks;

/// What the operator decided about a hold, and no record says.
#[derive(Debug, Clone)]
pub struct HoldSettings {
    /// The largest blob it takes, in bytes.
    pub max_blob_bytes: u64,
    /// What crew members may store.
    pub tiers: Tiers,
    /// Whether the operator runs this process by hand: what it does in the captain's name is theirs.
    pub by_operator: bool,
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
    refusals: activity::Refusals,
    /// Whoever makes a blob exist or removes one takes turns with others about its digest.
    blob_turns: KeyedLock<Digest>,
    /// Taken by whoever collects garbage.
    collecting: tokio::sync::Mutex<()>,
    /// Collections that are to end early.
    stops: garbage_collection::Stops,
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
            refusals: activity::Refusals::default(),
            blob_turns: KeyedLock::default(),
            collecting: tokio::sync::Mutex::default(),
            stops: garbage_collection::Stops::default(),
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

    /// The quotas that crew members can have.
    pub fn tiers(&self) -> &Tiers {
        &self.inner.settings.tiers
    }

    /// Where a method of the hold is called.
    pub fn method_url(&self, nsid: &str) -> Url {
        let mut url = self.identity().public_url().clone();
        url.set_path(&format!("/xrpc/{nsid}"));
        url
    }

    /// Where everybody finds a blob of the hold's own records.
    pub fn blob_url(&self, cid: &Cid) -> String {
        let mut url = self.method_url("com.atproto.sync.getBlob");
        url.query_pairs_mut()
            .append_pair("did", self.did().as_str())
            .append_pair("cid", &cid.to_string());
        url.into()
    }

    /// The hold's records.
    pub fn repo(&self) -> &HoldRepo {
        &self.inner.repo
    }

    /// Whether other processes may work on the hold at the same time. If not, nobody else may remove what this one
    /// remembers.
    pub fn is_shared(&self) -> bool {
        self.inner.database.is_shared()
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
