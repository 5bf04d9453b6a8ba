//! Removing everything that is kept about somebody, in an order in which nothing new can come while it goes: first what
//! acts for them, then their records where they wish it, then holds, then the copies here, and at last what they are
//! signed in with. What cannot be reached is named, and everything may be repeated.

use std::time::Duration;

use atproto::syntax::{AtIdentifier, Did, Nsid, RecordKey};
use lexicon::nsid;
use lexicon::xrpc::delete_user_data;

use super::documents::COLLECTIONS;
use super::holds::HoldRefusal;
use super::{PersonalData, PersonalDataError};
use crate::accounts::oauth::Permission;
use crate::accounts::{BrowserSessionId, PdsSessionError};
use crate::clients::hold::{HoldError, HoldUser};
use crate::clients::pds::{PdsError, Write};
use crate::identity::Freshness;

/// `com.atproto.repo.applyWrites` takes no more.
const MAX_WRITES: usize = 200;
/// How long one hold may take altogether.
const PATIENCE: Duration = Duration::from_mins(3);

/// What became of a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Records in the person's own repo, where they wished those to go.
    pub records: Option<Removal>,
    /// What each hold knew, by its DID.
    pub holds: Vec<(Did, Removal)>,
    /// Manifests of which copies were here.
    pub manifests: u64,
    /// Access tokens and devices that were revoked.
    pub tokens: u64,
}

/// What became of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed {
        /// How many things it were.
        count: u64,
    },
    /// It is still there.
    Kept {
        /// Why.
        obstacle: Obstacle,
    },
}

/// Why something is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// A hold did not remove it.
    Hold(HoldRefusal),
    /// This server may not write into the person's repo.
    NotAllowed,
    /// The person's server did not remove it.
    Server,
}

impl Deletion {
    /// Whether everything went.
    pub fn is_complete(&self) -> bool {
        let removed = |removal: &Removal| matches!(removal, Removal::Removed { .. });
        self.records.iter().all(removed) && self.holds.iter().all(|(_, removal)| removed(removal))
    }
}

impl PersonalData {
    /// Removes everything about somebody. When all of it went, no browser of theirs is signed in any more; otherwise the
    /// one that asks stays, so that they can try again.
    ///
    /// # Errors
    /// [`PersonalDataError::Captain`] before anything happens, when the hold of this server is theirs.
    pub async fn delete(
        &self,
        did: &Did,
        asks: &BrowserSessionId,
        with_records: bool,
    ) -> Result<Deletion, PersonalDataError> {
        let parts = self.parts();
        if let Some(hold) = self.own_local_hold(did).await? {
            return Err(PersonalDataError::Captain { hold });
        }
        let holds = self.holds_of(did).await?;
        let user = self.hold_user(did).await?;
        let tokens = parts.access.access_tokens.revoke_all(did).await?;
        let records = if with_records {
            Some(self.delete_records(did).await)
        } else {
            None
        };
        let mut removed = Vec::with_capacity(holds.len());
        for hold in holds {
            let removal = self.delete_in_hold(&hold.did, &user).await;
            removed.push((hold.did, removal));
        }
        let manifests = parts.registry.forget_owner(did).await?;
        parts.database.delete_data_exports(did).await?;
        let deletion = Deletion {
            records,
            holds: removed,
            manifests,
            tokens,
        };
        self.sign_out(did, asks, deletion.is_complete()).await?;
        tracing::info!(
            complete = deletion.is_complete(),
            "somebody removed their data"
        );
        Ok(deletion)
    }

    /// The hold of this process, where it is somebody's own: then they hand it over first.
    pub async fn own_local_hold(&self, did: &Did) -> Result<Option<Did>, PersonalDataError> {
        let Some(hold) = self.parts().registry.holds().local() else {
            return Ok(None);
        };
        let is_own = hold.describe().await?.captain == *did;
        Ok(is_own.then(|| hold.did().clone()))
    }

