//! `hold_upload_parts`: the parts of uploads that came by `uploadPart`.

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// A part that is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UploadPartRow {
    /// From 1.
    pub part_number: i64,
    /// The byte of the blob at which it begins.
    #[sqlx(try_from = "i64")]
    pub start: u64,
    /// In bytes.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// What the sender calls it.
    pub etag: String,
}

impl Database {
    /// The parts of an upload, in order.
    pub async fn list_upload_parts(
        &self,
        upload_id: &str,
    ) -> Result<Vec<UploadPartRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, UploadPartRow>(
                "SELECT part_number, start, size, etag
                FROM hold_upload_parts
                WHERE upload_id = $1
                ORDER BY part_number",
                [upload_id]
            ),
            fetch_all
        )?)
    }
}

impl Transaction {
    /// Keeps a part, instead of an earlier one of its number.
    pub async fn upsert_upload_part(
        &mut self,
        upload_id: &str,
        part: &UploadPartRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_upload_parts (upload_id, part_number, start, size, etag)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (upload_id, part_number) DO UPDATE SET
                start = excluded.start,
                size = excluded.size,
                etag = excluded.etag",
            [
                upload_id,
                part.part_number,
                part.start.cast_signed(),
                part.size.cast_signed(),
                part.etag.as_str()
            ]
        )?;
        Ok(())
    }

    /// Forgets the parts of an upload from this number on.
    pub async fn delete_upload_parts_from(
        &mut self,
        upload_id: &str,
        part_number: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_upload_parts WHERE upload_id = $1 AND part_number >= $2",
            [upload_id, part_number]
        )?;
        Ok(())
    }

    /// Forgets parts whose upload has ended.
    pub async fn delete_orphaned_upload_parts(&mut self) -> Result<u64, DatabaseError> {
        Ok(execute!(
            self,
            "DELETE FROM hold_upload_parts
            WHERE NOT EXISTS (SELECT 1 FROM hold_uploads WHERE id = upload_id)",
            []
        )?)
    }
}
