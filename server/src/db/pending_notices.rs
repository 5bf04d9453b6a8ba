//! `pending_notices`: what holds elsewhere still have to be told.

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// A notice that a hold has not taken yet.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PendingNoticeRow {
    /// A `UUIDv7`: the order of these is the order they were made in.
    pub id: String,
    /// Which hold.
    pub hold_did: String,
    /// In whose name.
    pub user_did: String,
    /// The session that vouches for them.
    pub session_id: Option<String>,
    /// What it is about, as JSON.
    pub notice: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Not before this time, in unix milliseconds.
    pub next_try_at: i64,
    /// In unix milliseconds.
    pub created_at: i64,
}

impl Database {
    /// Notices whose time has come, in the order they were made, `limit` of them at most.
    pub async fn list_due_notices(
        &self,
        now: i64,
        limit: i64,
    ) -> Result<Vec<PendingNoticeRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, PendingNoticeRow>(
                "SELECT
                    id,
                    hold_did,
                    user_did,
                    session_id,
                    notice,
                    attempts,
                    next_try_at,
                    created_at
                FROM pending_notices
                WHERE next_try_at <= $1
                ORDER BY id
                LIMIT $2",
                [now, limit]
            ),
            fetch_all
        )?)
    }
}

impl Transaction {
    /// Puts a notice down.
    pub async fn insert_pending_notice(
        &mut self,
        notice: &PendingNoticeRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO pending_notices (
                id,
                hold_did,
                user_did,
                session_id,
                notice,
                attempts,
                next_try_at,
                created_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                notice.id.as_str(),
                notice.hold_did.as_str(),
                notice.user_did.as_str(),
                notice.session_id.as_deref(),
                notice.notice.as_str(),
                notice.attempts,
                notice.next_try_at,
                notice.created_at,
            ]
        )?;
        Ok(())
    }

    /// Takes a notice for one more try, after which nobody tries before `next_try_at`. `false` when another
    /// replica was faster.
    pub async fn claim_pending_notice(
        &mut self,
        id: &str,
        attempts: i64,
        next_try_at: i64,
    ) -> Result<bool, DatabaseError> {
        Ok(execute!(
            self,
            "UPDATE pending_notices
            SET
                attempts = attempts + 1,
                next_try_at = $3
            WHERE id = $1 AND attempts = $2",
            [id, attempts, next_try_at]
        )? == 1)
    }

    /// Removes a notice that was taken, or never will be.
    pub async fn delete_pending_notice(&mut self, id: &str) -> Result<(), DatabaseError> {
        execute!(self, "DELETE FROM pending_notices WHERE id = $1", [id])?;
        Ok(())
    }
}
