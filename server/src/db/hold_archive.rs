//! What a hold's tables have that its repo does not say, for moving it to another database.

use super::{
    Database, DatabaseError, PendingPullsRow, ReservationRow, Transaction, execute, on_pool,
    on_transaction,
};

/// A row of `hold_blobs`.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HoldBlobRow {
    /// The blob.
    pub digest: String,
    /// Its size in bytes.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// When it came, in unix milliseconds.
    pub stored_at: i64,
    /// When somebody last counted on it.
    pub claimed_at: i64,
}

/// A row of `hold_record_blobs`.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UploadedRecordBlobRow {
    /// Binary CID.
    pub cid: Vec<u8>,
    /// The same hash as the blob store names it.
    pub digest: String,
    /// What the uploader said it is.
    pub media_type: String,
    /// In bytes.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// In unix milliseconds.
    pub uploaded_at: i64,
}

impl Database {
    /// Blobs by digest, behind `after`.
    pub async fn list_hold_blobs(
        &self,
        after: &str,
        limit: i64,
    ) -> Result<Vec<HoldBlobRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, HoldBlobRow>(
                "SELECT digest, size, stored_at, claimed_at
                FROM hold_blobs
                WHERE digest > $1
                ORDER BY digest
                LIMIT $2",
                [after, limit]
            ),
            fetch_all
        )?)
    }

    /// How many blobs there are.
    pub async fn count_hold_blobs(&self) -> Result<u64, DatabaseError> {
        let count = on_pool!(
            self,
            query_scalar::<_, i64>("SELECT COUNT(*) FROM hold_blobs", []),
            fetch_one
        )?;
        Ok(count.cast_unsigned())
    }

    /// Blobs of records by CID, behind `after`.
    pub async fn list_record_blobs(
        &self,
        after: &[u8],
        limit: i64,
    ) -> Result<Vec<UploadedRecordBlobRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, UploadedRecordBlobRow>(
                "SELECT cid, digest, media_type, size, uploaded_at
                FROM hold_record_blobs
                WHERE cid > $1
                ORDER BY cid
                LIMIT $2",
                [after, limit]
            ),
            fetch_all
        )?)
    }

    /// Bytes promised to blobs that no record counts yet, by name, behind `after`.
    pub async fn list_blob_reservations(
        &self,
        now: i64,
        after: &str,
        limit: i64,
    ) -> Result<Vec<ReservationRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, ReservationRow>(
                "SELECT id, user_did, digest, size, expires_at
                FROM hold_reservations
                WHERE digest IS NOT NULL AND expires_at > $1 AND id > $2
                ORDER BY id
                LIMIT $3",
                [now, after, limit]
            ),
            fetch_all
        )?)
    }

    /// Pulls that no stats record has counted yet, behind a repository.
    pub async fn list_pending_pulls_after(
        &self,
        owner_did: &str,
        repository: &str,
        limit: i64,
    ) -> Result<Vec<PendingPullsRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, PendingPullsRow>(
                "SELECT owner_did, repository, pulls, last_pull
                FROM hold_pending_pulls
                WHERE (owner_did, repository) > ($1, $2)
                ORDER BY owner_did, repository
                LIMIT $3",
                [owner_did, repository, limit]
            ),
            fetch_all
        )?)
    }

    /// How many blobs layer records name that are not there.
    pub async fn count_missing_layers(&self) -> Result<u64, DatabaseError> {
        let count = on_pool!(
            self,
            query_scalar::<_, i64>(
                "SELECT COUNT(DISTINCT digest)
                FROM hold_layers
                WHERE NOT EXISTS (
                    SELECT 1 FROM hold_blobs WHERE hold_blobs.digest = hold_layers.digest
                ) AND NOT EXISTS (
                    SELECT 1 FROM hold_quarantine
                    WHERE hold_quarantine.digest = hold_layers.digest
                )",
                []
            ),
            fetch_one
        )?;
        Ok(count.cast_unsigned())
    }
}

impl Transaction {
    /// Makes a blob exist as it was elsewhere.
    pub async fn upsert_moved_blob(&mut self, blob: &HoldBlobRow) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_blobs (digest, size, stored_at, claimed_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (digest) DO UPDATE SET
                size = excluded.size,
                stored_at = excluded.stored_at,
                claimed_at = excluded.claimed_at",
            [
                blob.digest.as_str(),
                blob.size.cast_signed(),
                blob.stored_at,
                blob.claimed_at
            ]
        )?;
        Ok(())
    }

    /// Pulls that no stats record has counted yet.
    pub async fn insert_pending_pulls(
        &mut self,
        pulls: &PendingPullsRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_pending_pulls (owner_did, repository, pulls, last_pull)
            VALUES ($1, $2, $3, $4)",
            [
                pulls.owner_did.as_str(),
                pulls.repository.as_str(),
                pulls.pulls,
                pulls.last_pull
            ]
        )?;
        Ok(())
    }

    /// A record that refers to a blob which is not there.
    pub async fn find_record_without_blob(&mut self) -> Result<Option<String>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_scalar::<_, String>(
                "SELECT uses.collection || '/' || uses.record_key
                FROM hold_record_blob_uses AS uses
                WHERE NOT EXISTS (
                    SELECT 1 FROM hold_record_blobs AS blobs WHERE blobs.cid = uses.cid
                )
                LIMIT 1",
                []
            ),
            fetch_optional
        )?)
    }
}
