//! `repository_deletions` and their steps: what owners are deleting or have deleted, several things at once.

use atproto::syntax::Did;
use oci::RepositoryPath;

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// A deletion of several tags and manifests.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DeletionRow {
    /// Unguessable.
    pub id: String,
    /// Whose repository.
    pub owner_did: String,
    /// Its name below theirs.
    pub repository: String,
    /// `tags`, `repository` or `retention`.
    pub cause: String,
    /// The session with which records are deleted.
    pub session_id: String,
    /// `running`, `done` or `stopped`.
    pub state: String,
    /// Why it stopped.
    pub problem: Option<String>,
    /// Bytes that the owner's quota gets back, where that is known.
    pub freed: Option<i64>,
    /// Unix milliseconds.
    pub started_at: i64,
    /// When something last happened, unix milliseconds.
    pub updated_at: i64,
    /// Unix milliseconds.
    pub ended_at: Option<i64>,
}

/// One thing to delete.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DeletionStepRow {
    /// Its place among the steps, from 0.
    pub position: i64,
    /// `tag`, `manifest` or `record`.
    pub kind: String,
    /// The tag, or `<collection>/<key>` of a record; empty for manifests.
    pub name: String,
    /// What the tag pointed to, or the manifest; empty for records.
    pub digest: String,
    /// `waiting`, `done` or `failed`.
    pub state: String,
    /// Why it failed.
    pub reason: Option<String>,
}

const COLUMNS_OF: &str =
    "SELECT id, owner_did, repository, cause, session_id, state, problem, freed, started_at,
        updated_at, ended_at
   FROM repository_deletions
  WHERE owner_did = $1 AND repository = $2
  ORDER BY started_at DESC, id
  LIMIT $3";

impl Database {
    /// A deletion by its id.
    pub async fn find_deletion(&self, id: &str) -> Result<Option<DeletionRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, DeletionRow>(
                "SELECT id, owner_did, repository, cause, session_id, state, problem, freed, started_at, updated_at,
                        ended_at
                   FROM repository_deletions
                  WHERE id = $1",
                [id]
            ),
            fetch_optional
        )?)
    }

    /// The deletions of a repository, the last one first.
    pub async fn list_deletions(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        limit: i64,
    ) -> Result<Vec<DeletionRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, DeletionRow>(COLUMNS_OF, [owner.as_str(), repository.as_str(), limit]),
            fetch_all
        )?)
    }

    /// Ids of deletions that run, and that nobody has moved on since `before`.
    pub async fn list_abandoned_deletions(
        &self,
        before: i64,
        limit: i64,
    ) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT id
                   FROM repository_deletions
                  WHERE state = 'running' AND updated_at < $1
                  ORDER BY updated_at
                  LIMIT $2",
                [before, limit]
            ),
            fetch_all
        )?)
    }

    /// The steps of a deletion in their order.
    pub async fn list_deletion_steps(
        &self,
        id: &str,
    ) -> Result<Vec<DeletionStepRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, DeletionStepRow>(
                "SELECT position, kind, name, digest, state, reason
                   FROM repository_deletion_steps
                  WHERE deletion_id = $1
                  ORDER BY position",
                [id]
            ),
            fetch_all
        )?)
    }

    /// How many steps of a deletion are in which state.
    pub async fn count_deletion_steps(
        &self,
        id: &str,
    ) -> Result<Vec<(String, String, i64)>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, (String, String, i64)>(
                "SELECT kind, state, COUNT(*)
                   FROM repository_deletion_steps
                  WHERE deletion_id = $1
                  GROUP BY kind, state",
                [id]
            ),
            fetch_all
        )?)
    }
}

