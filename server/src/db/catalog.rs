//! The catalogue's tables, except tags: manifests, the blobs a repository may show, and what was listed when.

use atproto::syntax::Did;
use oci::{Digest, RepositoryPath};

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// A manifest as the catalogue knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRow {
    /// Its digest.
    pub digest: Digest,
    /// The media type it was pushed with.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// What kind of artifact it is, where it says so.
    pub artifact_type: Option<String>,
    /// What it speaks about, for signatures and the like.
    pub subject: Option<Digest>,
    /// Its annotations, a JSON object.
    pub annotations: String,
    /// Which hold has its blobs.
    pub hold_did: Option<String>,
    /// The key of its record in the owner's repo.
    pub record_key: String,
    /// When it was first seen here, unix milliseconds.
    pub created_at: i64,
}

/// A manifest with the repository it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedManifest {
    /// The repository, below its owner's name.
    pub repository: RepositoryPath,
    /// The manifest.
    pub manifest: ManifestRow,
}

/// A repository with the name it is shown under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogEntry {
    /// `<handle or DID spelling>/<path>`.
    pub name: String,
    /// Whose it is.
    pub owner_did: String,
}

#[derive(sqlx::FromRow)]
struct RawManifest {
    digest: String,
    media_type: String,
    size: i64,
    artifact_type: Option<String>,
    subject: Option<String>,
    annotations: String,
    hold_did: Option<String>,
    record_key: String,
    created_at: i64,
}

#[derive(sqlx::FromRow)]
struct RawOwnedManifest {
    repository: String,
    #[sqlx(flatten)]
    manifest: RawManifest,
}

#[derive(sqlx::FromRow)]
struct RawCatalogEntry {
    name: String,
    owner_did: String,
}

pub(super) fn parse_digest(value: String) -> Result<Digest, DatabaseError> {
    value.parse().map_err(|_| DatabaseError::Corrupt {
        what: "digest",
        value,
    })
}

impl TryFrom<RawManifest> for ManifestRow {
    type Error = DatabaseError;

    fn try_from(raw: RawManifest) -> Result<Self, DatabaseError> {
        Ok(Self {
            digest: parse_digest(raw.digest)?,
            media_type: raw.media_type,
            size: u64::try_from(raw.size).map_err(|_| DatabaseError::Corrupt {
                what: "size",
                value: raw.size.to_string(),
            })?,
            artifact_type: raw.artifact_type,
            subject: raw.subject.map(parse_digest).transpose()?,
            annotations: raw.annotations,
            hold_did: raw.hold_did,
            record_key: raw.record_key,
            created_at: raw.created_at,
        })
    }
}

impl Database {
    /// A manifest of a repository.
    pub async fn find_manifest(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        digest: &Digest,
    ) -> Result<Option<ManifestRow>, DatabaseError> {
        let row = on_pool!(
            self,
            query_as::<_, RawManifest>(
                "SELECT digest, media_type, size, artifact_type, subject, annotations, hold_did, record_key,
                        created_at
                   FROM manifests
                  WHERE owner_did = $1 AND repository = $2 AND digest = $3",
                [owner.as_str(), repository.as_str(), digest.to_string()]
            ),
            fetch_optional
        )?;
        row.map(TryInto::try_into).transpose()
    }

