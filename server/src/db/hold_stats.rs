//! `hold_stats`, `hold_pending_pulls`, `hold_posts`: what the stats records and posts of the hold say.

use super::{Database, DatabaseError, Transaction, execute, on_pool, on_transaction};

/// A stats record.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StatsRow {
    /// Whose repository.
    pub owner_did: String,
    /// Which one.
    pub repository: String,
    /// Key of the record.
    pub record_key: String,
    /// Pulls ever.
    pub pull_count: i64,
    /// Pushes ever.
    pub push_count: i64,
    /// In unix milliseconds.
    pub last_pull: Option<i64>,
    /// In unix milliseconds.
    pub last_push: Option<i64>,
}

/// Pulls that no stats record has counted yet.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PendingPullsRow {
    /// Whose repository.
    pub owner_did: String,
    /// Which one.
    pub repository: String,
    /// How many.
    pub pulls: i64,
    /// In unix milliseconds.
    pub last_pull: i64,
}

impl Database {
    /// Counts pulls of a repository that uses blobs here; of others there is nothing to count.
    pub async fn count_pulls(
        &self,
        owner_did: &str,
        repository: &str,
        pulls: i64,
        now: i64,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "INSERT INTO hold_pending_pulls (owner_did, repository, pulls, last_pull)
            SELECT $1, $2, CAST($3 AS BIGINT), CAST($4 AS BIGINT)
            WHERE EXISTS (
                SELECT 1 FROM hold_layers WHERE user_did = $1 AND repository = $2
            )
            ON CONFLICT (owner_did, repository) DO UPDATE SET
                pulls = hold_pending_pulls.pulls + excluded.pulls,
                last_pull = excluded.last_pull",
            [owner_did, repository, pulls, now]
        )?;
        transaction.commit().await
    }

    /// Repositories with pulls that no stats record has counted yet.
    pub async fn list_pending_pulls(
        &self,
        limit: i64,
    ) -> Result<Vec<PendingPullsRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, PendingPullsRow>(
                "SELECT owner_did, repository, pulls, last_pull
                FROM hold_pending_pulls
                ORDER BY owner_did, repository
                LIMIT $1",
                [limit]
            ),
            fetch_all
        )?)
    }

    /// The stats of somebody's repositories.
    pub async fn list_stats(&self, owner_did: &str) -> Result<Vec<StatsRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, StatsRow>(
                "SELECT
                    owner_did,
                    repository,
                    record_key,
                    pull_count,
                    push_count,
                    last_pull,
                    last_push
                FROM hold_stats
                WHERE owner_did = $1
                ORDER BY repository",
                [owner_did]
            ),
            fetch_all
        )?)
    }

    /// Keys of the posts about somebody.
    pub async fn list_posts(&self, user_did: &str) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT record_key FROM hold_posts WHERE user_did = $1 ORDER BY record_key",
                [user_did]
            ),
            fetch_all
        )?)
    }
}

impl Transaction {
    /// Takes the pulls of a repository that wait to be counted.
    pub async fn take_pending_pulls(
        &mut self,
        owner_did: &str,
        repository: &str,
    ) -> Result<Option<PendingPullsRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, PendingPullsRow>(
                "DELETE FROM hold_pending_pulls
                WHERE owner_did = $1 AND repository = $2
                RETURNING owner_did, repository, pulls, last_pull",
                [owner_did, repository]
            ),
            fetch_optional
        )?)
    }

    /// Forgets pulls of all repositories of somebody.
    pub async fn delete_pending_pulls(&mut self, owner_did: &str) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_pending_pulls WHERE owner_did = $1",
            [owner_did]
        )?;
        Ok(())
    }

    /// The stats of a repository.
    pub async fn find_stats(
        &mut self,
        owner_did: &str,
        repository: &str,
    ) -> Result<Option<StatsRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, StatsRow>(
                "SELECT
                    owner_did,
                    repository,
                    record_key,
                    pull_count,
                    push_count,
                    last_pull,
                    last_push
                FROM hold_stats
                WHERE owner_did = $1 AND repository = $2",
                [owner_did, repository]
            ),
            fetch_optional
        )?)
    }

    /// Follows a stats record.
    pub async fn upsert_stats(&mut self, stats: &StatsRow) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_stats (
                owner_did,
                repository,
                record_key,
                pull_count,
                push_count,
                last_pull,
                last_push
            ) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (owner_did, repository) DO UPDATE SET
                record_key = excluded.record_key,
                pull_count = excluded.pull_count,
                push_count = excluded.push_count,
                last_pull = excluded.last_pull,
                last_push = excluded.last_push",
            [
                stats.owner_did.as_str(),
                stats.repository.as_str(),
                stats.record_key.as_str(),
                stats.pull_count,
                stats.push_count,
                stats.last_pull,
                stats.last_push
            ]
        )?;
        Ok(())
    }

    /// Follows the deletion of a stats record.
    pub async fn delete_stats_by_record(&mut self, record_key: &str) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_stats WHERE record_key = $1",
            [record_key]
        )?;
        Ok(())
    }

    /// Notes whom a post is about.
    pub async fn insert_post(
        &mut self,
        record_key: &str,
        user_did: &str,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_posts (record_key, user_did) VALUES ($1, $2)
            ON CONFLICT (record_key) DO NOTHING",
            [record_key, user_did]
        )?;
        Ok(())
    }

    /// Follows the deletion of a post.
    pub async fn delete_post(&mut self, record_key: &str) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_posts WHERE record_key = $1",
            [record_key]
        )?;
        Ok(())
    }
}
