//! `hold_record_blobs`: atproto blobs of the hold's own records, and which records use them.

use super::{Database, DatabaseError, GarbageRow, Transaction, execute, on_pool, on_transaction};

/// An uploaded blob.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RecordBlobRow {
    /// Binary CID.
    pub cid: Vec<u8>,
    /// The same hash as the blob store names it.
    pub digest: String,
    /// What the uploader said it is.
    pub media_type: String,
    /// In bytes.
    #[sqlx(try_from = "i64")]
    pub size: u64,
}

impl Database {
    /// A blob that a record refers to.
    pub async fn find_used_record_blob(
        &self,
        cid: &[u8],
    ) -> Result<Option<RecordBlobRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RecordBlobRow>(
                "SELECT cid, digest, media_type, size
                FROM hold_record_blobs
                WHERE cid = $1 AND EXISTS (
                    SELECT 1 FROM hold_record_blob_uses AS uses
                    WHERE uses.cid = hold_record_blobs.cid
                )",
                [cid]
            ),
            fetch_optional
        )?)
    }

    /// CIDs of blobs that records refer to since the commit `since`, behind `after`.
    pub async fn list_used_record_blobs(
        &self,
        since: &str,
        after: &[u8],
        limit: i64,
    ) -> Result<Vec<Vec<u8>>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, Vec<u8>>(
                "SELECT DISTINCT cid
                FROM hold_record_blob_uses
                WHERE rev > $1 AND cid > $2
                ORDER BY cid
                LIMIT $3",
                [since, after, limit]
            ),
            fetch_all
        )?)
    }

    /// Blobs that no record refers to and that were uploaded before `cutoff`.
    pub async fn list_unused_record_blobs(
        &self,
        cutoff: i64,
    ) -> Result<Vec<GarbageRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, GarbageRow>(
                "SELECT digest, size
                FROM hold_record_blobs
                WHERE uploaded_at < $1 AND NOT EXISTS (
                    SELECT 1 FROM hold_record_blob_uses AS uses
                    WHERE uses.cid = hold_record_blobs.cid
                )",
                [cutoff]
            ),
            fetch_all
        )?)
    }
}

impl Transaction {
    /// Notes an upload, or that it was uploaded again.
    pub async fn upsert_record_blob(
        &mut self,
        blob: &RecordBlobRow,
        now: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_record_blobs (cid, digest, media_type, size, uploaded_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (cid) DO UPDATE SET
                media_type = excluded.media_type,
                uploaded_at = excluded.uploaded_at",
            [
                blob.cid.as_slice(),
                blob.digest.as_str(),
                blob.media_type.as_str(),
                blob.size.cast_signed(),
                now
            ]
        )?;
        Ok(())
    }

    /// Whether a blob was uploaded.
    pub async fn find_record_blob(
        &mut self,
        cid: &[u8],
    ) -> Result<Option<RecordBlobRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, RecordBlobRow>(
                "SELECT cid, digest, media_type, size FROM hold_record_blobs WHERE cid = $1",
                [cid]
            ),
            fetch_optional
        )?)
    }

    /// A record refers to a blob.
    pub async fn insert_record_blob_use(
        &mut self,
        cid: &[u8],
        collection: &str,
        record_key: &str,
        rev: &str,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_record_blob_uses (cid, collection, record_key, rev)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (cid, collection, record_key) DO NOTHING",
            [cid, collection, record_key, rev]
        )?;
        Ok(())
    }

    /// A record no longer refers to any blob.
    pub async fn delete_record_blob_uses(
        &mut self,
        collection: &str,
        record_key: &str,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_record_blob_uses WHERE collection = $1 AND record_key = $2",
            [collection, record_key]
        )?;
        Ok(())
    }

    /// Forgets blobs that no record refers to and that were uploaded before `cutoff`; returns what they were.
    pub async fn delete_unused_record_blobs(
        &mut self,
        cutoff: i64,
    ) -> Result<Vec<GarbageRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, GarbageRow>(
                "DELETE FROM hold_record_blobs
                WHERE uploaded_at < $1 AND NOT EXISTS (
                    SELECT 1 FROM hold_record_blob_uses AS uses
                    WHERE uses.cid = hold_record_blobs.cid
                )
                RETURNING digest, size",
                [cutoff]
            ),
            fetch_all
        )?)
    }
}
