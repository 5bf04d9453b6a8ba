//! A hold: shared storage with a captain who owns it. Knows nothing of registries, HTTP or SQL.
//!
//! Everything that asks a hold for something names the person it is for; `permissions` decides.

use std::sync::Arc;

use atproto::syntax::Did;

use crate::blob_store::BlobStore;
use crate::clock::Clock;
use crate::db::Database;

mod blobs;
mod error;
mod layers;
mod permissions;
mod running_hashes;
mod upload_locks;
mod uploads;

pub use crate::db::LayerUsage;
pub use error::HoldError;
pub use uploads::ReapedUploads;

use blobs::BlobSizes;
use running_hashes::RunningHashes;
use upload_locks::UploadLocks;

/// What the operator decided about a hold.
#[derive(Debug, Clone)]
pub struct HoldSettings {
    /// The hold's own DID.
    pub did: Did,
    /// Who owns it.
    pub captain: Did,
    /// Whether everybody may read.
    pub public: bool,
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
    database: Database,
    blob_store: Arc<dyn BlobStore>,
    clock: Clock,
    upload_locks: UploadLocks,
    running_hashes: RunningHashes,
    blob_sizes: BlobSizes,
}

impl Hold {
    /// A hold over its database and its blobs. One process has one `Hold` per hold.
    pub fn new(
        settings: HoldSettings,
        database: Database,
        blob_store: Arc<dyn BlobStore>,
        clock: Clock,
    ) -> Self {
        let blob_sizes = BlobSizes::for_database(&database);
        let inner = Inner {
            settings,
            database,
            blob_store,
            clock,
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
        &self.inner.settings.did
    }

    /// Who owns it.
    pub fn captain(&self) -> &Did {
        &self.inner.settings.captain
    }

    /// Whether everybody may read.
    pub fn is_public(&self) -> bool {
        self.inner.settings.public
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
