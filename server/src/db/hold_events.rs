//! `hold_events`: the firehose, encoded, in order and without gaps.

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct EventRow {
    /// Its place.
    pub seq: i64,
    /// What is sent.
    pub frame: Vec<u8>,
}

/// How large an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct EventSize {
    /// Its place.
    pub seq: i64,
    /// Bytes of its frame.
    pub bytes: i64,
}

impl Database {
    /// Sizes of the events behind `after`, in order.
    pub async fn list_event_sizes(
        &self,
        after: i64,
        limit: i64,
    ) -> Result<Vec<EventSize>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, EventSize>(
                "SELECT seq, CAST(LENGTH(frame) AS BIGINT) AS bytes
                FROM hold_events
                WHERE seq > $1
                ORDER BY seq
                LIMIT $2",
                [after, limit]
            ),
            fetch_all
        )?)
    }

    /// Events behind `after` up to `last`, in order.
    pub async fn list_events(&self, after: i64, last: i64) -> Result<Vec<EventRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, EventRow>(
                "SELECT seq, frame
                FROM hold_events
                WHERE seq > $1 AND seq <= $2
                ORDER BY seq",
                [after, last]
            ),
            fetch_all
        )?)
    }

    /// The first event that is still there.
    pub async fn find_oldest_event(&self) -> Result<Option<i64>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, Option<i64>>("SELECT MIN(seq) FROM hold_events", []),
            fetch_one
        )?)
    }

    /// The place of the last event ever, also when it is gone; 0 before the first.
    pub async fn find_last_seq(&self) -> Result<i64, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, i64>(
                "SELECT COALESCE((SELECT seq FROM hold_repo_head WHERE id = 1), 0)",
                []
            ),
            fetch_one
        )?)
    }
}

impl Transaction {
    /// Adds an event. Whoever adds one holds the head of the repo.
    pub async fn insert_event(
        &mut self,
        seq: i64,
        frame: &[u8],
        now: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_events (seq, frame, created_at) VALUES ($1, $2, $3)",
            [seq, frame, now]
        )?;
        Ok(())
    }

    /// Counts an event that is no commit.
    pub async fn advance_seq(&mut self, seq: i64) -> Result<(), DatabaseError> {
        execute!(
            self,
            "UPDATE hold_repo_head SET seq = $1 WHERE id = 1",
            [seq]
        )?;
        Ok(())
    }

    /// Removes events made before `cutoff`, `limit` of them at most; returns how many.
    pub async fn purge_events(&mut self, cutoff: i64, limit: i64) -> Result<u64, DatabaseError> {
        Ok(execute!(
            self,
            "DELETE FROM hold_events
            WHERE seq IN (
                SELECT seq FROM hold_events WHERE created_at < $1 ORDER BY seq LIMIT $2
            )",
            [cutoff, limit]
        )?)
    }
}
