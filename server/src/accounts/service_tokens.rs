//! People who ask a service of ours, as their PDSes vouch for them. atproto.com/specs/xrpc
//!
//! A service token counts when its claims name this service and this method, the key that the issuer's DID
//! document names now signed it, it was not used before, and the account is active where the method writes.

use std::sync::Arc;
use std::time::Duration;

use atproto::service_auth::{Expected, ServiceToken, ServiceTokenError};
use atproto::syntax::{AtIdentifier, Did};
use moka::future::Cache;

use crate::clients::pds::{PdsClient, RepoStatus};
use crate::clock::Clock;
use crate::db::{Database, DatabaseError};
use crate::identity::{Freshness, Identities, Identity, IdentityError};

/// An issuer whose signature failed is looked up again at most this often, so that bad tokens do not become
/// requests to the directory.
const LOOK_UP_AGAIN: Duration = Duration::from_secs(10);
/// How long an account's status is believed.
const STATUS_BELIEVED: Duration = Duration::from_mins(1);
const REMEMBERED: u64 = 10_000;

/// Who verifies service tokens. Cheap to clone.
#[derive(Clone)]
pub struct ServiceTokens {
    inner: Arc<Inner>,
}

struct Inner {
    audience: Did,
    service: &'static str,
    identities: Identities,
    pds: PdsClient,
    database: Database,
    clock: Clock,
    looked_up_again: Cache<Did, ()>,
    statuses: Cache<Did, RepoStatus>,
}

/// What verifying is made of.
pub struct ServiceTokensSetup {
    /// The DID that tokens must name.
    pub audience: Did,
    /// The fragment of the service in its DID document, without `#`.
    pub service: &'static str,
    /// Says whose keys are whose.
    pub identities: Identities,
    /// Says whether an account is active.
    pub pds: PdsClient,
    /// Remembers which tokens were used.
    pub database: Database,
    /// The time.
    pub clock: Clock,
}

/// Why a token does not open anything. The texts are for whoever sent it.
#[derive(Debug, thiserror::Error)]
pub enum NotVouchedFor {
    /// The token itself is at fault.
    #[error(transparent)]
    Token(#[from] ServiceTokenError),
    /// It was used before.
    #[error("Invalid token: it was used before; get a fresh one for each request")]
    Used,
    /// The account is deactivated, suspended, taken down or deleted.
    #[error("the account {0} is not active")]
    AccountInactive(Did),
    /// The issuer's DID cannot be looked up at the moment.
    #[error("the account of the token cannot be looked up at the moment; try again")]
    Unavailable,
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DatabaseError),
}

impl ServiceTokens {
    /// Puts the parts together.
    pub fn new(setup: ServiceTokensSetup) -> Self {
        let cache = |lifetime| {
            Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(lifetime)
        };
        Self {
            inner: Arc::new(Inner {
                audience: setup.audience,
                service: setup.service,
                identities: setup.identities,
                pds: setup.pds,
                database: setup.database,
                clock: setup.clock,
                looked_up_again: cache(LOOK_UP_AGAIN).build(),
                statuses: Cache::builder()
                    .max_capacity(REMEMBERED)
                    .time_to_live(STATUS_BELIEVED)
                    .build(),
            }),
        }
    }

    /// Who sends this token with a call of `method`. It is used up.
    pub async fn verify(&self, token: &str, method: &str) -> Result<Did, NotVouchedFor> {
        let inner = &self.inner;
        let token = ServiceToken::parse(token)?;
        token.check(&Expected {
            audience: &inner.audience,
            service: inner.service,
            method,
            now: inner.clock.now().timestamp(),
        })?;
        let issuer = &token.claims().issuer;
        let identity = self.resolve(issuer).await?;
        if let Err(error) = verify_signature(&token, &identity) {
            // The key may have changed since we looked.
            if inner.looked_up_again.contains_key(issuer) {
                return Err(error.into());
            }
            inner.looked_up_again.insert(issuer.clone(), ()).await;
            inner.identities.forget(issuer).await;
            verify_signature(&token, &*self.resolve(issuer).await?)?;
        }
        let claims = token.claims();
        let is_first = inner
            .database
            .use_service_token(issuer.as_str(), &claims.id, claims.expires_at * 1000)
            .await?;
        if !is_first {
            return Err(NotVouchedFor::Used);
        }
        Ok(issuer.clone())
    }

    /// Refuses accounts that are not active, for methods that write. A PDS that cannot be asked decides nothing: it
    /// vouched for the account a moment ago.
    pub async fn check_active(&self, account: &Did) -> Result<(), NotVouchedFor> {
        let status = if let Some(status) = self.inner.statuses.get(account).await {
            status
        } else {
            let identity = self.resolve(account).await?;
            let pds = &self.inner.pds;
            let Ok(status) = pds.get_repo_status(&identity.pds, account).await else {
                return Ok(());
            };
            self.inner.statuses.insert(account.clone(), status).await;
            status
        };
        match status {
            RepoStatus::Active => Ok(()),
            RepoStatus::Inactive => Err(NotVouchedFor::AccountInactive(account.clone())),
        }
    }

    /// Forgets tokens that have expired.
    pub async fn purge(&self) -> Result<u64, NotVouchedFor> {
        let now = self.inner.clock.now_millis();
        Ok(self.inner.database.purge_service_tokens(now).await?)
    }

    async fn resolve(&self, did: &Did) -> Result<Arc<Identity>, NotVouchedFor> {
        let identifier = AtIdentifier::Did(did.clone());
        let resolved = self
            .inner
            .identities
            .resolve(&identifier, Freshness::ForAuth)
            .await;
        resolved.map_err(|error: IdentityError| {
            if error.is_transient() {
                NotVouchedFor::Unavailable
            } else {
                // Whether the account or the signature is wrong is not said.
                NotVouchedFor::Token(ServiceTokenError::Signature)
            }
        })
    }
}

fn verify_signature(token: &ServiceToken, identity: &Identity) -> Result<(), ServiceTokenError> {
    let key = identity
        .signing_key
        .as_ref()
        .ok_or(ServiceTokenError::Signature)?;
    token.verify_signature(key)
}
