//! `stars`: who likes which repository, as far as it was given here or its record was seen.

use atproto::syntax::Did;
use oci::RepositoryPath;

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// A star.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StarRow {
    /// Whose repository.
    pub owner_did: String,
    /// Its name below theirs.
    pub repository: String,
    /// The key of the record in the repo of who gave it.
    pub record_key: String,
    /// When it was given, unix milliseconds.
    pub starred_at: i64,
}

impl Database {
    /// How many stars a repository has.
    pub async fn count_stars(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<i64, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM stars WHERE owner_did = $1 AND repository = $2",
                [owner.as_str(), repository.as_str()]
            ),
            fetch_one
        )?)
    }

    /// How many stars each of somebody's repositories has, without those that have none.
    pub async fn count_stars_of_owner(
        &self,
        owner: &Did,
    ) -> Result<Vec<(String, i64)>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, (String, i64)>(
                "SELECT repository, COUNT(*) FROM stars WHERE owner_did = $1 GROUP BY repository",
                [owner.as_str()]
            ),
            fetch_all
        )?)
    }

    /// Somebody's star for a repository.
    pub async fn find_star(
        &self,
        person: &Did,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<Option<StarRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, StarRow>(
                "SELECT owner_did, repository, record_key, starred_at
                   FROM stars
                  WHERE person_did = $1 AND owner_did = $2 AND repository = $3",
                [person.as_str(), owner.as_str(), repository.as_str()]
            ),
            fetch_optional
        )?)
    }

    /// What somebody likes, the last star first.
    pub async fn list_stars_by(
        &self,
        person: &Did,
        limit: i64,
    ) -> Result<Vec<StarRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, StarRow>(
                "SELECT owner_did, repository, record_key, starred_at
                   FROM stars
                  WHERE person_did = $1
                  ORDER BY starred_at DESC, owner_did, repository
                  LIMIT $2",
                [person.as_str(), limit]
            ),
            fetch_all
        )?)
    }
}

impl Transaction {
    /// Adds a star, once for each person and repository.
    pub async fn upsert_star(&mut self, person: &Did, star: &StarRow) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO stars (person_did, owner_did, repository, record_key, starred_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (person_did, owner_did, repository) DO UPDATE
                SET record_key = excluded.record_key, starred_at = excluded.starred_at",
            [
                person.as_str(),
                star.owner_did.as_str(),
                star.repository.as_str(),
                star.record_key.as_str(),
                star.starred_at
            ]
        )?;
        Ok(())
    }

    /// Removes a star.
    pub async fn delete_star(
        &mut self,
        person: &Did,
        owner: &str,
        repository: &str,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM stars WHERE person_did = $1 AND owner_did = $2 AND repository = $3",
            [person.as_str(), owner, repository]
        )?;
        Ok(())
    }
}
