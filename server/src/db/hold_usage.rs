//! What takes up the hold: sums over the layer records, and `hold_usage_samples`, one for each day.

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// What the hold has, all in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct UsageTotalsRow {
    /// Blobs that exist or are in quarantine.
    #[sqlx(try_from = "i64")]
    pub blobs: u64,
    /// Their bytes.
    #[sqlx(try_from = "i64")]
    pub stored_bytes: u64,
    /// Different blobs that layer records name.
    #[sqlx(try_from = "i64")]
    pub used_blobs: u64,
    /// Their bytes, each counted once.
    #[sqlx(try_from = "i64")]
    pub used_bytes: u64,
    /// People whose layer records these are.
    #[sqlx(try_from = "i64")]
    pub users: u64,
}

/// What one person or repository uses.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UsageRow {
    /// The person.
    pub user_did: String,
    /// The repository; empty where the row is about all of theirs.
    pub repository: String,
    /// Different blobs.
    #[sqlx(try_from = "i64")]
    pub blobs: u64,
    /// Their bytes.
    #[sqlx(try_from = "i64")]
    pub bytes: u64,
    /// Bytes that nobody else uses; of a repository, that no other repository uses.
    #[sqlx(try_from = "i64")]
    pub exclusive_bytes: u64,
    /// Repositories of the person; manifests of the repository.
    #[sqlx(try_from = "i64")]
    pub parts: u64,
}

/// A blob of a manifest, and who else needs it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ManifestBlobRow {
    /// The manifest.
    pub manifest: String,
    /// The blob.
    pub digest: String,
    /// Its size in bytes.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// 1 where the same person uses it in another repository.
    pub own_elsewhere: i64,
    /// 1 where anybody uses it outside of this repository, or it is promised to somebody.
    pub needed_elsewhere: i64,
    /// 1 where the blob exists.
    pub is_stored: i64,
}

/// What the hold had on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct UsageSampleRow {
    /// Days since 1970-01-01.
    pub day: i64,
    /// In unix milliseconds.
    pub taken_at: i64,
    /// Blobs that existed or were in quarantine.
    #[sqlx(try_from = "i64")]
    pub blobs: u64,
    /// Their bytes.
    #[sqlx(try_from = "i64")]
    pub stored_bytes: u64,
    /// Bytes that layer records named.
    #[sqlx(try_from = "i64")]
    pub used_bytes: u64,
    /// People with layer records.
    #[sqlx(try_from = "i64")]
    pub users: u64,
}

