//! `hold_layers`: which manifests of whom use which blobs. Usage is reckoned from here.

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// One blob that one manifest uses.
#[derive(Debug, Clone, Copy)]
pub struct LayerRow<'a> {
    /// Whose repository it is, which is who pays.
    pub user_did: &'a str,
    /// The repository path below the user's name.
    pub repository: &'a str,
    /// Digest of the manifest.
    pub manifest: &'a str,
    /// Digest of the blob.
    pub digest: &'a str,
    /// What the manifest says its size is; the size of the stored blob wins over it.
    pub claimed_size: u64,
    /// Its media type.
    pub media_type: &'a str,
}

/// What a user takes up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct LayerUsage {
    /// Different blobs.
    #[sqlx(try_from = "i64")]
    pub unique_blobs: u64,
    /// Their sizes together, in bytes.
    #[sqlx(try_from = "i64")]
    pub bytes: u64,
}

impl Database {
    /// What a user's manifests use, each blob counted once.
    pub async fn load_layer_usage(&self, user_did: &str) -> Result<LayerUsage, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, LayerUsage>(
                "SELECT
                    COUNT(*) AS unique_blobs,
                    CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes
                FROM (
                    SELECT
                        digest,
                        MAX(size) AS size
                    FROM hold_layers
                    WHERE user_did = $1
                    GROUP BY digest
                ) AS unique_layers",
                [user_did]
            ),
            fetch_one
        )?)
    }
}

impl Transaction {
    /// Records that a manifest uses a blob. May be repeated.
    pub async fn insert_hold_layer(
        &mut self,
        layer: LayerRow<'_>,
        now: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_layers (
                user_did,
                repository,
                manifest,
                digest,
                size,
                media_type,
                created_at
            ) VALUES (
                $1,
                $2,
                $3,
                $4,
                COALESCE((SELECT size FROM hold_blobs WHERE hold_blobs.digest = $4), $5),
                $6,
                $7
            )
            ON CONFLICT (user_did, repository, manifest, digest) DO NOTHING",
            [
                layer.user_did,
                layer.repository,
                layer.manifest,
                layer.digest,
                layer.claimed_size.cast_signed(),
                layer.media_type,
                now,
            ]
        )?;
        Ok(())
    }

    /// Forgets everything a manifest of a repository uses.
    pub async fn delete_hold_layers(
        &mut self,
        user_did: &str,
        repository: &str,
        manifest: &str,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_layers WHERE user_did = $1 AND repository = $2 AND manifest = $3",
            [user_did, repository, manifest]
        )?;
        Ok(())
    }
}