    async fn delete_in_hold(&self, hold: &Did, user: &HoldUser) -> Removal {
        let asked = async {
            let client = self.parts().registry.holds().open(hold).await?;
            client.delete_user_data(user).await
        };
        let outcome = tokio::time::timeout(PATIENCE, asked).await;
        let unreachable = HoldError::Unreachable { did: hold.clone() };
        match outcome.unwrap_or(Err(unreachable)) {
            Ok(deleted) => Removal::Removed {
                count: count(&deleted),
            },
            Err(error) => Removal::Kept {
                obstacle: Obstacle::Hold(HoldRefusal::of(&error)),
            },
        }
    }

    /// Removes the person's own records of our collections at their server.
    async fn delete_records(&self, did: &Did) -> Removal {
        match self.try_delete_records(did).await {
            Ok(count) => Removal::Removed { count },
            Err(error) => {
                tracing::info!(
                    error = &error as &dyn std::error::Error,
                    "records of somebody who removed their data were not removed"
                );
                let obstacle = match error {
                    PersonalDataError::Session(
                        PdsSessionError::SessionEnded
                        | PdsSessionError::SessionLost
                        | PdsSessionError::Pds(PdsError::NotGranted),
                    ) => Obstacle::NotAllowed,
                    _ => Obstacle::Server,
                };
                Removal::Kept { obstacle }
            }
        }
    }

    async fn try_delete_records(&self, did: &Did) -> Result<u64, PersonalDataError> {
        let parts = self.parts();
        let account = AtIdentifier::Did(did.clone());
        let identity = parts.identities.resolve(&account, Freshness::ForReading);
        let identity = identity.await?;
        let mut count = 0;
        for collection in parts.pds.list_collections(&identity.pds, did).await? {
            let name = collection.as_str();
            if !name.starts_with(COLLECTIONS) {
                continue;
            }
            let keys = self.record_keys(&identity.pds, did, &collection).await?;
            let session = self.session_for(did, permission(name)).await?;
            let session = session.ok_or(PdsSessionError::SessionEnded)?;
            let pds = parts.access.pds_sessions.open(&session, did).await?;
            for keys in keys.chunks(MAX_WRITES) {
                let writes: Vec<Write> = keys
                    .iter()
                    .map(|rkey| Write::Delete {
                        collection: collection.clone(),
                        rkey: rkey.clone(),
                    })
                    .collect();
                pds.apply_writes(&writes).await?;
                count += writes.len() as u64;
            }
        }
        Ok(count)
    }

    async fn record_keys(
        &self,
        pds: &url::Url,
        did: &Did,
        collection: &Nsid,
    ) -> Result<Vec<RecordKey>, PersonalDataError> {
        let (mut keys, mut cursor) = (Vec::new(), None);
        loop {
            let page = self
                .parts()
                .pds
                .list_records(pds, did, collection, cursor.as_deref())
                .await?;
            let is_last = page.records.is_empty();
            keys.extend(
                page.records
                    .iter()
                    .filter_map(|record| record.uri.record_key().cloned()),
            );
            if is_last || page.cursor.is_none() || page.cursor == cursor {
                return Ok(keys);
            }
            cursor = page.cursor;
        }
    }

    /// Signs somebody out everywhere, or everywhere but in the browser that asks.
    async fn sign_out(
        &self,
        did: &Did,
        asks: &BrowserSessionId,
        also_here: bool,
    ) -> Result<(), PersonalDataError> {
        let access = &self.parts().access;
        if also_here {
            access.end(did).await?;
        } else {
            access.browsers.end_others(did, asks).await?;
        }
        Ok(())
    }
}

/// What writing into a collection needs.
fn permission(collection: &str) -> Permission {
    match collection {
        nsid::SAILOR_PROFILE => Permission::Settings,
        nsid::SAILOR_STAR => Permission::Star,
        _ => Permission::Push,
    }
}

fn count(deleted: &delete_user_data::Output) -> u64 {
    u64::from(deleted.crew_deleted)
        + deleted.layers_deleted
        + deleted.stats_deleted
        + deleted.posts_deleted
}