impl Database {
    /// What the hold has, all in all.
    pub async fn sum_usage(&self) -> Result<UsageTotalsRow, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, UsageTotalsRow>(
                "SELECT
                    (SELECT COUNT(*) FROM hold_blobs) + (SELECT COUNT(*) FROM hold_quarantine) AS blobs,
                    CAST(
                        (SELECT COALESCE(SUM(size), 0) FROM hold_blobs)
                        + (SELECT COALESCE(SUM(size), 0) FROM hold_quarantine)
                    AS BIGINT) AS stored_bytes,
                    COUNT(*) AS used_blobs,
                    CAST(COALESCE(SUM(size), 0) AS BIGINT) AS used_bytes,
                    (SELECT COUNT(DISTINCT user_did) FROM hold_layers) AS users
                FROM (
                    SELECT digest, MAX(size) AS size FROM hold_layers GROUP BY digest
                ) AS used",
                []
            ),
            fetch_one
        )?)
    }

    /// What each person uses, whoever uses most first.
    pub async fn list_usage_by_person(&self, limit: i64) -> Result<Vec<UsageRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, UsageRow>(
                "WITH own AS (
                    SELECT user_did, digest, MAX(size) AS size
                    FROM hold_layers
                    GROUP BY user_did, digest
                ), shared AS (
                    SELECT digest, COUNT(*) AS users FROM own GROUP BY digest
                ), named AS (
                    SELECT user_did, COUNT(DISTINCT repository) AS parts
                    FROM hold_layers
                    GROUP BY user_did
                )
                SELECT
                    own.user_did AS user_did,
                    '' AS repository,
                    COUNT(*) AS blobs,
                    CAST(SUM(own.size) AS BIGINT) AS bytes,
                    CAST(SUM(CASE WHEN shared.users = 1 THEN own.size ELSE 0 END) AS BIGINT)
                        AS exclusive_bytes,
                    MAX(named.parts) AS parts
                FROM own
                JOIN shared ON shared.digest = own.digest
                JOIN named ON named.user_did = own.user_did
                GROUP BY own.user_did
                ORDER BY bytes DESC, user_did
                LIMIT $1",
                [limit]
            ),
            fetch_all
        )?)
    }

    /// What each repository uses, the one that uses most first.
    pub async fn list_usage_by_repository(
        &self,
        limit: i64,
    ) -> Result<Vec<UsageRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, UsageRow>(
                "WITH own AS (
                    SELECT user_did, repository, digest, MAX(size) AS size
                    FROM hold_layers
                    GROUP BY user_did, repository, digest
                ), shared AS (
                    SELECT digest, COUNT(*) AS repositories FROM own GROUP BY digest
                ), named AS (
                    SELECT user_did, repository, COUNT(DISTINCT manifest) AS parts
                    FROM hold_layers
                    GROUP BY user_did, repository
                )
                SELECT
                    own.user_did AS user_did,
                    own.repository AS repository,
                    COUNT(*) AS blobs,
                    CAST(SUM(own.size) AS BIGINT) AS bytes,
                    CAST(SUM(CASE WHEN shared.repositories = 1 THEN own.size ELSE 0 END) AS BIGINT)
                        AS exclusive_bytes,
                    MAX(named.parts) AS parts
                FROM own
                JOIN shared ON shared.digest = own.digest
                JOIN named
                    ON named.user_did = own.user_did AND named.repository = own.repository
                GROUP BY own.user_did, own.repository
                ORDER BY bytes DESC, user_did, repository
                LIMIT $1",
                [limit]
            ),
            fetch_all
        )?)
    }

    /// Every blob of every manifest of a repository, and who else needs it.
    pub async fn list_repository_blobs(
        &self,
        user_did: &str,
        repository: &str,
        now: i64,
    ) -> Result<Vec<ManifestBlobRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, ManifestBlobRow>(
                "SELECT
                    layer.manifest AS manifest,
                    layer.digest AS digest,
                    layer.size AS size,
                    CAST(CASE WHEN EXISTS (
                        SELECT 1 FROM hold_layers AS other
                        WHERE other.digest = layer.digest
                            AND other.user_did = $1
                            AND other.repository <> $2
                    ) THEN 1 ELSE 0 END AS BIGINT) AS own_elsewhere,
                    CAST(CASE WHEN EXISTS (
                        SELECT 1 FROM hold_layers AS other
                        WHERE other.digest = layer.digest
                            AND (other.user_did <> $1 OR other.repository <> $2)
                    ) OR EXISTS (
                        SELECT 1 FROM hold_reservations
                        WHERE hold_reservations.digest = layer.digest AND expires_at > $3
                    ) THEN 1 ELSE 0 END AS BIGINT) AS needed_elsewhere,
                    CAST(CASE WHEN EXISTS (
                        SELECT 1 FROM hold_blobs WHERE hold_blobs.digest = layer.digest
                    ) THEN 1 ELSE 0 END AS BIGINT) AS is_stored
                FROM hold_layers AS layer
                WHERE layer.user_did = $1 AND layer.repository = $2
                ORDER BY layer.manifest, layer.digest",
                [user_did, repository, now]
            ),
            fetch_all
        )?)
    }

    /// Samples since a day, the oldest first.
    pub async fn list_usage_samples(
        &self,
        since_day: i64,
    ) -> Result<Vec<UsageSampleRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, UsageSampleRow>(
                "SELECT day, taken_at, blobs, stored_bytes, used_bytes, users
                FROM hold_usage_samples
                WHERE day >= $1
                ORDER BY day",
                [since_day]
            ),
            fetch_all
        )?)
    }

    /// How many records of each collection the hold has.
    pub async fn count_records_by_collection(&self) -> Result<Vec<(String, i64)>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, (String, i64)>(
                "SELECT collection, COUNT(*) FROM hold_records GROUP BY collection ORDER BY collection",
                []
            ),
            fetch_all
        )?)
    }

    /// How many blocks the repo has as it is now, and their bytes.
    pub async fn measure_repo(&self) -> Result<(u64, u64), DatabaseError> {
        let (blocks, bytes) = on_pool!(
            self,
            query_as::<_, (i64, i64)>(
                "SELECT COUNT(*), CAST(COALESCE(SUM(LENGTH(content)), 0) AS BIGINT)
                FROM hold_repo_blocks
                WHERE dropped_rev IS NULL",
                []
            ),
            fetch_one
        )?;
        Ok((blocks.cast_unsigned(), bytes.cast_unsigned()))
    }

    /// When the event of this place was made, in unix milliseconds.
    pub async fn find_event_time(&self, seq: i64) -> Result<Option<i64>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, i64>("SELECT created_at FROM hold_events WHERE seq = $1", [seq]),
            fetch_optional
        )?)
    }
}

impl Transaction {
    /// Keeps a sample, instead of an earlier one of the same day.
    pub async fn upsert_usage_sample(
        &mut self,
        sample: &UsageSampleRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_usage_samples (day, taken_at, blobs, stored_bytes, used_bytes, users)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (day) DO UPDATE SET
                taken_at = excluded.taken_at,
                blobs = excluded.blobs,
                stored_bytes = excluded.stored_bytes,
                used_bytes = excluded.used_bytes,
                users = excluded.users",
            [
                sample.day,
                sample.taken_at,
                sample.blobs.cast_signed(),
                sample.stored_bytes.cast_signed(),
                sample.used_bytes.cast_signed(),
                sample.users.cast_signed()
            ]
        )?;
        Ok(())
    }
}
