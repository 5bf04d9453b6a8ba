//! `hold_collections`: collections of garbage, the running one and those before.

use super::{Database, DatabaseError, Transaction, execute, on_pool, on_transaction};

/// A collection, as far as it is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CollectionRow {
    /// A TID; later ones are greater.
    pub id: String,
    /// A DID, or a word for who is none.
    pub started_by: String,
    /// How long what nothing uses is kept.
    pub grace_millis: i64,
    /// In unix milliseconds.
    pub started_at: i64,
    /// When it last said how far it is.
    pub updated_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Who wants it to end early.
    pub stopped_by: Option<String>,
    /// One of the constants below.
    pub state: String,
    /// How far it is, or was, in JSON.
    pub progress: String,
    /// Why it failed.
    pub failure: Option<String>,
}

impl CollectionRow {
    /// It is under way.
    pub const RUNNING: &str = "running";
    /// It came to its end.
    pub const DONE: &str = "done";
    /// Somebody stopped it.
    pub const STOPPED: &str = "stopped";
    /// It failed.
    pub const FAILED: &str = "failed";
}

impl Database {
    /// Collections from the latest on, older than `before` unless that is empty.
    pub async fn list_collection_runs(
        &self,
        before: &str,
        limit: i64,
    ) -> Result<Vec<CollectionRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, CollectionRow>(
                "SELECT
                    id,
                    started_by,
                    grace_millis,
                    started_at,
                    updated_at,
                    ended_at,
                    stopped_by,
                    state,
                    progress,
                    failure
                FROM hold_collections
                WHERE $1 = '' OR id < $1
                ORDER BY id DESC
                LIMIT $2",
                [before, limit]
            ),
            fetch_all
        )?)
    }

    /// A collection that says since `alive_since` that it is under way.
    pub async fn find_running_collection(
        &self,
        alive_since: i64,
    ) -> Result<Option<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT id
                FROM hold_collections
                WHERE state = 'running' AND updated_at >= $1
                ORDER BY id DESC
                LIMIT 1",
                [alive_since]
            ),
            fetch_optional
        )?)
    }
}

impl Transaction {
    /// Adds a collection that begins.
    pub async fn insert_collection(
        &mut self,
        id: &str,
        started_by: &str,
        grace_millis: i64,
        now: i64,
        progress: &str,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_collections (
                id,
                started_by,
                grace_millis,
                started_at,
                updated_at,
                state,
                progress
            ) VALUES ($1, $2, $3, $4, $4, 'running', $5)",
            [id, started_by, grace_millis, now, progress]
        )?;
        Ok(())
    }

    /// Says how far a collection is. Returns who wants it to end.
    pub async fn update_collection(
        &mut self,
        id: &str,
        now: i64,
        progress: &str,
    ) -> Result<Option<String>, DatabaseError> {
        let stopped_by = on_transaction!(
            self,
            query_scalar::<_, Option<String>>(
                "UPDATE hold_collections
                SET updated_at = $2, progress = $3
                WHERE id = $1
                RETURNING stopped_by",
                [id, now, progress]
            ),
            fetch_optional
        )?;
        Ok(stopped_by.flatten())
    }

    /// Says how a collection ended.
    pub async fn end_collection(
        &mut self,
        id: &str,
        now: i64,
        state: &str,
        progress: &str,
        failure: Option<&str>,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "UPDATE hold_collections
            SET updated_at = $2, ended_at = $2, state = $3, progress = $4, failure = $5
            WHERE id = $1",
            [id, now, state, progress, failure]
        )?;
        Ok(())
    }

    /// Asks a collection to end early. `false` when it is over, or somebody asked before.
    pub async fn stop_collection(&mut self, id: &str, by: &str) -> Result<bool, DatabaseError> {
        Ok(execute!(
            self,
            "UPDATE hold_collections
            SET stopped_by = $2
            WHERE id = $1 AND state = 'running' AND stopped_by IS NULL",
            [id, by]
        )? == 1)
    }

    /// Forgets collections that began before `before`.
    pub async fn delete_old_collections(&mut self, before: i64) -> Result<u64, DatabaseError> {
        Ok(execute!(
            self,
            "DELETE FROM hold_collections WHERE started_at < $1",
            [before]
        )?)
    }
}
