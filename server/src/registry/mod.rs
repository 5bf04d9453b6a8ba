//! Images: pushing, pulling, listing and deleting them.
//!
//! Manifests and tags are records in their owner's PDS; this module writes them there, keeps a verified copy
//! for reading, and moves blobs in and out of holds. It meets a hold only through
//! [`HoldClient`], so one next door and one across the world look alike.
//! It knows nothing of HTTP.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use atproto::syntax::Did;
use oci::{Action, RepositoryName, RepositoryPath};

use crate::accounts::PdsSessions;
use crate::accounts::access_tokens::AccessScopes;
use crate::clients::hold::{HoldError, HoldUser};
use crate::clients::holds::Holds;
use crate::clients::pds::PdsClient;
use crate::clock::Clock;
use crate::db::Database;
use crate::identity::{Freshness, Identities, Identity};

mod cache;
mod catalog_listing;
mod delete;
mod error;
mod forget_owner;
mod hold_routing;
mod manifest_plan;
mod notices;
pub mod permissions;
mod pull;
mod pull_counts;
mod push;
mod records;
mod referrers;
pub mod registry_token;
mod settings;
mod tags;
mod uploads;

pub use catalog_listing::CatalogPage;
pub use error::RegistryError;
pub use pull::{BlobRead, FoundManifest};
pub use push::StoredManifest;
pub use referrers::ReferrersPage;
pub use settings::{KnownSettings, TagPattern, TagPatternError};
pub use tags::TagsPage;
pub use uploads::Mounted;

use cache::Cache;
use hold_routing::Routes;
use permissions::{Caller, DeleteAccess, PullAccess, PushAccess, Refusal, Repository, Rights};
use pull_counts::PullCounts;

/// How fresh an answer about somebody's records must be.
#[derive(Debug, Clone, Copy)]
pub struct RegistrySettings {
    /// A tag that its PDS confirmed within this time is served without asking again.
    pub tag_fresh: Duration,
    /// A whole listing of somebody's records is repeated after this time.
    pub listing_fresh: Duration,
}

/// The registry. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    identities: Identities,
    pds: PdsClient,
    sessions: PdsSessions,
    holds: Holds,
    default_hold: Did,
    routes: Routes,
    clock: Clock,
    settings: RegistrySettings,
    cache: Cache,
    pull_counts: PullCounts,
}

/// What a [`Registry`] is made of.
pub struct RegistryParts {
    /// Where the catalogue lies.
    pub database: Database,
    /// Who is who.
    pub identities: Identities,
    /// Reading records.
    pub pds: PdsClient,
    /// Writing records.
    pub sessions: PdsSessions,
    /// Every hold there is.
    pub holds: Holds,
    /// The hold that pushes go to whose owner chose none.
    pub default_hold: Did,
    /// The time.
    pub clock: Clock,
    /// How fresh answers must be.
    pub settings: RegistrySettings,
}

impl Registry {
    /// Puts the parts together.
    pub fn new(parts: RegistryParts) -> Self {
        let cache = Cache::new(!parts.database.is_shared());
        Self {
            inner: Arc::new(Inner {
                database: parts.database,
                identities: parts.identities,
                pds: parts.pds,
                sessions: parts.sessions,
                holds: parts.holds,
                default_hold: parts.default_hold,
                routes: Routes::new(),
                clock: parts.clock,
                settings: parts.settings,
                cache,
                pull_counts: PullCounts::default(),
            }),
        }
    }

    /// What a token for `user` may grant on `name`, with whose name it is. An owner that cannot be found gets
    /// `None`: such a token grants nothing, and the request that follows explains why.
    pub async fn grantable(
        &self,
        user: Option<&HoldUser>,
        name: &RepositoryName,
    ) -> Result<Option<(Did, BTreeSet<Action>)>, RegistryError> {
        // Somebody without a login can only be granted reading, for which an older answer is good enough.
        let freshness = if user.is_some() {
            Freshness::ForAuth
        } else {
            Freshness::ForReading
        };
        let (owner, is_current) = match self.owner(name, freshness).await {
            Ok(owner) => (owner, user.is_some()),
            // Pulls go on while the directory is down, and clients ask for a token before they pull.
            Err(RegistryError::Owner(error)) if error.is_transient() => {
                let Ok(owner) = self.owner(name, Freshness::ForReading).await else {
                    return Ok(None);
                };
                (owner, false)
            }
            Err(_) => return Ok(None),
        };
        let rights = self.rights(user, &owner.did, name.path()).await?;
        let mut actions = rights.allowed_actions();
        actions.retain(|action| is_current || *action == Action::Pull);
        Ok(Some((owner.did.clone(), actions)))
    }