    /// The bytes of a manifest, where they are kept here.
    pub async fn find_manifest_content(
        &self,
        digest: &Digest,
    ) -> Result<Option<Vec<u8>>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, Vec<u8>>(
                "SELECT content FROM manifest_contents WHERE digest = $1",
                [digest.to_string()]
            ),
            fetch_optional
        )?)
    }

    /// The manifests of a repository that speak about `subject`, by digest, after `last`.
    pub async fn list_referrers(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        subject: &Digest,
        artifact_type: Option<&str>,
        last: &str,
        limit: i64,
    ) -> Result<Vec<ManifestRow>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, RawManifest>(
                "SELECT digest, media_type, size, artifact_type, subject, annotations, hold_did, record_key,
                        created_at
                   FROM manifests
                  WHERE owner_did = $1 AND repository = $2 AND subject = $3
                    AND ($4 IS NULL OR artifact_type = $4) AND digest > $5
                  ORDER BY digest
                  LIMIT $6",
                [
                    owner.as_str(),
                    repository.as_str(),
                    subject.to_string(),
                    artifact_type,
                    last,
                    limit
                ]
            ),
            fetch_all
        )?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Every manifest of an owner, in all repositories: what a listing of the PDS is compared with.
    pub async fn list_manifests(&self, owner: &Did) -> Result<Vec<OwnedManifest>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, RawOwnedManifest>(
                "SELECT repository, digest, media_type, size, artifact_type, subject, annotations, hold_did,
                        record_key, created_at
                   FROM manifests
                  WHERE owner_did = $1",
                [owner.as_str()]
            ),
            fetch_all
        )?;
        rows.into_iter()
            .map(|row| {
                let repository = row.repository.parse().map_err(|_| DatabaseError::Corrupt {
                    what: "repository",
                    value: row.repository,
                })?;
                Ok(OwnedManifest {
                    repository,
                    manifest: row.manifest.try_into()?,
                })
            })
            .collect()
    }

    /// Every manifest of a repository.
    pub async fn list_repository_manifests(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<Vec<ManifestRow>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, RawManifest>(
                "SELECT digest, media_type, size, artifact_type, subject, annotations, hold_did, record_key,
                        created_at
                   FROM manifests
                  WHERE owner_did = $1 AND repository = $2
                  ORDER BY digest",
                [owner.as_str(), repository.as_str()]
            ),
            fetch_all
        )?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Whether a repository has anything: a manifest, a tag or a blob.
    pub async fn repository_exists(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<bool, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, bool>(
                "SELECT EXISTS (SELECT 1 FROM manifests WHERE owner_did = $1 AND repository = $2)
                     OR EXISTS (SELECT 1 FROM tags WHERE owner_did = $1 AND repository = $2)
                     OR EXISTS (SELECT 1 FROM repository_blobs WHERE owner_did = $1 AND repository = $2)",
                [owner.as_str(), repository.as_str()]
            ),
            fetch_one
        )?)
    }

    /// The hold that has a blob of a repository; `None` where the repository does not show such a blob.
    pub async fn find_repository_blob(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        digest: &Digest,
    ) -> Result<Option<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT hold_did FROM repository_blobs
                  WHERE owner_did = $1 AND repository = $2 AND digest = $3",
                [owner.as_str(), repository.as_str(), digest.to_string()]
            ),
            fetch_optional
        )?)
    }

    /// A repository of the owner that shows the blob, for mounts that name no source.
    pub async fn find_any_repository_blob(
        &self,
        owner: &Did,
        digest: &Digest,
    ) -> Result<Option<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT hold_did FROM repository_blobs WHERE owner_did = $1 AND digest = $2 LIMIT 1",
                [owner.as_str(), digest.to_string()]
            ),
            fetch_optional
        )?)
    }

    /// The holds that the manifests of a repository lie in.
    pub async fn list_holds_of(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT DISTINCT hold_did FROM manifests
                  WHERE owner_did = $1 AND repository = $2 AND hold_did IS NOT NULL",
                [owner.as_str(), repository.as_str()]
            ),
            fetch_all
        )?)
    }

    /// Every hold that a manifest lies in, `limit` of them at most.
    pub async fn list_known_holds(&self, limit: i64) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT DISTINCT hold_did FROM manifests
                  WHERE hold_did IS NOT NULL
                  ORDER BY hold_did
                  LIMIT $1",
                [limit]
            ),
            fetch_all
        )?)
    }

    /// Repositories that hold manifests or tags, by name in byte order, after `last`.
    pub async fn list_repositories(
        &self,
        last: &str,
        limit: i64,
    ) -> Result<Vec<CatalogEntry>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, RawCatalogEntry>(
                "SELECT entries.name AS name, entries.owner_did AS owner_did
                   FROM (SELECT COALESCE(identities.handle, REPLACE(known.owner_did, 'did:plc:', 'did-plc-'))
                                || '/' || known.repository AS name,
                                known.owner_did AS owner_did
                           FROM (SELECT owner_did, repository FROM manifests
                                  UNION SELECT owner_did, repository FROM tags) AS known
                           LEFT JOIN identities ON identities.did = known.owner_did) AS entries
                  WHERE entries.name > $1
                  ORDER BY entries.name
                  LIMIT $2",
                [last, limit]
            ),
            fetch_all
        )?;
        Ok(rows
            .into_iter()
            .map(|row| CatalogEntry {
                name: row.name,
                owner_did: row.owner_did,
            })
            .collect())
    }

    /// When a collection of an owner was last listed whole, unix milliseconds.
    pub async fn find_listing(
        &self,
        owner: &Did,
        collection: &str,
    ) -> Result<Option<i64>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, i64>(
                "SELECT listed_at FROM record_listings WHERE owner_did = $1 AND collection = $2",
                [owner.as_str(), collection]
            ),
            fetch_optional
        )?)
    }
}

