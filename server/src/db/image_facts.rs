//! `image_facts`, `image_parts`, `layer_listings`: what was read out of manifests, configs and layers, by digest.

use atproto::syntax::Did;
use oci::{Digest, RepositoryPath};

use super::catalog::parse_digest;
use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// What a manifest is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ImageFactsRow {
    /// The manifest.
    pub digest: String,
    /// What kind of thing it is, in the catalogue's words.
    pub kind: String,
    /// What it runs on, such as `linux/arm64/v8`.
    pub platform: Option<String>,
    /// Bytes of config and layers, each blob once; for an index of everything that it lists.
    pub size: i64,
    /// How many layers it has.
    pub layer_count: i64,
    /// When it says that it was built, unix milliseconds.
    pub built_at: Option<i64>,
}

/// One thing that a manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagePartRow {
    /// The digest of a blob or manifest.
    pub part: Digest,
    /// `config`, `layer`, `child` or `attestation`.
    pub role: String,
    /// Where it stands in the manifest.
    pub position: i64,
    /// Its own size in bytes; of a child the size of what it brings, where that is known.
    pub size: i64,
    /// What a child runs on.
    pub platform: Option<String>,
}

#[derive(sqlx::FromRow)]
struct RawImagePart {
    part: String,
    role: String,
    position: i64,
    size: i64,
    platform: Option<String>,
}

impl TryFrom<RawImagePart> for ImagePartRow {
    type Error = DatabaseError;

    fn try_from(raw: RawImagePart) -> Result<Self, DatabaseError> {
        Ok(Self {
            part: parse_digest(raw.part)?,
            role: raw.role,
            position: raw.position,
            size: raw.size,
            platform: raw.platform,
        })
    }
}

impl Database {
    /// What a manifest is, where it was looked at.
    pub async fn find_image_facts(
        &self,
        digest: &Digest,
    ) -> Result<Option<ImageFactsRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, ImageFactsRow>(
                "SELECT digest, kind, platform, size, layer_count, built_at
                   FROM image_facts
                  WHERE digest = $1",
                [digest.to_string()]
            ),
            fetch_optional
        )?)
    }

    /// What a manifest names, in its order. The size of a child is that of everything it brings.
    pub async fn list_image_parts(
        &self,
        manifest: &Digest,
    ) -> Result<Vec<ImagePartRow>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, RawImagePart>(
                "SELECT image_parts.part, image_parts.role, image_parts.position,
                        COALESCE(image_facts.size, image_parts.size) AS size,
                        COALESCE(image_parts.platform, image_facts.platform) AS platform
                   FROM image_parts
                   LEFT JOIN image_facts ON image_facts.digest = image_parts.part
                  WHERE image_parts.manifest = $1
                  ORDER BY image_parts.position",
                [manifest.to_string()]
            ),
            fetch_all
        )?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Tags of a repository whose image, or one of whose images, has this blob.
    pub async fn list_tags_with_part(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        part: &Digest,
        limit: i64,
    ) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT tags.tag
                   FROM tags
                   JOIN image_parts ON image_parts.manifest = tags.digest
                  WHERE tags.owner_did = $1 AND tags.repository = $2 AND image_parts.part = $3
                  UNION
                 SELECT tags.tag
                   FROM tags
                   JOIN image_parts AS children ON children.manifest = tags.digest
                   JOIN image_parts ON image_parts.manifest = children.part
                  WHERE tags.owner_did = $1 AND tags.repository = $2 AND image_parts.part = $3
                  ORDER BY tag
                  LIMIT $4",
                [owner.as_str(), repository.as_str(), part.to_string(), limit]
            ),
            fetch_all
        )?)
    }

    /// Tags whose image nobody looked at yet: owner, repository and digest.
    pub async fn list_tags_without_facts(
        &self,
        limit: i64,
    ) -> Result<Vec<(String, String, String)>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, (String, String, String)>(
                "SELECT tags.owner_did, tags.repository, tags.digest
                   FROM tags
                  WHERE NOT EXISTS (SELECT 1 FROM image_facts WHERE image_facts.digest = tags.digest)
                  ORDER BY tags.updated_at DESC
                  LIMIT $1",
                [limit]
            ),
            fetch_all
        )?)
    }

    /// The size of an image's layers when decompressed, where every one of them was looked into.
    pub async fn find_unpacked_size(
        &self,
        manifest: &Digest,
    ) -> Result<Option<i64>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, Option<i64>>(
                "SELECT CASE WHEN COUNT(*) = COUNT(layer_listings.digest)
                             THEN CAST(SUM(layer_listings.unpacked) AS BIGINT) END
                   FROM image_parts
                   LEFT JOIN layer_listings ON layer_listings.digest = image_parts.part
                  WHERE image_parts.manifest = $1 AND image_parts.role = 'layer'",
                [manifest.to_string()]
            ),
            fetch_one
        )?)
    }

    /// The files of a layer, compressed.
    pub async fn find_layer_listing(
        &self,
        layer: &Digest,
    ) -> Result<Option<Vec<u8>>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, Vec<u8>>(
                "SELECT listing FROM layer_listings WHERE digest = $1",
                [layer.to_string()]
            ),
            fetch_optional
        )?)
    }
}

impl Transaction {
    /// Keeps what was read out of a manifest.
    pub async fn upsert_image_facts(
        &mut self,
        facts: &ImageFactsRow,
        parts: &[ImagePartRow],
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO image_facts (digest, kind, platform, size, layer_count, built_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (digest) DO UPDATE
                SET kind = excluded.kind,
                    platform = excluded.platform,
                    size = excluded.size,
                    layer_count = excluded.layer_count,
                    built_at = excluded.built_at",
            [
                facts.digest.as_str(),
                facts.kind.as_str(),
                facts.platform.as_deref(),
                facts.size,
                facts.layer_count,
                facts.built_at
            ]
        )?;
        for part in parts {
            execute!(
                self,
                "INSERT INTO image_parts (manifest, part, role, position, size, platform)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (manifest, part) DO NOTHING",
                [
                    facts.digest.as_str(),
                    part.part.to_string(),
                    part.role.as_str(),
                    part.position,
                    part.size,
                    part.platform.as_deref()
                ]
            )?;
        }
        Ok(())
    }

    /// Keeps the files of a layer.
    pub async fn upsert_layer_listing(
        &mut self,
        layer: &Digest,
        listing: &[u8],
        unpacked: i64,
        now: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO layer_listings (digest, listing, unpacked, listed_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (digest) DO UPDATE
                SET listing = excluded.listing,
                    unpacked = excluded.unpacked,
                    listed_at = excluded.listed_at",
            [layer.to_string(), listing, unpacked, now]
        )?;
        Ok(())
    }
}
