//! `data_exports`, `data_export_parts`: archives of what is kept about people.

use atproto::syntax::Did;

use super::{Database, DatabaseError, Transaction, execute, on_pool, on_transaction};

/// An archive, or one that is being made. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DataExportRow {
    /// Names it in addresses.
    pub id: String,
    /// The name of the browser session that asked for it.
    pub browser_session: String,
    /// What is being done, in words.
    pub step: String,
    /// How many steps are done…
    pub steps_done: i64,
    /// …of how many.
    pub steps: i64,
    /// Bytes that are there.
    pub size: i64,
    /// What is missing: a JSON array.
    pub failures: String,
    /// Hex of SHA-256 over the archive, once it is whole.
    pub digest: Option<String>,
    /// When it was asked for.
    pub requested_at: i64,
    /// When the process that makes it last said so.
    pub active_at: i64,
    /// When it ended, well or not.
    pub finished_at: Option<i64>,
}

const COLUMNS: &str = "SELECT
        id,
        browser_session,
        step,
        steps_done,
        steps,
        size,
        failures,
        digest,
        requested_at,
        active_at,
        finished_at
    FROM data_exports
    WHERE did = $1
    ORDER BY requested_at DESC, id
    LIMIT 100";

impl Database {
    /// Somebody's archives, the newest first.
    pub async fn list_data_exports(&self, did: &Did) -> Result<Vec<DataExportRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, DataExportRow>(COLUMNS, [did.as_str()]),
            fetch_all
        )?)
    }

    /// One part of an archive.
    pub async fn find_data_export_part(
        &self,
        id: &str,
        position: i64,
    ) -> Result<Option<Vec<u8>>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, Vec<u8>>(
                "SELECT bytes
                FROM data_export_parts
                WHERE export_id = $1 AND position = $2",
                [id, position]
            ),
            fetch_optional
        )?)
    }

    /// Says how far an archive is. `false` when it is not wanted any more.
    pub async fn advance_data_export(
        &self,
        id: &str,
        step: &str,
        steps_done: i64,
        steps: i64,
        now: i64,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let changed = execute!(
            &mut transaction,
            "UPDATE data_exports
            SET step = $2, steps_done = $3, steps = $4, active_at = $5
            WHERE id = $1 AND finished_at IS NULL",
            [id, step, steps_done, steps, now]
        )?;
        transaction.commit().await?;
        Ok(changed == 1)
    }

    /// Adds the next part of an archive.
    pub async fn insert_data_export_part(
        &self,
        id: &str,
        position: i64,
        bytes: &[u8],
        now: i64,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        execute!(
            &mut transaction,
            "INSERT INTO data_export_parts (export_id, position, bytes) VALUES ($1, $2, $3)",
            [id, position, bytes]
        )?;
        execute!(
            &mut transaction,
            "UPDATE data_exports SET size = size + $2, active_at = $3 WHERE id = $1",
            [id, size, now]
        )?;
        transaction.commit().await
    }

    /// Ends an archive: with the digest of its bytes, or without one when it failed.
    pub async fn finish_data_export(
        &self,
        id: &str,
        digest: Option<&str>,
        failures: &str,
        now: i64,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "UPDATE data_exports
            SET digest = $2, failures = $3, steps_done = steps, active_at = $4, finished_at = $4
            WHERE id = $1 AND finished_at IS NULL",
            [id, digest, failures, now]
        )?;
        transaction.commit().await
    }

    /// Forgets archives that were asked for before a time; returns how many.
    pub async fn purge_data_exports(&self, before: i64) -> Result<u64, DatabaseError> {
        let mut transaction = self.begin().await?;
        let purged = execute!(
            &mut transaction,
            "DELETE FROM data_exports WHERE requested_at < $1",
            [before]
        )?;
        transaction.commit().await?;
        Ok(purged)
    }

    /// Forgets somebody's archives.
    pub async fn delete_data_exports(&self, did: &Did) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "DELETE FROM data_exports WHERE did = $1",
            [did.as_str()]
        )?;
        transaction.commit().await
    }
}

impl Transaction {
    /// As [`Database::list_data_exports`].
    pub async fn list_data_exports(
        &mut self,
        did: &Did,
    ) -> Result<Vec<DataExportRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, DataExportRow>(COLUMNS, [did.as_str()]),
            fetch_all
        )?)
    }

    /// Gives up archives of somebody of which nothing was heard since a time: their process is gone.
    pub async fn abandon_data_exports(
        &mut self,
        did: &Did,
        active_before: i64,
        now: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "UPDATE data_exports
            SET finished_at = $3
            WHERE did = $1 AND finished_at IS NULL AND active_at < $2",
            [did.as_str(), active_before, now]
        )?;
        Ok(())
    }

    /// Begins an archive. `false` while another one of this person is being made.
    pub async fn insert_data_export(
        &mut self,
        id: &str,
        did: &Did,
        browser_session: &str,
        now: i64,
    ) -> Result<bool, DatabaseError> {
        let inserted = execute!(
            self,
            "INSERT INTO data_exports (
                id, did, browser_session, step, steps_done, steps, size, failures, requested_at, active_at
            )
            VALUES ($1, $2, $3, '', 0, 1, 0, '[]', $4, $4)
            ON CONFLICT DO NOTHING",
            [id, did.as_str(), browser_session, now]
        )?;
        Ok(inserted == 1)
    }
}