impl Transaction {
    /// Keeps the bytes of a manifest.
    pub async fn insert_manifest_content(
        &mut self,
        digest: &Digest,
        content: &[u8],
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO manifest_contents (digest, content) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
            [digest.to_string(), content]
        )?;
        Ok(())
    }

    /// Adds a manifest to a repository, or brings its row up to date.
    pub async fn upsert_manifest(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
        manifest: &ManifestRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO manifests (owner_did, repository, digest, media_type, size, artifact_type, subject,
                                    annotations, hold_did, record_key, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (owner_did, repository, digest) DO UPDATE
                SET media_type = excluded.media_type,
                    size = excluded.size,
                    artifact_type = excluded.artifact_type,
                    subject = excluded.subject,
                    annotations = excluded.annotations,
                    hold_did = excluded.hold_did,
                    record_key = excluded.record_key",
            [
                owner.as_str(),
                repository.as_str(),
                manifest.digest.to_string(),
                manifest.media_type.as_str(),
                i64::try_from(manifest.size).unwrap_or(i64::MAX),
                manifest.artifact_type.as_deref(),
                manifest.subject.as_ref().map(Digest::to_string),
                manifest.annotations.as_str(),
                manifest.hold_did.as_deref(),
                manifest.record_key.as_str(),
                manifest.created_at
            ]
        )?;
        Ok(())
    }

    /// Lets a repository show a blob.
    pub async fn insert_repository_blob(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
        digest: &Digest,
        hold_did: &str,
        now: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO repository_blobs (owner_did, repository, digest, hold_did, added_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (owner_did, repository, digest) DO UPDATE SET hold_did = excluded.hold_did",
            [owner.as_str(), repository.as_str(), digest.to_string(), hold_did, now]
        )?;
        Ok(())
    }

    /// Removes a manifest from a repository. Its bytes go with the last repository that had it.
    pub async fn delete_manifest(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
        digest: &Digest,
    ) -> Result<bool, DatabaseError> {
        let digest = digest.to_string();
        let deleted = execute!(
            self,
            "DELETE FROM manifests WHERE owner_did = $1 AND repository = $2 AND digest = $3",
            [owner.as_str(), repository.as_str(), digest.as_str()]
        )?;
        execute!(
            self,
            "DELETE FROM manifest_contents
              WHERE digest = $1 AND NOT EXISTS (SELECT 1 FROM manifests WHERE digest = $1)",
            [digest.as_str()]
        )?;
        Ok(deleted > 0)
    }

    /// Stops a repository from showing a blob.
    pub async fn delete_repository_blob(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
        digest: &Digest,
    ) -> Result<bool, DatabaseError> {
        let deleted = execute!(
            self,
            "DELETE FROM repository_blobs WHERE owner_did = $1 AND repository = $2 AND digest = $3",
            [owner.as_str(), repository.as_str(), digest.to_string()]
        )?;
        Ok(deleted > 0)
    }

    /// Stops a repository from showing any blob.
    pub async fn delete_repository_blobs(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM repository_blobs WHERE owner_did = $1 AND repository = $2",
            [owner.as_str(), repository.as_str()]
        )?;
        Ok(())
    }

    /// Notes that a collection of the owner was listed whole.
    pub async fn upsert_listing(
        &mut self,
        owner: &Did,
        collection: &str,
        listed_at: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO record_listings (owner_did, collection, listed_at) VALUES ($1, $2, $3)
             ON CONFLICT (owner_did, collection) DO UPDATE SET listed_at = excluded.listed_at",
            [owner.as_str(), collection, listed_at]
        )?;
        Ok(())
    }
}
