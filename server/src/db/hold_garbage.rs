//! Blobs that nothing uses, on their way out: from `hold_blobs` to `hold_quarantine`, and away.

use super::{Database, DatabaseError, Transaction, execute, on_pool, on_transaction};

/// A blob and how large it is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GarbageRow {
    /// The blob.
    pub digest: String,
    /// Its size in bytes.
    #[sqlx(try_from = "i64")]
    pub size: u64,
}

/// Blobs that there are for one reason.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct KeptRow {
    /// One of the constants below, or another word where there is no reason.
    pub why: String,
    /// How many.
    #[sqlx(try_from = "i64")]
    pub blobs: u64,
    /// Their bytes together.
    #[sqlx(try_from = "i64")]
    pub bytes: u64,
}

impl KeptRow {
    /// A layer record names them.
    pub const LAYER: &str = "layer";
    /// They were promised to somebody.
    pub const PROMISE: &str = "promise";
    /// Somebody stored, found or stopped using them since the cutoff.
    pub const GRACE: &str = "grace";
}

impl Database {
    /// Blobs behind `after` that nobody claimed since `cutoff` and that no layer record, promise or record blob
    /// needs.
    pub async fn list_garbage(
        &self,
        cutoff: i64,
        now: i64,
        after: &str,
        limit: i64,
    ) -> Result<Vec<GarbageRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, GarbageRow>(
                "SELECT digest, size
                FROM hold_blobs
                WHERE digest > $3
                    AND stored_at < $1
                    AND claimed_at < $1
                    AND NOT EXISTS (
                        SELECT 1 FROM hold_layers WHERE hold_layers.digest = hold_blobs.digest
                    )
                    AND NOT EXISTS (
                        SELECT 1 FROM hold_reservations
                        WHERE hold_reservations.digest = hold_blobs.digest AND expires_at > $2
                    )
                ORDER BY digest
                LIMIT $4",
                [cutoff, now, after, limit]
            ),
            fetch_all
        )?)
    }

    /// Blobs that were put into quarantine before `cutoff`, behind `after`.
    pub async fn list_quarantined(
        &self,
        cutoff: i64,
        after: &str,
        limit: i64,
    ) -> Result<Vec<GarbageRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, GarbageRow>(
                "SELECT digest, size
                FROM hold_quarantine
                WHERE digest > $2 AND (quarantined_at < $1 OR removing = 1)
                ORDER BY digest
                LIMIT $3",
                [cutoff, after, limit]
            ),
            fetch_all
        )?)
    }

    /// How many blobs there are and their bytes, by why they are there.
    pub async fn sum_hold_blobs(
        &self,
        cutoff: i64,
        now: i64,
    ) -> Result<Vec<KeptRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, KeptRow>(
                "SELECT why, COUNT(*) AS blobs, CAST(SUM(size) AS BIGINT) AS bytes
                FROM (
                    SELECT size, CASE
                        WHEN EXISTS (
                            SELECT 1 FROM hold_layers WHERE hold_layers.digest = hold_blobs.digest
                        ) THEN 'layer'
                        WHEN EXISTS (
                            SELECT 1 FROM hold_reservations
                            WHERE hold_reservations.digest = hold_blobs.digest AND expires_at > $2
                        ) THEN 'promise'
                        WHEN stored_at >= $1 OR claimed_at >= $1 THEN 'grace'
                        ELSE 'nothing'
                    END AS why
                    FROM hold_blobs
                ) AS reasons
                GROUP BY why",
                [cutoff, now]
            ),
            fetch_all
        )?)
    }

    /// How many blobs are in quarantine, and their bytes.
    pub async fn count_quarantined(&self) -> Result<(u64, u64), DatabaseError> {
        let (blobs, bytes) = on_pool!(
            self,
            query_as::<_, (i64, i64)>(
                "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM hold_quarantine",
                []
            ),
            fetch_one
        )?;
        Ok((blobs.cast_unsigned(), bytes.cast_unsigned()))
    }

    /// Whether a layer has these bytes, also one in quarantine.
    pub async fn is_layer_blob(&self, digest: &str) -> Result<bool, DatabaseError> {
        let found = on_pool!(
            self,
            query_scalar::<_, i64>(
                "SELECT CAST(1 AS BIGINT) FROM hold_blobs WHERE digest = $1
                UNION ALL
                SELECT CAST(1 AS BIGINT) FROM hold_quarantine WHERE digest = $1
                LIMIT 1",
                [digest]
            ),
            fetch_optional
        )?;
        Ok(found.is_some())
    }

    /// Whether anybody knows a blob: as a layer, in quarantine, or as a blob of a record.
    pub async fn is_known_blob(&self, digest: &str) -> Result<bool, DatabaseError> {
        let found = on_pool!(
            self,
            query_scalar::<_, i64>(
                "SELECT CAST(1 AS BIGINT) FROM hold_blobs WHERE digest = $1
                UNION ALL
                SELECT CAST(1 AS BIGINT) FROM hold_quarantine WHERE digest = $1
                UNION ALL
                SELECT CAST(1 AS BIGINT) FROM hold_record_blobs WHERE digest = $1
                LIMIT 1",
                [digest]
            ),
            fetch_optional
        )?;
        Ok(found.is_some())
    }
}

