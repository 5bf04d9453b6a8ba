//! Somebody's repositories.

use std::collections::HashMap;

use atproto::syntax::Did;
use futures::{StreamExt as _, TryStreamExt as _};
use oci::Digest;

use super::{ArtifactKind, Catalog, CatalogError, FoundRepository, Owner, Reader};
use crate::db::{RepositoryMarksRow, RepositoryRow};

/// Repositories on one page; nobody has been seen with as many.
const MAX_REPOSITORIES: i64 = 1000;

/// Repositories that somebody likes on their page.
const MAX_STARRED: i64 = 20;

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
    /// What they like and the reader may see, the last star first.
    pub starred: Vec<FoundRepository>,
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
    /// One line for people.
    pub summary: Option<String>,
    /// Something in it is signed.
    pub is_signed: bool,
    /// Stars that are known here.
    pub stars: u64,
}

/// What is known of somebody's repositories by path, each asked for once for all of them.
#[derive(Default)]
struct Known {
    sizes: HashMap<String, i64>,
    stars: HashMap<String, i64>,
    marks: HashMap<String, RepositoryMarksRow>,
}

impl Catalog {
    /// Somebody's repositories. A person without any that the reader may see has an empty list.
    pub async fn person(&self, reader: &Reader, name: &str) -> Result<Person, CatalogError> {
        let owner = self.find_owner(name).await?;
        let (is_fresh, profile) = tokio::join!(
            self.inner.registry.refresh_listing_soon(&owner.did),
            self.profile(&owner)
        );
        let is_fresh = is_fresh?;
        let rows = self
            .inner
            .database
            .list_owner_repositories(&owner.did, MAX_REPOSITORIES)
            .await?;
        let known = self.known(&owner.did).await?;
        let shown: Vec<Option<PersonRepository>> = futures::stream::iter(rows)
            .map(|row| self.person_repository(reader, &owner, row, &known))
            .buffered(CONCURRENT)
            .try_collect()
            .await?;
        let starred = self.starred(reader, &owner.did).await?;
        let repositories = shown.into_iter().flatten().collect();
        Ok(Person {
            display_name: profile.display_name.clone(),
            has_avatar: profile.avatar.is_some(),
            owner,
            repositories,
            starred,
            is_stale: !is_fresh,
        })
    }

    async fn known(&self, owner: &Did) -> Result<Known, CatalogError> {
        let database = &self.inner.database;
        let sizes = database.list_repository_sizes(owner).await?;
        let stars = database.count_stars_of_owner(owner).await?;
        let marks = database.list_repository_marks(owner).await?;
        Ok(Known {
            sizes: sizes.into_iter().collect(),
            stars: stars.into_iter().collect(),
            marks: marks
                .into_iter()
                .map(|marks| (marks.repository.clone(), marks))
                .collect(),
        })
    }

    /// What somebody likes, as far as the reader may see it.
    async fn starred(
        &self,
        reader: &Reader,
        person: &Did,
    ) -> Result<Vec<FoundRepository>, CatalogError> {
        let database = &self.inner.database;
        let rows = database
            .list_starred_repositories(person, MAX_STARRED)
            .await?;
        let found: Vec<Option<FoundRepository>> = futures::stream::iter(rows)
            .map(|row| self.found(reader, row))
            .buffered(CONCURRENT)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn person_repository(
        &self,
        reader: &Reader,
        owner: &Owner,
        row: RepositoryRow,
        known: &Known,
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
        let name = row.repository.as_str();
        let marks = known.marks.get(name);
        Ok(Some(PersonRepository {
            size: known
                .sizes
                .get(name)
                .and_then(|size| (*size).try_into().ok()),
            summary: marks
                .map(|marks| marks.summary.clone())
                .filter(|summary| !summary.is_empty()),
            is_signed: marks.is_some_and(|marks| marks.is_signed.0),
            stars: known
                .stars
                .get(name)
                .map_or(0, |stars| (*stars).try_into().unwrap_or(0)),
            path: row.repository,
            pushed_at: row.updated_at,
            newest_tag: row.tag,
            tag_count: row.tag_count.try_into().unwrap_or(0),
            kind: facts.map(|facts| facts.kind),
            platforms,
            pulls: pulls.try_into().unwrap_or(0),
        }))
    }
}
