//! What was pushed last, for feeds.

use atproto::syntax::Did;
use oci::{Digest, RepositoryName, RepositoryPath};

use super::{Catalog, CatalogError, Owner, Reader};

/// Pushes in a feed.
const MAX_PUSHES: i64 = 50;

/// Tags that moved, the last one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushes {
    /// Whose.
    pub owner: Owner,
    /// The tags.
    pub pushes: Vec<Push>,
}

/// A tag that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The repository, below the owner's name.
    pub path: String,
    /// The tag.
    pub tag: String,
    /// What it points to now.
    pub digest: Digest,
    /// When it moved, unix milliseconds.
    pub at: i64,
}

impl Catalog {
    /// What somebody pushed last, as far as the reader may see it.
    pub async fn pushes_of_person(
        &self,
        reader: &Reader,
        name: &str,
    ) -> Result<Pushes, CatalogError> {
        let owner = self.find_owner(name).await?;
        self.inner.registry.refresh_listing(&owner.did).await?;
        self.pushes(reader, owner, None).await
    }

    /// What was pushed to a repository last.
    pub async fn pushes_to_repository(
        &self,
        reader: &Reader,
        name: &RepositoryName,
    ) -> Result<Pushes, CatalogError> {
        let access = self.open(reader, name).await?;
        self.require_repository(&access).await?;
        let owner = self.find_owner(name.owner()).await?;
        self.pushes(reader, owner, Some(name.path())).await
    }

    /// What somebody pushed last as far as it is known here, whoever may read it: for themselves.
    pub async fn newest_push(&self, did: &Did) -> Result<Option<(Owner, Push)>, CatalogError> {
        let newest = self.inner.database.list_pushes(did, None, 1).await?;
        let Some(row) = newest.into_iter().next() else {
            return Ok(None);
        };
        let owner = self.find_owner(did.as_str()).await?;
        let push = row.digest.parse().ok().map(|digest| Push {
            path: row.repository,
            tag: row.tag,
            digest,
            at: row.updated_at,
        });
        Ok(push.map(|push| (owner, push)))
    }

    async fn pushes(
        &self,
        reader: &Reader,
        owner: Owner,
        path: Option<&RepositoryPath>,
    ) -> Result<Pushes, CatalogError> {
        let rows = self
            .inner
            .database
            .list_pushes(&owner.did, path, MAX_PUSHES)
            .await?;
        let mut pushes = Vec::new();
        for row in rows {
            let (Ok(path), Ok(digest)) = (row.repository.parse(), row.digest.parse()) else {
                continue;
            };
            if self.open_by_did(reader, &owner.did, &path).await?.is_some() {
                pushes.push(Push {
                    path: row.repository,
                    tag: row.tag,
                    digest,
                    at: row.updated_at,
                });
            }
        }
        Ok(Pushes { owner, pushes })
    }
}
