//! `hold_layers`: which manifests of whom use which blobs, as the layer records of the hold say. Usage is
//! reckoned from here.

use super::{Database, DatabaseError, Transaction, execute, on_pool, on_transaction};

/// One blob that one manifest uses: what a layer record says.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LayerRow {
    /// Key of the record; empty for rows of releases that had no records.
    pub record_key: String,
    /// Whose repository it is, which is who pays.
    pub user_did: String,
    /// The repository path below the user's name.
    pub repository: String,
    /// Digest of the manifest.
    pub manifest: String,
    /// Digest of the blob.
    pub digest: String,
    /// Its size in bytes.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// Its media type.
    pub media_type: String,
    /// In unix milliseconds.
    pub created_at: i64,
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

    /// Repository, manifest, blob and size of everything that a user's manifests use.
    pub async fn list_layer_uses(
        &self,
        user_did: &str,
    ) -> Result<Vec<(String, String, String, i64)>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, (String, String, String, i64)>(
                "SELECT repository, manifest, digest, size FROM hold_layers WHERE user_did = $1",
                [user_did]
            ),
            fetch_all
        )?)
    }

    /// Those of a user's blobs that manifests of others use too.
    pub async fn list_layers_shared_with_others(
        &self,
        user_did: &str,
    ) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT DISTINCT digest
                FROM hold_layers
                WHERE user_did = $1
                    AND EXISTS (
                        SELECT 1 FROM hold_layers AS others
                        WHERE others.digest = hold_layers.digest AND others.user_did <> $1
                    )",
                [user_did]
            ),
            fetch_all
        )?)
    }

    /// Layers of a user by record, behind `after`.
    pub async fn list_user_layers(
        &self,
        user_did: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<LayerRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, LayerRow>(
                "SELECT
                    record_key,
                    user_did,
                    repository,
                    manifest,
                    digest,
                    size,
                    media_type,
                    created_at
                FROM hold_layers
                WHERE user_did = $1 AND record_key > $2
                ORDER BY record_key
                LIMIT $3",
                [user_did, after, limit]
            ),
            fetch_all
        )?)
    }

    /// Users with layers, behind `after`.
    pub async fn list_layer_users(
        &self,
        after: &str,
        limit: i64,
    ) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT DISTINCT user_did
                FROM hold_layers
                WHERE user_did > $1
                ORDER BY user_did
                LIMIT $2",
                [after, limit]
            ),
            fetch_all
        )?)
    }

    /// Repository and digest of every manifest of a user that uses a blob.
    pub async fn list_user_manifests(
        &self,
        user_did: &str,
    ) -> Result<Vec<(String, String)>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, (String, String)>(
                "SELECT DISTINCT repository, manifest
                FROM hold_layers
                WHERE user_did = $1
                ORDER BY repository, manifest",
                [user_did]
            ),
            fetch_all
        )?)
    }
}

impl Transaction {
    /// Follows a layer record.
    pub async fn upsert_layer(&mut self, layer: &LayerRow) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_layers (
                record_key,
                user_did,
                repository,
                manifest,
                digest,
                size,
                media_type,
                created_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (user_did, repository, manifest, digest) DO UPDATE SET
                record_key = excluded.record_key,
                size = excluded.size,
                media_type = excluded.media_type,
                created_at = excluded.created_at",
            [
                layer.record_key.as_str(),
                layer.user_did.as_str(),
                layer.repository.as_str(),
                layer.manifest.as_str(),
                layer.digest.as_str(),
                layer.size.cast_signed(),
                layer.media_type.as_str(),
                layer.created_at,
            ]
        )?;
        Ok(())
    }

    /// Follows the deletion of a layer record.
    pub async fn delete_layer_by_record(&mut self, record_key: &str) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_layers WHERE record_key = $1",
            [record_key]
        )?;
        Ok(())
    }

    /// What a manifest of a repository uses.
    pub async fn list_manifest_layers(
        &mut self,
        user_did: &str,
        repository: &str,
        manifest: &str,
    ) -> Result<Vec<LayerRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, LayerRow>(
                "SELECT
                    record_key,
                    user_did,
                    repository,
                    manifest,
                    digest,
                    size,
                    media_type,
                    created_at
                FROM hold_layers
                WHERE user_did = $1 AND repository = $2 AND manifest = $3
                ORDER BY digest",
                [user_did, repository, manifest]
            ),
            fetch_all
        )?)
    }

    /// Rows that no record stands behind yet, from releases that had no records.
    pub async fn list_layers_without_record(
        &mut self,
        limit: i64,
    ) -> Result<Vec<LayerRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, LayerRow>(
                "SELECT
                    record_key,
                    user_did,
                    repository,
                    manifest,
                    digest,
                    size,
                    media_type,
                    created_at
                FROM hold_layers
                WHERE record_key = ''
                ORDER BY user_did, repository, manifest, digest
                LIMIT $1",
                [limit]
            ),
            fetch_all
        )?)
    }

    /// Removes one of those rows.
    pub async fn delete_layer_without_record(
        &mut self,
        layer: &LayerRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_layers
            WHERE record_key = ''
                AND user_did = $1
                AND repository = $2
                AND manifest = $3
                AND digest = $4",
            [
                layer.user_did.as_str(),
                layer.repository.as_str(),
                layer.manifest.as_str(),
                layer.digest.as_str()
            ]
        )?;
        Ok(())
    }

    /// What a user's manifests use, as this transaction sees it.
    pub async fn load_layer_usage(&mut self, user_did: &str) -> Result<LayerUsage, DatabaseError> {
        Ok(on_transaction!(
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

    /// Whether a blob counts for a user already.
    pub async fn user_has_layer(
        &mut self,
        user_did: &str,
        digest: &str,
    ) -> Result<bool, DatabaseError> {
        let found = on_transaction!(
            self,
            query_scalar::<_, i64>(
                "SELECT CAST(1 AS BIGINT) FROM hold_layers
                WHERE user_did = $1 AND digest = $2
                LIMIT 1",
                [user_did, digest]
            ),
            fetch_optional
        )?;
        Ok(found.is_some())
    }
}
