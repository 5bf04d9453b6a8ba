//! `remote_uploads`: uploads on their way into a hold elsewhere. A row changes after the hold has stored the
//! bytes and before the client hears of them.

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// An upload into a hold elsewhere, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RemoteUploadRow {
    /// Unguessable.
    pub id: String,
    /// Into which hold.
    pub hold_did: String,
    /// Whose upload it is.
    pub uploader_did: String,
    /// The repository path below the uploader's name.
    pub repository: String,
    /// What the hold calls it.
    pub remote_id: String,
    /// Bytes acknowledged so far, in parts and tail.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// The `ETag`s of the parts that the hold has, as a JSON array.
    pub parts: String,
    /// Bytes that are too few for a part of their own.
    pub tail: Vec<u8>,
    /// When it began, in unix milliseconds.
    pub started_at: i64,
    /// When bytes were last acknowledged, in unix milliseconds.
    pub last_active_at: i64,
}

impl Database {
    /// The upload with this id, or `None`.
    pub async fn find_remote_upload(
        &self,
        id: &str,
    ) -> Result<Option<RemoteUploadRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RemoteUploadRow>(
                "SELECT
                    id,
                    hold_did,
                    uploader_did,
                    repository,
                    remote_id,
                    size,
                    parts,
                    tail,
                    started_at,
                    last_active_at
                FROM remote_uploads
                WHERE id = $1",
                [id]
            ),
            fetch_optional
        )?)
    }
}

impl Transaction {
    /// Begins an upload.
    pub async fn insert_remote_upload(
        &mut self,
        upload: &RemoteUploadRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO remote_uploads (
                id,
                hold_did,
                uploader_did,
                repository,
                remote_id,
                size,
                parts,
                tail,
                started_at,
                last_active_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                upload.id.as_str(),
                upload.hold_did.as_str(),
                upload.uploader_did.as_str(),
                upload.repository.as_str(),
                upload.remote_id.as_str(),
                upload.size.cast_signed(),
                upload.parts.as_str(),
                upload.tail.as_slice(),
                upload.started_at,
                upload.last_active_at,
            ]
        )?;
        Ok(())
    }

    /// Moves an upload on from `size_before` to what `upload` says. `false` when it is no longer there: it has
    /// ended, or another replica has moved it.
    pub async fn advance_remote_upload(
        &mut self,
        size_before: u64,
        upload: &RemoteUploadRow,
    ) -> Result<bool, DatabaseError> {
        let changed = execute!(
            self,
            "UPDATE remote_uploads
            SET
                size = $3,
                parts = $4,
                tail = $5,
                last_active_at = $6
            WHERE id = $1 AND size = $2",
            [
                upload.id.as_str(),
                size_before.cast_signed(),
                upload.size.cast_signed(),
                upload.parts.as_str(),
                upload.tail.as_slice(),
                upload.last_active_at,
            ]
        )?;
        Ok(changed == 1)
    }

    /// Ends an upload. `false` when there was none.
    pub async fn delete_remote_upload(&mut self, id: &str) -> Result<bool, DatabaseError> {
        Ok(execute!(self, "DELETE FROM remote_uploads WHERE id = $1", [id])? == 1)
    }

    /// Forgets uploads to which nothing was added since `cutoff`; the hold ends its side by itself. Returns how
    /// many.
    pub async fn delete_idle_remote_uploads(&mut self, cutoff: i64) -> Result<u64, DatabaseError> {
        Ok(execute!(
            self,
            "DELETE FROM remote_uploads WHERE last_active_at < $1",
            [cutoff]
        )?)
    }
}
