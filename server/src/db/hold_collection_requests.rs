//! `hold_collection_requests`: collections of garbage that a command asks the running server for.

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// A request, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CollectionRequestRow {
    /// Its name.
    pub id: String,
    /// How long what nothing uses is kept.
    pub grace_millis: i64,
    /// When a server began with it.
    pub taken_at: Option<i64>,
    /// What was done, in JSON.
    pub report: Option<String>,
    /// Why nothing was done.
    pub failure: Option<String>,
}

impl Database {
    /// The oldest request that no server has taken.
    pub async fn find_waiting_collection_request(
        &self,
    ) -> Result<Option<CollectionRequestRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, CollectionRequestRow>(
                "SELECT id, grace_millis, taken_at, report, failure
                FROM hold_collection_requests
                WHERE taken_at IS NULL
                ORDER BY requested_at, id
                LIMIT 1",
                []
            ),
            fetch_optional
        )?)
    }

    /// A request.
    pub async fn find_collection_request(
        &self,
        id: &str,
    ) -> Result<Option<CollectionRequestRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, CollectionRequestRow>(
                "SELECT id, grace_millis, taken_at, report, failure
                FROM hold_collection_requests
                WHERE id = $1",
                [id]
            ),
            fetch_optional
        )?)
    }
}

impl Transaction {
    /// Adds a request.
    pub async fn insert_collection_request(
        &mut self,
        id: &str,
        grace_millis: i64,
        now: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_collection_requests (id, grace_millis, requested_at)
            VALUES ($1, $2, $3)",
            [id, grace_millis, now]
        )?;
        Ok(())
    }

    /// Says that a server begins with it. `false` when another was first.
    pub async fn take_collection_request(
        &mut self,
        id: &str,
        now: i64,
    ) -> Result<bool, DatabaseError> {
        Ok(execute!(
            self,
            "UPDATE hold_collection_requests SET taken_at = $2 WHERE id = $1 AND taken_at IS NULL",
            [id, now]
        )? == 1)
    }

    /// Says what came of it.
    pub async fn end_collection_request(
        &mut self,
        id: &str,
        report: Option<&str>,
        failure: Option<&str>,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "UPDATE hold_collection_requests SET report = $2, failure = $3 WHERE id = $1",
            [id, report, failure]
        )?;
        Ok(())
    }

    /// Removes a request that no server has taken. `false` when one has.
    pub async fn delete_waiting_collection_request(
        &mut self,
        id: &str,
    ) -> Result<bool, DatabaseError> {
        Ok(execute!(
            self,
            "DELETE FROM hold_collection_requests WHERE id = $1 AND taken_at IS NULL",
            [id]
        )? == 1)
    }

    /// Removes requests from before `before`.
    pub async fn delete_collection_requests(&mut self, before: i64) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_collection_requests WHERE requested_at < $1",
            [before]
        )?;
        Ok(())
    }
}
