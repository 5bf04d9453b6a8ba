//! What lists of repositories show beside names and tags: what was worked out for `repository_search`, and `stars`.

use atproto::syntax::Did;

use super::hold_crew::Flag;
use super::repositories::FoundRow;
use super::{Database, DatabaseError, on_pool};

/// What is known of a repository beside its tags.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RepositoryMarksRow {
    /// Its name below the owner's.
    pub repository: String,
    /// One line for people; may be empty.
    pub summary: String,
    /// Something in it is signed.
    #[sqlx(try_from = "i64")]
    pub is_signed: Flag,
}

impl Database {
    /// Marks of somebody's repositories, as far as they were worked out.
    pub async fn list_repository_marks(
        &self,
        owner: &Did,
    ) -> Result<Vec<RepositoryMarksRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RepositoryMarksRow>(
                "SELECT repository, summary, is_signed FROM repository_search WHERE owner_did = $1",
                [owner.as_str()]
            ),
            fetch_all
        )?)
    }

    /// Repositories that somebody likes, the last star first. Nothing here knows who may see what.
    pub async fn list_starred_repositories(
        &self,
        person: &Did,
        limit: i64,
    ) -> Result<Vec<FoundRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, FoundRow>(
                "SELECT found.owner_did, found.repository, found.words, found.summary, found.platforms, found.kinds,
                        found.is_signed, found.has_readme, found.tag_count, found.size, found.pushed_at,
                        (SELECT COUNT(*) FROM stars AS counted
                          WHERE counted.owner_did = found.owner_did
                            AND counted.repository = found.repository) AS stars
                   FROM stars AS given
                   JOIN repository_search AS found
                     ON found.owner_did = given.owner_did AND found.repository = given.repository
                  WHERE given.person_did = $1
                  ORDER BY given.starred_at DESC, given.owner_did, given.repository
                  LIMIT $2",
                [person.as_str(), limit]
            ),
            fetch_all
        )?)
    }
}
