//! `repository_settings`: what owners decided about their repositories, as their PDSes last said it.

use atproto::syntax::Did;
use oci::RepositoryPath;

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// What is known of a repository's settings.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RepositorySettingsRow {
    /// The record as JSON; `None`: there is none.
    pub record: Option<String>,
    /// Where it lies.
    pub record_uri: Option<String>,
    /// When the PDS said so, unix milliseconds.
    pub checked_at: i64,
}

impl Database {
    /// What the owner last decided about a repository; `None`: it was never asked for.
    pub async fn find_repository_settings(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<Option<RepositorySettingsRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RepositorySettingsRow>(
                "SELECT record, record_uri, checked_at
                   FROM repository_settings
                  WHERE owner_did = $1 AND repository = $2",
                [owner.as_str(), repository.as_str()]
            ),
            fetch_optional
        )?)
    }

    /// Owner and path of repositories whose retention rules apply daily and were last applied before `before`.
    pub async fn list_due_retentions(
        &self,
        before: i64,
        limit: i64,
    ) -> Result<Vec<(String, String)>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, (String, String)>(
                "SELECT owner_did, repository
                   FROM repository_settings
                  WHERE applies_daily = 1 AND COALESCE(applied_at, 0) < $1
                  ORDER BY COALESCE(applied_at, 0), owner_did, repository
                  LIMIT $2",
                [before, limit]
            ),
            fetch_all
        )?)
    }
}

impl Transaction {
    /// Keeps what the owner decided. `applies_daily`: its retention rules are enabled.
    pub async fn upsert_repository_settings(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
        row: &RepositorySettingsRow,
        applies_daily: bool,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO repository_settings (owner_did, repository, record, record_uri, applies_daily, checked_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (owner_did, repository) DO UPDATE
                SET record = excluded.record,
                    record_uri = excluded.record_uri,
                    applies_daily = excluded.applies_daily,
                    checked_at = excluded.checked_at",
            [
                owner.as_str(),
                repository.as_str(),
                row.record.as_deref(),
                row.record_uri.as_deref(),
                i64::from(applies_daily),
                row.checked_at
            ]
        )?;
        Ok(())
    }

    /// Takes the turn to apply the retention rules of a repository that was due. `false`: somebody else has it.
    pub async fn claim_due_retention(
        &mut self,
        owner: &str,
        repository: &str,
        before: i64,
        now: i64,
    ) -> Result<bool, DatabaseError> {
        let claimed = execute!(
            self,
            "UPDATE repository_settings
                SET applied_at = $4
              WHERE owner_did = $1 AND repository = $2 AND applies_daily = 1 AND COALESCE(applied_at, 0) < $3",
            [owner, repository, before, now]
        )?;
        Ok(claimed > 0)
    }
}
