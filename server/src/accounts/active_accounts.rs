//! Whether an account still takes part in the network (checklist OA-56).
//!
//! An account that its person or its host deactivated, took down or deleted has no business here any more, and one
//! that moved has left what was granted at its old host. Both are noticed when the account is used: whoever acts as
//! it is checked against its PDS, at most [`BELIEVED`] after the last time. That costs one small request in a while
//! for each account in use and nothing for all others, and needs no stream of everything that happens in the network.
//! What cannot be found out changes nothing: a PDS that is down signs nobody out.

use std::sync::Arc;
use std::time::Duration;

use atproto::syntax::{AtIdentifier, Did};
use moka::sync::Cache;

use super::AllAccess;
use crate::clients::pds::{PdsClient, PdsError, RepoStatus};
use crate::clock::Clock;
use crate::identity::{Freshness, Identities, Identity};
use crate::keyed_lock::KeyedLock;

/// After this time the PDS is asked again, while requests go on, in milliseconds.
const FRESH: i64 = 20 * 1000;
/// After this time requests wait for the answer, in milliseconds.
const BELIEVED: i64 = 45 * 1000;
/// For no longer than this, though.
const PATIENCE: Duration = Duration::from_secs(2);
/// Accounts that are remembered.
const REMEMBERED: u64 = 100_000;

/// Asks about accounts, and ends what acts for those that are gone. Cheap to clone.
#[derive(Clone)]
pub struct ActiveAccounts {
    inner: Arc<Inner>,
}

struct Inner {
    identities: Identities,
    pds: PdsClient,
    access: AllAccess,
    clock: Clock,
    known: Cache<Did, Known>,
    asking: KeyedLock<Did>,
}

/// What is known of an account. Times are unix milliseconds.
#[derive(Debug, Clone, Copy)]
struct Known {
    asked_at: i64,
    is_active: bool,
}

impl ActiveAccounts {
    /// Puts the parts together.
    pub fn new(identities: Identities, pds: PdsClient, access: AllAccess, clock: Clock) -> Self {
        let kept_for = Duration::from_millis(2 * BELIEVED.unsigned_abs());
        let inner = Inner {
            identities,
            pds,
            access,
            clock,
            known: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(kept_for)
                .build(),
            asking: KeyedLock::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Whether somebody may act as this account. When not, everything that acts for it here has been ended.
    pub async fn is_active(&self, did: &Did) -> bool {
        let known = self.inner.known.get(did);
        let age = known.map(|known| self.inner.clock.now_millis() - known.asked_at);
        match (known, age) {
            (Some(known), Some(..FRESH)) => known.is_active,
            (Some(known), Some(..BELIEVED)) if known.is_active => {
                self.ask(did);
                true
            }
            _ => match tokio::time::timeout(PATIENCE, self.ask(did)).await {
                Ok(Ok(is_active)) => is_active,
                // Nothing was heard in time.
                Ok(Err(_)) | Err(_) => known.is_none_or(|known| known.is_active),
            },
        }
    }

    /// Forgets what was known of an account that has just shown who it is.
    pub fn forget(&self, did: &Did) {
        self.inner.known.invalidate(did);
    }

    /// Asks in a task of its own, which a request that goes away does not stop. Those who ask at once share an answer.
    fn ask(&self, did: &Did) -> tokio::task::JoinHandle<bool> {
        let (inner, did) = (Arc::clone(&self.inner), did.clone());
        tokio::spawn(async move {
            let _turn = inner.asking.lock(did.clone()).await;
            let (known, asked_at) = (inner.known.get(&did), inner.clock.now_millis());
            // Somebody else may have asked while this waited for its turn.
            if let Some(known) = known.filter(|known| asked_at - known.asked_at < FRESH) {
                return known.is_active;
            }
            let was_active = known.is_none_or(|known| known.is_active);
            let is_active = match inner.status_of(&did).await {
                Some(RepoStatus::Active) => true,
                Some(RepoStatus::Inactive) => false,
                None => was_active,
            };
            let news = Known {
                asked_at,
                is_active,
            };
            inner.known.insert(did.clone(), news);
            if !is_active {
                inner.end(&did).await;
            }
            is_active
        })
    }
}

impl Inner {
    /// What the account's PDS says; `None` when it cannot be asked.
    async fn status_of(&self, did: &Did) -> Option<RepoStatus> {
        let account = AtIdentifier::Did(did.clone());
        let resolve = || self.identities.resolve(&account, Freshness::ForAuth);
        let identity = resolve().await.ok()?;
        let answer = self.pds.get_repo_status(&identity.pds, did).await;
        if matches!(answer, Ok(RepoStatus::Active)) {
            return answer.ok();
        }
        // A host that has nothing good to say may be one that the account has left.
        self.identities.forget(did).await;
        match resolve().await {
            Ok(moved) if moved.pds != identity.pds => self.status_after_move(&moved).await,
            Ok(_) | Err(_) => known(did, answer),
        }
    }

    async fn status_after_move(&self, identity: &Identity) -> Option<RepoStatus> {
        let did = &identity.did;
        tracing::info!(account.did = %did, "an account has moved to another PDS");
        if let Err(error) = self.access.end_elsewhere(did, &identity.pds).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "what was granted at an account's old PDS was not ended"
            );
        }
        known(did, self.pds.get_repo_status(&identity.pds, did).await)
    }

    async fn end(&self, did: &Did) {
        tracing::info!(account.did = %did, "an account is not active any more; what acts for it ends");
        if let Err(error) = self.access.end(did).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "what acts for an account that is not active was not ended"
            );
        }
    }
}

fn known(did: &Did, answer: Result<RepoStatus, PdsError>) -> Option<RepoStatus> {
    answer
        .inspect_err(|error| {
            tracing::debug!(account.did = %did, error = error as &dyn std::error::Error, "an account's status is not known");
        })
        .ok()
}
