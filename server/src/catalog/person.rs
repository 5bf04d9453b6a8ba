//! Somebody's repositories.

use futures::{StreamExt as _, TryStreamExt as _};
use oci::Digest;

use super::{ArtifactKind, Catalog, CatalogError, Owner, Reader};
use crate::db::RepositoryRow;

/// Repositories on one page; nobody has been seen with as many.
const MAX_REPOSITORIES: i64 = 1000;

/// Repositories looked at together: some lie in holds that answer slowly.
const CONCURRENT: usize = 16;

/// Somebody with their repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub owner: Owner,
    /// What they call themselves.
    pub display_name: Option<String>,
    /// They have a picture.
    pub has_avatar: bool,
    /// What the reader may see, the one pushed to last first.
    pub repositories: Vec<PersonRepository>,
    /// Their PDS could not be asked for changes.
    pub is_stale: bool,
}

/// A repository in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRepository {
    /// The name below the owner's.
    pub path: String,
    /// When a tag last moved, unix milliseconds.
    pub pushed_at: i64,
    /// The tag that moved last.
    pub newest_tag: String,
    /// How many tags there are.
    pub tag_count: u64,
    /// Bytes of its distinct blobs, as far as its manifests were looked at.
    pub size: Option<u64>,
    /// What the newest tag is.
    pub kind: Option<ArtifactKind>,
    /// What the newest tag runs on.
    pub platforms: Vec<String>,
    /// Pulls counted at the hold here.
    pub pulls: u64,
}

impl Catalog {
    /// Somebody's repositories. A person without any that the reader may see has an empty list.
    pub async fn person(&self, reader: &Reader, name: &str) -> Result<Person, CatalogError> {
        let owner = self.find_owner(name).await?;
        let (is_fresh, profile) = tokio::join!(
            self.inner.registry.refresh_listing(&owner.did),
            self.profile(&owner)
        );
        let is_fresh = is_fresh?;
        let rows = self
            .inner
            .database
            .list_owner_repositories(&owner.did, MAX_REPOSITORIES)
            .await?;
        let sizes: std::collections::HashMap<String, i64> = self
            .inner
            .database
            .list_repository_sizes(&owner.did)
            .await?
            .into_iter()
            .collect();
        let shown: Vec<Option<PersonRepository>> = futures::stream::iter(rows)
            .map(|row| {
                let size = sizes.get(&row.repository).copied();
                self.person_repository(reader, &owner, row, size)
            })
            .buffered(CONCURRENT)
            .try_collect()
            .await?;
        let repositories = shown.into_iter().flatten().collect();
        Ok(Person {
            display_name: profile.display_name.clone(),
            has_avatar: profile.avatar.is_some(),
            owner,
            repositories,
            is_stale: !is_fresh,
        })
    }

    async fn person_repository(
        &self,
        reader: &Reader,
        owner: &Owner,
        row: RepositoryRow,
        size: Option<i64>,
    ) -> Result<Option<PersonRepository>, CatalogError> {
        let (Ok(path), Ok(digest)) = (row.repository.parse(), row.digest.parse::<Digest>()) else {
            return Ok(None);
        };
        let Some(access) = self.open_by_did(reader, &owner.did, &path).await? else {
            return Ok(None);
        };
        let facts = self.facts(&access, &digest).await?;
        let platforms = self
            .inner
            .database
            .list_image_parts(&digest)
            .await?
            .into_iter()
            .filter(|part| part.role == "child")
            .filter_map(|part| part.platform)
            .chain(facts.as_ref().and_then(|facts| facts.platform.clone()))
            .collect();
        let pulls = self
            .inner
            .database
            .find_pull_count(&owner.did, &path)
            .await?;
        Ok(Some(PersonRepository {
            path: row.repository,
            pushed_at: row.updated_at,
            newest_tag: row.tag,
            tag_count: row.tag_count.try_into().unwrap_or(0),
            size: size.and_then(|size| size.try_into().ok()),
            kind: facts.map(|facts| facts.kind),
            platforms,
            pulls: pulls.try_into().unwrap_or(0),
        }))
    }
}
