//! `hold_activity`: who did what when in the hold.

use super::{Database, DatabaseError, Transaction, execute, on_pool, on_transaction};

/// One thing that was done, or several of the same kind within the hour.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ActivityRow {
    /// A TID; later ones are greater.
    pub id: String,
    /// When, in unix milliseconds.
    pub at: i64,
    /// When for the last time.
    pub last_at: i64,
    /// How often.
    pub times: i64,
    /// A DID, or a word for who is none.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To whom or what.
    pub subject: Option<String>,
    /// A JSON object.
    pub details: String,
}

/// Which entries are looked for. Empty texts leave open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityQuery {
    /// Only those that this one did, or that were done to them.
    pub person: String,
    /// A LIKE pattern of the action; `%` for every one.
    pub action: String,
    /// Not before this time, in unix milliseconds…
    pub from: i64,
    /// …and before this one.
    pub until: i64,
    /// Only those older than the entry of this id.
    pub before: String,
}

impl Database {
    /// Entries from the latest on.
    pub async fn list_activity(
        &self,
        query: &ActivityQuery,
        limit: i64,
    ) -> Result<Vec<ActivityRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, ActivityRow>(
                "SELECT id, at, last_at, times, actor, action, subject, details
                FROM hold_activity
                WHERE ($1 = '' OR actor = $1 OR subject = $1)
                    AND action LIKE $2
                    AND at >= $3
                    AND at < $4
                    AND ($5 = '' OR id < $5)
                ORDER BY id DESC
                LIMIT $6",
                [
                    query.person.as_str(),
                    query.action.as_str(),
                    query.from,
                    query.until,
                    query.before.as_str(),
                    limit
                ]
            ),
            fetch_all
        )?)
    }
}

impl Transaction {
    /// Adds an entry.
    pub async fn insert_activity(&mut self, row: &ActivityRow) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_activity (id, at, last_at, times, actor, action, subject, details)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                row.id.as_str(),
                row.at,
                row.last_at,
                row.times,
                row.actor.as_str(),
                row.action.as_str(),
                row.subject.as_deref(),
                row.details.as_str()
            ]
        )?;
        Ok(())
    }

    /// Counts an entry as one more of the same that began at `since` or later. `false` when there is none.
    pub async fn repeat_activity(
        &mut self,
        row: &ActivityRow,
        since: i64,
    ) -> Result<bool, DatabaseError> {
        let found = on_transaction!(
            self,
            query_scalar::<_, String>(
                "SELECT id FROM hold_activity
                WHERE actor = $1 AND action = $2 AND at >= $3 AND COALESCE(subject, '') = $4
                ORDER BY id DESC
                LIMIT 1",
                [
                    row.actor.as_str(),
                    row.action.as_str(),
                    since,
                    row.subject.as_deref().unwrap_or_default()
                ]
            ),
            fetch_optional
        )?;
        let Some(id) = found else {
            return Ok(false);
        };
        execute!(
            self,
            "UPDATE hold_activity
            SET times = times + $2, last_at = $3, details = $4
            WHERE id = $1",
            [id.as_str(), row.times, row.last_at, row.details.as_str()]
        )?;
        Ok(true)
    }

    /// Removes entries from before `before`. Returns how many.
    pub async fn delete_old_activity(&mut self, before: i64) -> Result<u64, DatabaseError> {
        Ok(execute!(
            self,
            "DELETE FROM hold_activity WHERE last_at < $1",
            [before]
        )?)
    }
}