    /// As [`Registry::grantable`], for somebody who logged in with an access token: no more than it is good for. But
    /// what everybody may pull, whoever has a token may pull too, or logging in would take something away.
    pub async fn grantable_by_access_token(
        &self,
        user: &HoldUser,
        scopes: &AccessScopes,
        name: &RepositoryName,
    ) -> Result<Option<(Did, BTreeSet<Action>)>, RegistryError> {
        let Some((owner, allowed)) = self.grantable(Some(user), name).await? else {
            return Ok(None);
        };
        let mut actions = scopes.allowed_actions(&owner, name.path());
        actions.retain(|action| allowed.contains(action));
        if allowed.contains(&Action::Pull)
            && !actions.contains(&Action::Pull)
            && self.may_read(None, &owner, name.path()).await?
        {
            actions.insert(Action::Pull);
        }
        Ok(Some((owner, actions)))
    }

    /// Turns a caller into somebody who may pull from `name`, or refuses.
    pub async fn pull_access(
        &self,
        caller: Caller,
        name: RepositoryName,
    ) -> Result<PullAccess, RegistryError> {
        let repository = self
            .authorize(&caller, name, Action::Pull, Freshness::ForReading)
            .await?;
        Ok(PullAccess {
            may_push: caller.is_granted(&repository.name, &repository.owner, Action::Push),
            repository,
            reader: caller.hold_user(),
        })
    }

    /// Turns a caller into somebody who may push to `name`, or refuses.
    pub async fn push_access(
        &self,
        caller: Caller,
        name: RepositoryName,
    ) -> Result<PushAccess, RegistryError> {
        let repository = self
            .authorize(&caller, name, Action::Push, Freshness::ForAuth)
            .await?;
        Ok(PushAccess {
            repository,
            session: caller.session.clone(),
            caller,
        })
    }

    /// Turns a caller into somebody who may delete from `name`, or refuses.
    pub async fn delete_access(
        &self,
        caller: Caller,
        name: RepositoryName,
    ) -> Result<DeleteAccess, RegistryError> {
        let repository = self
            .authorize(&caller, name, Action::Delete, Freshness::ForAuth)
            .await?;
        Ok(DeleteAccess {
            repository,
            session: caller.session,
        })
    }

    async fn authorize(
        &self,
        caller: &Caller,
        name: RepositoryName,
        action: Action,
        freshness: Freshness,
    ) -> Result<Repository, RegistryError> {
        let owner = match self.owner(&name, freshness).await {
            Ok(owner) => owner,
            // Nobody in particular is asked to log in before they learn anything about a name to write to.
            Err(_) if caller.grants.is_none() && action != Action::Pull => {
                return Err(refused(Refusal::Challenge, &name, None));
            }
            Err(error) => return Err(error),
        };
        let rights = self
            .rights(caller.hold_user().as_ref(), &owner.did, name.path())
            .await?;
        match caller.check(&name, &owner.did, action, rights) {
            Ok(()) => Ok(Repository {
                owner: owner.did.clone(),
                name,
            }),
            Err(Refusal::HoldRefuses) => {
                let writer = caller.hold_user().unwrap_or_else(|| HoldUser {
                    did: owner.did.clone(),
                    session: None,
                });
                let hold = self.push_hold(&owner.did).await?;
                let reason = match hold.check_write(&writer).await {
                    Err(error @ HoldError::Unreachable { .. }) => return Err(error.into()),
                    Err(error) => error.to_string(),
                    Ok(()) => "the hold does not take this".to_owned(),
                };
                Err(RegistryError::Refused {
                    refusal: Refusal::HoldRefuses,
                    reason,
                })
            }
            Err(refusal) => Err(refused(refusal, &name, caller.did.as_ref())),
        }
    }

    async fn owner(
        &self,
        name: &RepositoryName,
        freshness: Freshness,
    ) -> Result<Arc<Identity>, RegistryError> {
        self.inner
            .identities
            .resolve_owner(name.owner(), freshness)
            .await
            .map_err(RegistryError::Owner)
    }

    async fn rights(
        &self,
        user: Option<&HoldUser>,
        owner: &Did,
        path: &RepositoryPath,
    ) -> Result<Rights, RegistryError> {
        let is_owner = user.is_some_and(|user| user.did == *owner);
        let may_write = match user {
            Some(user) if is_owner => match self.push_hold(owner).await {
                Ok(hold) => hold.check_write(user).await.is_ok(),
                Err(_) => false,
            },
            _ => false,
        };
        Ok(Rights {
            is_owner,
            may_read: self.may_read(user, owner, path).await?,
            may_write,
        })
    }
}

fn refused(refusal: Refusal, name: &RepositoryName, caller: Option<&Did>) -> RegistryError {
    let reason = match refusal {
        Refusal::Challenge => "log in to do this, or ask for a token with this scope".to_owned(),
        Refusal::Hidden => "there is no such repository".to_owned(),
        Refusal::HoldRefuses => "the hold does not take this".to_owned(),
        Refusal::NotOwner => format!(
            "only {} writes to names that begin with {}/, and you are logged in as {}",
            name.owner(),
            name.owner(),
            caller.map_or("nobody", Did::as_str)
        ),
    };
    RegistryError::Refused { refusal, reason }
}
