//! What owners do with their repositories: describe them, decide about them, delete from them; and what everybody
//! does with those that they like.
//!
//! Everything is a record in somebody's own repo, written with their session. Images are deleted by the
//! [`Registry`] alone; here it is worked out what goes with what.

mod avatar;
mod deletion_plan;
mod deletions;
mod error;
mod page;
mod retention;
mod settings;
mod stars;

use std::sync::Arc;

use oci::{Action, RepositoryName};

pub use avatar::{Avatar, MAX_AVATAR_BYTES};
pub use deletion_plan::{DeletionPlan, Freed, Kept, KeptBecause, PlannedTag};
pub use deletions::{Cause, Deletion, DeletionStep, Progress, StepKind, StepState, What};
pub use error::OwnerError;
pub use page::{AvatarChange, PageDraft};
pub use settings::SettingsDraft;

use crate::accounts::PdsSessions;
use crate::accounts::oauth::OAuthSessions;
use crate::catalog::Owner;
use crate::clients::hold::HoldUser;
use crate::clients::pds::PdsClient;
use crate::clock::Clock;
use crate::db::Database;
use crate::identity::{Freshness, Identities, Identity};
use crate::registry::permissions::{Caller, DeleteAccess, Refusal};
use crate::registry::registry_token::Grant;
use crate::registry::{Registry, RegistryError};

/// What owners do. Cheap to clone.
#[derive(Clone)]
pub struct Repositories {
    inner: Arc<Inner>,
}

struct Inner {
    registry: Registry,
    database: Database,
    identities: Identities,
    pds: PdsClient,
    sessions: PdsSessions,
    oauth: OAuthSessions,
    clock: Clock,
    avatars: avatar::Cache,
}

/// What [`Repositories`] are made of.
pub struct RepositoriesParts {
    /// Deletes images.
    pub registry: Registry,
    /// Keeps what is under way.
    pub database: Database,
    /// Who is who.
    pub identities: Identities,
    /// Reads records.
    pub pds: PdsClient,
    /// Writes them.
    pub sessions: PdsSessions,
    /// With whose sessions rules are applied while nobody looks.
    pub oauth: OAuthSessions,
    /// The time.
    pub clock: Clock,
}

/// The right of an owner over one of their repositories. Made by [`Repositories::open`] alone.
#[derive(Debug, Clone)]
pub struct OwnedRepository {
    access: DeleteAccess,
    identity: Arc<Identity>,
}

impl OwnedRepository {
    /// Whose it is, as pages call them.
    pub fn owner(&self) -> Owner {
        Owner {
            did: self.identity.did.clone(),
            handle: self.identity.handle.clone(),
            pds: self.identity.pds.clone(),
        }
    }

    /// The repository's name, as it was asked for.
    pub fn name(&self) -> &RepositoryName {
        &self.access.repository.name
    }
}

impl Repositories {
    /// Puts the parts together.
    pub fn new(parts: RepositoriesParts) -> Self {
        Self {
            inner: Arc::new(Inner {
                registry: parts.registry,
                database: parts.database,
                identities: parts.identities,
                pds: parts.pds,
                sessions: parts.sessions,
                oauth: parts.oauth,
                clock: parts.clock,
                avatars: avatar::new_cache(),
            }),
        }
    }

    /// Turns somebody into the owner of a repository, or refuses. A repository that they may not read does not exist.
    pub async fn open(
        &self,
        user: &HoldUser,
        name: &RepositoryName,
    ) -> Result<OwnedRepository, OwnerError> {
        let identity = self
            .inner
            .identities
            .resolve_owner(name.owner(), Freshness::ForReading)
            .await
            .map_err(RegistryError::Owner)?;
        let registry = &self.inner.registry;
        if identity.did != user.did {
            registry
                .pull_access(nobody_more(user), name.clone())
                .await?;
            return Err(OwnerError::NotOwner);
        }
        let access = registry.delete_access(owner(user, name), name.clone());
        match Box::pin(access).await {
            Ok(access) => Ok(OwnedRepository { access, identity }),
            Err(RegistryError::Refused {
                refusal: Refusal::NotOwner,
                ..
            }) => Err(OwnerError::NotOwner),
            Err(error) => Err(error.into()),
        }
    }

    /// As [`Self::open`], for a repository that has something in it.
    pub async fn open_filled(
        &self,
        user: &HoldUser,
        name: &RepositoryName,
    ) -> Result<OwnedRepository, OwnerError> {
        let owned = self.open(user, name).await?;
        let exists = self
            .inner
            .database
            .repository_exists(&owned.identity.did, name.path())
            .await?;
        if exists {
            Ok(owned)
        } else {
            Err(OwnerError::RepositoryUnknown)
        }
    }

    /// The time, unix milliseconds.
    pub fn now_millis(&self) -> i64 {
        self.inner.clock.now_millis()
    }
}

/// Somebody with no token: they may what everybody like them may.
fn nobody_more(user: &HoldUser) -> Caller {
    Caller {
        did: Some(user.did.clone()),
        session: user.session.clone(),
        grants: None,
    }
}

/// Somebody who is signed in on our own pages may there what a token for this one repository would let them.
fn owner(user: &HoldUser, name: &RepositoryName) -> Caller {
    let grant = Grant::Repository {
        name: name.clone(),
        owner: user.did.clone(),
        actions: [Action::Pull, Action::Delete].into(),
    };
    Caller {
        grants: Some(Arc::new([grant])),
        ..nobody_more(user)
    }
}