impl Transaction {
    /// Adds a deletion with its steps.
    pub async fn insert_deletion(
        &mut self,
        deletion: &DeletionRow,
        steps: &[DeletionStepRow],
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO repository_deletions (id, owner_did, repository, cause, session_id, state, problem, freed,
                                               started_at, updated_at, ended_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            [
                deletion.id.as_str(),
                deletion.owner_did.as_str(),
                deletion.repository.as_str(),
                deletion.cause.as_str(),
                deletion.session_id.as_str(),
                deletion.state.as_str(),
                deletion.problem.as_deref(),
                deletion.freed,
                deletion.started_at,
                deletion.updated_at,
                deletion.ended_at
            ]
        )?;
        for step in steps {
            execute!(
                self,
                "INSERT INTO repository_deletion_steps (deletion_id, position, kind, name, digest, state, reason)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                [
                    deletion.id.as_str(),
                    step.position,
                    step.kind.as_str(),
                    step.name.as_str(),
                    step.digest.as_str(),
                    step.state.as_str(),
                    step.reason.as_deref()
                ]
            )?;
        }
        Ok(())
    }

    /// Notes how a step went, and that the deletion goes on.
    pub async fn update_deletion_step(
        &mut self,
        id: &str,
        position: i64,
        state: &str,
        reason: Option<&str>,
        now: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "UPDATE repository_deletion_steps SET state = $3, reason = $4
              WHERE deletion_id = $1 AND position = $2",
            [id, position, state, reason]
        )?;
        execute!(
            self,
            "UPDATE repository_deletions SET updated_at = $2 WHERE id = $1",
            [id, now]
        )?;
        Ok(())
    }

    /// Ends a deletion.
    pub async fn end_deletion(
        &mut self,
        id: &str,
        state: &str,
        problem: Option<&str>,
        now: i64,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "UPDATE repository_deletions
                SET state = $2, problem = $3, updated_at = $4, ended_at = $4
              WHERE id = $1",
            [id, state, problem, now]
        )?;
        Ok(())
    }

    /// Takes over a deletion that is as it was seen, with a session to go on with. `false`: somebody else has it.
    pub async fn claim_deletion(
        &mut self,
        seen: &DeletionRow,
        session_id: &str,
        now: i64,
    ) -> Result<bool, DatabaseError> {
        let claimed = execute!(
            self,
            "UPDATE repository_deletions
                SET state = 'running', problem = NULL, ended_at = NULL, session_id = $4, updated_at = $5
              WHERE id = $1 AND state = $2 AND updated_at = $3",
            [
                seen.id.as_str(),
                seen.state.as_str(),
                seen.updated_at,
                session_id,
                now
            ]
        )?;
        Ok(claimed > 0)
    }

    /// Forgets deletions that ended before `before`.
    pub async fn delete_old_deletions(&mut self, before: i64) -> Result<u64, DatabaseError> {
        Ok(execute!(
            self,
            "DELETE FROM repository_deletions WHERE state <> 'running' AND updated_at < $1",
            [before]
        )?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::test_on_databases;

    fn deletion() -> DeletionRow {
        DeletionRow {
            id: "d1".to_owned(),
            owner_did: "did:web:alice.example".to_owned(),
            repository: "app".to_owned(),
            cause: "tags".to_owned(),
            session_id: "s1".to_owned(),
            state: "running".to_owned(),
            problem: None,
            freed: Some(5),
            started_at: 10,
            updated_at: 10,
            ended_at: None,
        }
    }

    fn step(position: i64) -> DeletionStepRow {
        DeletionStepRow {
            position,
            kind: "tag".to_owned(),
            name: format!("v{position}"),
            digest: "sha256:abc".to_owned(),
            state: "waiting".to_owned(),
            reason: None,
        }
    }

    test_on_databases! {
        async fn a_deletion_that_was_left_behind_is_taken_over_once(test: &TestDatabase) {
            let database = &test.database;
            let mut transaction = database.begin().await.unwrap();
            transaction.insert_deletion(&deletion(), &[step(0), step(1)]).await.unwrap();
            transaction.update_deletion_step("d1", 0, "done", None, 20).await.unwrap();
            transaction.commit().await.unwrap();
            assert_eq!(database.list_abandoned_deletions(20, 9).await.unwrap(), Vec::<String>::new());
            assert_eq!(database.list_abandoned_deletions(21, 9).await.unwrap(), ["d1"]);
            let seen = database.find_deletion("d1").await.unwrap().unwrap();
            let mut transaction = database.begin().await.unwrap();
            assert!(transaction.claim_deletion(&seen, "s2", 30).await.unwrap());
            assert!(!transaction.claim_deletion(&seen, "s3", 30).await.unwrap(), "somebody else has it");
            transaction.commit().await.unwrap();
            let steps = database.list_deletion_steps("d1").await.unwrap();
            assert_eq!((steps[0].state.as_str(), &steps[1]), ("done", &step(1)));
            let taken = database.find_deletion("d1").await.unwrap().unwrap();
            assert_eq!((taken.session_id.as_str(), taken.updated_at), ("s2", 30));
        }

        async fn old_deletions_are_forgotten_with_their_steps_and_running_ones_are_not(test: &TestDatabase) {
            let database = &test.database;
            let mut transaction = database.begin().await.unwrap();
            transaction.insert_deletion(&deletion(), &[step(0)]).await.unwrap();
            assert_eq!(transaction.delete_old_deletions(99).await.unwrap(), 0);
            transaction.end_deletion("d1", "done", None, 50).await.unwrap();
            assert_eq!(transaction.delete_old_deletions(50).await.unwrap(), 0);
            assert_eq!(transaction.delete_old_deletions(51).await.unwrap(), 1);
            transaction.commit().await.unwrap();
            assert_eq!(database.list_deletion_steps("d1").await.unwrap(), []);
        }
    }
}
