//! Tags: which manifest each points to, and when its owner's PDS last said so.

use atproto::syntax::Did;
use oci::{Digest, RepositoryPath, Tag};

use super::catalog::parse_digest;
use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// A tag as the catalogue knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagRow {
    /// The tag.
    pub tag: Tag,
    /// The manifest it points to.
    pub digest: Digest,
    /// The key of its record in the owner's repo.
    pub record_key: String,
    /// When it last moved, unix milliseconds.
    pub updated_at: i64,
    /// When the owner's PDS last agreed, unix milliseconds.
    pub confirmed_at: i64,
}

#[derive(sqlx::FromRow)]
struct RawTag {
    tag: String,
    digest: String,
    record_key: String,
    updated_at: i64,
    confirmed_at: i64,
}

impl TryFrom<RawTag> for TagRow {
    type Error = DatabaseError;

    fn try_from(raw: RawTag) -> Result<Self, DatabaseError> {
        Ok(Self {
            tag: raw.tag.parse().map_err(|_| DatabaseError::Corrupt {
                what: "tag",
                value: raw.tag,
            })?,
            digest: parse_digest(raw.digest)?,
            record_key: raw.record_key,
            updated_at: raw.updated_at,
            confirmed_at: raw.confirmed_at,
        })
    }
}

impl Database {
    /// A tag of a repository.
    pub async fn find_tag(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        tag: &Tag,
    ) -> Result<Option<TagRow>, DatabaseError> {
        let row = on_pool!(
            self,
            query_as::<_, RawTag>(
                "SELECT tag, digest, record_key, updated_at, confirmed_at
                   FROM tags
                  WHERE owner_did = $1 AND repository = $2 AND tag = $3",
                [owner.as_str(), repository.as_str(), tag.as_str()]
            ),
            fetch_optional
        )?;
        row.map(TryInto::try_into).transpose()
    }

    /// Tags in byte order, after `last`.
    pub async fn list_tags(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        last: &str,
        limit: i64,
    ) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT tag FROM tags
                  WHERE owner_did = $1 AND repository = $2 AND tag > $3
                  ORDER BY tag
                  LIMIT $4",
                [owner.as_str(), repository.as_str(), last, limit]
            ),
            fetch_all
        )?)
    }

    /// Every tag of a repository, at most `limit`, in byte order.
    pub async fn list_tag_rows(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        limit: i64,
    ) -> Result<Vec<TagRow>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, RawTag>(
                "SELECT tag, digest, record_key, updated_at, confirmed_at
                   FROM tags
                  WHERE owner_did = $1 AND repository = $2
                  ORDER BY tag
                  LIMIT $3",
                [owner.as_str(), repository.as_str(), limit]
            ),
            fetch_all
        )?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// The tags that point to a manifest.
    pub async fn list_tags_of_manifest(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        digest: &Digest,
    ) -> Result<Vec<TagRow>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, RawTag>(
                "SELECT tag, digest, record_key, updated_at, confirmed_at
                   FROM tags
                  WHERE owner_did = $1 AND repository = $2 AND digest = $3
                  ORDER BY tag",
                [owner.as_str(), repository.as_str(), digest.to_string()]
            ),
            fetch_all
        )?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}

impl Transaction {
    /// Adds a tag or moves it.
    pub async fn upsert_tag(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
        tag: &TagRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO tags (owner_did, repository, tag, digest, record_key, updated_at, confirmed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (owner_did, repository, tag) DO UPDATE
                SET digest = excluded.digest,
                    record_key = excluded.record_key,
                    updated_at = excluded.updated_at,
                    confirmed_at = excluded.confirmed_at",
            [
                owner.as_str(),
                repository.as_str(),
                tag.tag.as_str(),
                tag.digest.to_string(),
                tag.record_key.as_str(),
                tag.updated_at,
                tag.confirmed_at
            ]
        )?;
        Ok(())
    }

    /// Takes up a tag from a listing, unless something later is known of it.
    pub async fn upsert_listed_tag(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
        tag: &TagRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO tags (owner_did, repository, tag, digest, record_key, updated_at, confirmed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (owner_did, repository, tag) DO UPDATE
                SET digest = excluded.digest,
                    record_key = excluded.record_key,
                    updated_at = excluded.updated_at,
                    confirmed_at = excluded.confirmed_at
              WHERE tags.confirmed_at < excluded.confirmed_at",
            [
                owner.as_str(),
                repository.as_str(),
                tag.tag.as_str(),
                tag.digest.to_string(),
                tag.record_key.as_str(),
                tag.updated_at,
                tag.confirmed_at
            ]
        )?;
        Ok(())
    }

    /// Removes a tag.
    pub async fn delete_tag(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
        tag: &Tag,
    ) -> Result<bool, DatabaseError> {
        let deleted = execute!(
            self,
            "DELETE FROM tags WHERE owner_did = $1 AND repository = $2 AND tag = $3",
            [owner.as_str(), repository.as_str(), tag.as_str()]
        )?;
        Ok(deleted > 0)
    }

    /// Removes the owner's tags that a whole listing, begun at `listed_at`, did not see.
    pub async fn delete_unconfirmed_tags(
        &mut self,
        owner: &Did,
        listed_at: i64,
    ) -> Result<u64, DatabaseError> {
        Ok(execute!(
            self,
            "DELETE FROM tags WHERE owner_did = $1 AND confirmed_at < $2",
            [owner.as_str(), listed_at]
        )?)
    }
}
