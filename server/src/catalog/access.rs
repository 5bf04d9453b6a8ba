//! Who looks, and what they may see: decided by the registry, as for a pull.

use std::time::Duration;

use atproto::syntax::Did;
use oci::{Reference, RepositoryName, RepositoryPath};

use super::{Catalog, CatalogError};
use crate::clients::hold::HoldUser;
use crate::registry::permissions::{Caller, PullAccess};
use crate::registry::{FoundManifest, RegistryError};

/// How long a list waits to know whether a repository may be in it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whoever looks at a page: somebody who is signed in, or nobody in particular.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader {
    /// The person, with their session.
    pub user: Option<HoldUser>,
}

impl Reader {
    /// As the registry knows callers. There is no token, so what everybody may read needs none, and what only some
    /// may read follows the person.
    fn caller(&self) -> Caller {
        Caller {
            did: self.user.as_ref().map(|user| user.did.clone()),
            session: self.user.as_ref().and_then(|user| user.session.clone()),
            grants: None,
        }
    }
}

impl Catalog {
    /// The right to look at a repository, which need not have anything in it.
    pub(super) async fn open(
        &self,
        reader: &Reader,
        name: &RepositoryName,
    ) -> Result<PullAccess, CatalogError> {
        let access = self
            .inner
            .registry
            .pull_access(reader.caller(), name.clone());
        Ok(Box::pin(access).await?)
    }

    /// A manifest, with the rights of whoever looks. What is kept in memory while the registry finds it is large, so
    /// it lies beside what calls.
    pub(super) async fn find_manifest(
        &self,
        access: &PullAccess,
        reference: &Reference,
    ) -> Result<FoundManifest, RegistryError> {
        Box::pin(self.inner.registry.find_manifest(access, reference)).await
    }

    /// The right to look at a repository by its owner's DID, for a list; `None` where the reader may not, and where
    /// it cannot be found out soon: one hold that does not answer must not take the whole list with it.
    pub(super) async fn open_by_did(
        &self,
        reader: &Reader,
        owner: &Did,
        path: &RepositoryPath,
    ) -> Result<Option<PullAccess>, CatalogError> {
        let name = owner
            .to_oci_component()
            .and_then(|component| RepositoryName::new(&component, path).ok());
        let Some(name) = name else {
            return Ok(None);
        };
        match tokio::time::timeout(PATIENCE, self.open(reader, &name)).await {
            Ok(Ok(access)) => Ok(Some(access)),
            Ok(Err(CatalogError::Database(error))) => Err(error.into()),
            Ok(Err(CatalogError::Registry(error))) => {
                tracing::warn!(
                    repository.name = %name,
                    error = &error as &dyn std::error::Error,
                    "a repository was left out of a list"
                );
                Ok(None)
            }
            Ok(Err(_)) | Err(_) => Ok(None),
        }
    }

    /// Fails where a repository has nothing in it, after asking its owner's PDS for what is new. Answers whether
    /// what is known is as fresh as it should be.
    pub(super) async fn require_repository(
        &self,
        access: &PullAccess,
    ) -> Result<bool, CatalogError> {
        let (owner, path) = (&access.repository.owner, access.repository.path());
        let (registry, database) = (&self.inner.registry, &self.inner.database);
        let is_fresh = registry.refresh_listing_soon(owner).await?;
        if database.repository_exists(owner, path).await? {
            return Ok(is_fresh);
        }
        // It may be among what is still asked for.
        let is_fresh = registry.refresh_listing(owner).await?;
        if database.repository_exists(owner, path).await? {
            Ok(is_fresh)
        } else {
            Err(CatalogError::RepositoryUnknown)
        }
    }
}
