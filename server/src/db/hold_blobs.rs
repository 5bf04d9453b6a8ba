//! `hold_blobs`: which blobs a hold has. A blob without a row does not exist for anybody.

use oci::Digest;

use super::{Database, DatabaseError, Transaction, execute, on_pool, on_transaction};

impl Database {
    /// The size of a blob in bytes, or `None`.
    pub async fn find_hold_blob_size(&self, digest: &Digest) -> Result<Option<u64>, DatabaseError> {
        let size = on_pool!(
            self,
            query_scalar::<_, i64>(
                "SELECT size FROM hold_blobs WHERE digest = $1",
                [digest.to_string()]
            ),
            fetch_optional
        )?;
        Ok(size.map(i64::cast_unsigned))
    }
}

impl Transaction {
    /// Says that somebody counts on a blob from `now` on; returns its size, or `None` where there is no such blob.
    pub async fn claim_hold_blob(
        &mut self,
        digest: &str,
        now: i64,
    ) -> Result<Option<u64>, DatabaseError> {
        let size = on_transaction!(
            self,
            query_scalar::<_, i64>(
                "UPDATE hold_blobs SET claimed_at = $2 WHERE digest = $1 RETURNING size",
                [digest, now]
            ),
            fetch_optional
        )?;
        Ok(size.map(i64::cast_unsigned))
    }

    /// Makes a verified blob exist. May be repeated.
    pub async fn insert_hold_blob(
        &mut self,
        digest: &Digest,
        size: u64,
        now: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_blobs (
                digest,
                size,
                stored_at,
                claimed_at
            ) VALUES ($1, $2, $3, $3)
            ON CONFLICT (digest) DO UPDATE SET claimed_at = excluded.claimed_at",
            [digest.to_string(), size.cast_signed(), now]
        )?;
        Ok(())
    }
}