impl Transaction {
    /// Takes turns with every other process about one blob, until the transaction ends. With SQLite there is none,
    /// and those of this process take turns before they come here.
    pub async fn lock_blob(&mut self, digest: &str) -> Result<(), DatabaseError> {
        if let Self::Postgres(transaction, _) = self {
            sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind(digest)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    /// Puts a blob into quarantine, where nobody finds it, if nothing needs it by now. `false` when something does.
    pub async fn quarantine_blob(
        &mut self,
        digest: &str,
        cutoff: i64,
        now: i64,
    ) -> Result<bool, DatabaseError> {
        // Whoever needs the blob from now on changes its row before they say so elsewhere. Once they are done, the
        // next statement sees what they wrote; a single one would look at other tables as they were before.
        execute!(
            self,
            "UPDATE hold_blobs SET claimed_at = claimed_at WHERE digest = $1",
            [digest]
        )?;
        let moved = on_transaction!(
            self,
            query_as::<_, (i64, i64)>(
                "DELETE FROM hold_blobs
                WHERE digest = $1
                    AND stored_at < $2
                    AND claimed_at < $2
                    AND NOT EXISTS (
                        SELECT 1 FROM hold_layers WHERE hold_layers.digest = hold_blobs.digest
                    )
                    AND NOT EXISTS (
                        SELECT 1 FROM hold_reservations
                        WHERE hold_reservations.digest = hold_blobs.digest AND expires_at > $3
                    )
                RETURNING size, stored_at",
                [digest, cutoff, now]
            ),
            fetch_optional
        )?;
        let Some((size, stored_at)) = moved else {
            return Ok(false);
        };
        execute!(
            self,
            "INSERT INTO hold_quarantine (digest, size, stored_at, quarantined_at, removing)
            VALUES ($1, $2, $3, $4, 0)
            ON CONFLICT (digest) DO UPDATE SET quarantined_at = excluded.quarantined_at",
            [digest, size, stored_at, now]
        )?;
        Ok(true)
    }

    /// Takes a blob out of quarantine, unless its bytes are being removed. Returns its size.
    pub async fn restore_quarantined_blob(
        &mut self,
        digest: &str,
        now: i64,
    ) -> Result<Option<u64>, DatabaseError> {
        let restored = on_transaction!(
            self,
            query_as::<_, (i64, i64)>(
                "DELETE FROM hold_quarantine
                WHERE digest = $1 AND removing = 0
                RETURNING size, stored_at",
                [digest]
            ),
            fetch_optional
        )?;
        let Some((size, stored_at)) = restored else {
            return Ok(None);
        };
        execute!(
            self,
            "INSERT INTO hold_blobs (digest, size, stored_at, claimed_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (digest) DO UPDATE SET claimed_at = excluded.claimed_at",
            [digest, size, stored_at, now]
        )?;
        Ok(Some(size.cast_unsigned()))
    }

    /// Says that a blob's bytes are being removed: from here on it cannot be restored, only stored again.
    pub async fn begin_blob_removal(&mut self, digest: &str) -> Result<bool, DatabaseError> {
        Ok(execute!(
            self,
            "UPDATE hold_quarantine SET removing = 1 WHERE digest = $1",
            [digest]
        )? == 1)
    }

    /// Forgets a blob in quarantine. `false` when it is not there: it was stored again meanwhile.
    pub async fn end_quarantine(&mut self, digest: &str) -> Result<bool, DatabaseError> {
        Ok(execute!(
            self,
            "DELETE FROM hold_quarantine WHERE digest = $1",
            [digest]
        )? == 1)
    }

    /// Whether a blob of a record has these bytes.
    pub async fn is_record_blob(&mut self, digest: &str) -> Result<bool, DatabaseError> {
        let found = on_transaction!(
            self,
            query_scalar::<_, i64>(
                "SELECT CAST(1 AS BIGINT) FROM hold_record_blobs WHERE digest = $1 LIMIT 1",
                [digest]
            ),
            fetch_optional
        )?;
        Ok(found.is_some())
    }

    /// Whether a layer has these bytes, also one in quarantine.
    pub async fn is_layer_blob(&mut self, digest: &str) -> Result<bool, DatabaseError> {
        let found = on_transaction!(
            self,
            query_scalar::<_, i64>(
                "SELECT CAST(1 AS BIGINT) FROM hold_blobs WHERE digest = $1
                UNION ALL
                SELECT CAST(1 AS BIGINT) FROM hold_quarantine WHERE digest = $1
                LIMIT 1",
                [digest]
            ),
            fetch_optional
        )?;
        Ok(found.is_some())
    }

    /// Loses the block of a layer record, as a damaged disk would.
    #[cfg(test)]
    pub async fn damage_layer_record_block(&mut self) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_repo_blocks
            WHERE cid = (
                SELECT cid FROM hold_records WHERE collection = 'io.atcr.hold.layer' LIMIT 1
            )",
            []
        )?;
        Ok(())
    }
}
