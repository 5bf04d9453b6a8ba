//! Repositories as pages list and find them: sums over `tags` and `manifests`, `repository_pages`, `repository_search`.

use atproto::syntax::Did;
use oci::RepositoryPath;

use super::hold_crew::Flag;
use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// A repository in its owner's list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RepositoryRow {
    /// The name below the owner's.
    pub repository: String,
    /// The tag that moved last.
    pub tag: String,
    /// What it points to.
    pub digest: String,
    /// When it moved, unix milliseconds.
    pub updated_at: i64,
    /// How many tags there are.
    pub tag_count: i64,
}

/// A tag that moved.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PushRow {
    /// The repository.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// What it points to now.
    pub digest: String,
    /// When it moved, unix milliseconds.
    pub updated_at: i64,
}

/// What an owner says of a repository.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RepositoryPageRow {
    /// The record as JSON; `None`: there is none.
    pub record: Option<String>,
    /// Where it lies.
    pub record_uri: Option<String>,
    /// When the PDS said so, unix milliseconds.
    pub checked_at: i64,
}

/// What is searched.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SearchRow {
    /// Whose repository.
    pub owner_did: String,
    /// Its name below theirs.
    pub repository: String,
    /// Handle, name and description in lower case.
    pub words: String,
    /// One line for people.
    pub summary: String,
    /// Platforms with blanks around each.
    pub platforms: String,
    /// Kinds of things with blanks around each.
    pub kinds: String,
    /// Something in it is signed.
    #[sqlx(try_from = "i64")]
    pub is_signed: Flag,
    /// It has a description.
    #[sqlx(try_from = "i64")]
    pub has_readme: Flag,
    /// How many tags it has.
    pub tag_count: i64,
    /// Bytes of its distinct blobs.
    pub size: i64,
    /// When a tag last moved, unix milliseconds.
    pub pushed_at: i64,
}

/// What a search finds.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FoundRow {
    /// The repository.
    #[sqlx(flatten)]
    pub repository: SearchRow,
    /// How many stars of it are known here.
    pub stars: i64,
}

/// What comes first among what a search finds; then the one pushed to last, then by owner and name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SearchOrder {
    /// The one pushed to last.
    #[default]
    Pushed,
    /// The one with the most stars.
    Stars,
}

/// Where in the order something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchPlace {
    /// Its stars; of no account where the order is by pushes.
    pub stars: i64,
    /// When it was last pushed to, unix milliseconds.
    pub pushed_at: i64,
    /// Whose it is.
    pub owner_did: String,
    /// Its name below theirs.
    pub repository: String,
}

impl SearchPlace {
    /// Before everything.
    pub const START: Self = Self {
        stars: i64::MAX,
        pushed_at: i64::MAX,
        owner_did: String::new(),
        repository: String::new(),
    };
}

impl From<&FoundRow> for SearchPlace {
    fn from(row: &FoundRow) -> Self {
        Self {
            stars: row.stars,
            pushed_at: row.repository.pushed_at,
            owner_did: row.repository.owner_did.clone(),
            repository: row.repository.repository.clone(),
        }
    }
}

/// What to search for. Patterns are those of `LIKE` with `\` as escape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Each must be in the words; at most three are used.
    pub words: Vec<String>,
    /// One of these must be in the platforms.
    pub platforms: Option<[String; 2]>,
    /// Must be among the kinds.
    pub kind: Option<String>,
    /// Signed ones only.
    pub signed: bool,
    /// Described ones only.
    pub readme: bool,
    /// With a star only.
    pub starred: bool,
    /// What comes first.
    pub order: SearchOrder,
    /// Behind this place only.
    pub after: Option<SearchPlace>,
}

/// The statement of a search, in an order. Stars are counted for rows that are looked at, which is for all of them only
/// where they decide.
macro_rules! search {
    ($behind:literal, $order:literal) => {
        concat!(
            "SELECT owner_did, repository, words, summary, platforms, kinds, is_signed, has_readme, tag_count, size,
                    pushed_at, stars
               FROM (SELECT repository_search.*,
                            (SELECT COUNT(*) FROM stars
                              WHERE stars.owner_did = repository_search.owner_did
                                AND stars.repository = repository_search.repository) AS stars
                       FROM repository_search) AS searched
              WHERE words LIKE $1 ESCAPE '\\' AND words LIKE $2 ESCAPE '\\' AND words LIKE $3 ESCAPE '\\'
                AND (platforms LIKE $4 ESCAPE '\\' OR platforms LIKE $5 ESCAPE '\\') AND kinds LIKE $6 ESCAPE '\\'
                AND is_signed >= $7 AND has_readme >= $8 AND stars >= $9
                AND (",
            $behind,
            " (pushed_at < $11 OR (pushed_at = $11 AND (owner_did > $12 OR (owner_did = $12 AND repository > $13)))))
              ORDER BY ",
            $order,
            " pushed_at DESC, owner_did, repository
              LIMIT $14"
        )
    };
}

const SEARCH_BY_PUSHES: &str = search!("$10 < 0 OR", "");
const SEARCH_BY_STARS: &str = search!("stars < $10 OR stars = $10 AND", "stars DESC,");

impl Database {
    /// Somebody's repositories that have tags, the one pushed to last first.
    pub async fn list_owner_repositories(
        &self,
        owner: &Did,
        limit: i64,
    ) -> Result<Vec<RepositoryRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RepositoryRow>(
                "SELECT repository, tag, digest, updated_at, tag_count
                   FROM (SELECT repository, tag, digest, updated_at,
                                ROW_NUMBER() OVER (PARTITION BY repository ORDER BY updated_at DESC, tag) AS place,
                                COUNT(*) OVER (PARTITION BY repository) AS tag_count
                           FROM tags
                          WHERE owner_did = $1) AS ranked
                  WHERE place = 1
                  ORDER BY updated_at DESC, repository
                  LIMIT $2",
                [owner.as_str(), limit]
            ),
            fetch_all
        )?)
    }

    /// Bytes of the distinct blobs of each of somebody's repositories, as far as their manifests were looked at.
    pub async fn list_repository_sizes(
        &self,
        owner: &Did,
    ) -> Result<Vec<(String, i64)>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, (String, i64)>(
                "SELECT repository, CAST(SUM(size) AS BIGINT)
                   FROM (SELECT DISTINCT manifests.repository AS repository, image_parts.part AS part,
                                image_parts.size AS size
                           FROM manifests
                           JOIN image_parts ON image_parts.manifest = manifests.digest
                          WHERE manifests.owner_did = $1 AND image_parts.role IN ('config', 'layer')) AS blobs
                  GROUP BY repository",
                [owner.as_str()]
            ),
            fetch_all
        )?)
    }

    /// Tags of an owner, of one repository or all, the one that moved last first.
    pub async fn list_pushes(
        &self,
        owner: &Did,
        repository: Option<&RepositoryPath>,
        limit: i64,
    ) -> Result<Vec<PushRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, PushRow>(
                "SELECT repository, tag, digest, updated_at
                   FROM tags
                  WHERE owner_did = $1 AND ($2 IS NULL OR repository = $2)
                  ORDER BY updated_at DESC, repository, tag
                  LIMIT $3",
                [
                    owner.as_str(),
                    repository.map(RepositoryPath::as_str),
                    limit
                ]
            ),
            fetch_all
        )?)
    }

    /// What the owner last said of a repository.
    pub async fn find_repository_page(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<Option<RepositoryPageRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RepositoryPageRow>(
                "SELECT record, record_uri, checked_at
                   FROM repository_pages
                  WHERE owner_did = $1 AND repository = $2",
                [owner.as_str(), repository.as_str()]
            ),
            fetch_optional
        )?)
    }

    /// Repositories whose row for searching is missing or older than their tags.
    pub async fn list_unindexed_repositories(
        &self,
        limit: i64,
    ) -> Result<Vec<(String, String)>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, (String, String)>(
                "SELECT known.owner_did, known.repository
                   FROM (SELECT owner_did, repository, COUNT(*) AS tag_count, MAX(updated_at) AS pushed_at
                           FROM tags
                          GROUP BY owner_did, repository) AS known
                   LEFT JOIN repository_search
                          ON repository_search.owner_did = known.owner_did
                         AND repository_search.repository = known.repository
                  WHERE repository_search.repository IS NULL
                     OR repository_search.tag_count <> known.tag_count
                     OR repository_search.pushed_at <> known.pushed_at
                  LIMIT $1",
                [limit]
            ),
            fetch_all
        )?)
    }

    /// Searches. Nothing here knows who may see what.
    pub async fn search_repositories(
        &self,
        query: &SearchQuery,
        limit: i64,
    ) -> Result<Vec<FoundRow>, DatabaseError> {
        let pattern = |pattern: Option<&String>| pattern.map_or("%", String::as_str).to_owned();
        let platforms = query.platforms.as_ref();
        let after = query.after.clone().unwrap_or(SearchPlace::START);
        let statement = match query.order {
            SearchOrder::Pushed => SEARCH_BY_PUSHES,
            SearchOrder::Stars => SEARCH_BY_STARS,
        };
        Ok(on_pool!(
            self,
            query_as::<_, FoundRow>(
                statement,
                [
                    pattern(query.words.first()),
                    pattern(query.words.get(1)),
                    pattern(query.words.get(2)),
                    pattern(platforms.map(|platforms| &platforms[0])),
                    pattern(platforms.map(|platforms| &platforms[1])),
                    pattern(query.kind.as_ref()),
                    i64::from(query.signed),
                    i64::from(query.readme),
                    i64::from(query.starred),
                    after.stars,
                    after.pushed_at,
                    after.owner_did.as_str(),
                    after.repository.as_str(),
                    limit
                ]
            ),
            fetch_all
        )?)
    }

    /// Whether a repository has a manifest whose subject is another, of one of these artifact types.
    pub async fn has_signature(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<bool, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, bool>(
                "SELECT EXISTS (
                     SELECT 1 FROM manifests
                      WHERE owner_did = $1 AND repository = $2 AND subject IS NOT NULL
                        AND (artifact_type LIKE '%sigstore%' OR artifact_type LIKE '%cosign%'
                             OR artifact_type LIKE '%notary%' OR artifact_type LIKE '%signature%'))
                     OR EXISTS (
                     SELECT 1 FROM tags
                      WHERE owner_did = $1 AND repository = $2 AND tag LIKE 'sha256-%.sig')",
                [owner.as_str(), repository.as_str()]
            ),
            fetch_one
        )?)
    }

    /// Kind and platform of everything that a repository's tags lead to.
    pub async fn list_repository_facts(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<Vec<(String, Option<String>)>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, (String, Option<String>)>(
                "SELECT DISTINCT image_facts.kind, image_facts.platform
                   FROM tags
                   JOIN image_facts ON image_facts.digest = tags.digest
                  WHERE tags.owner_did = $1 AND tags.repository = $2
                  UNION
                 SELECT DISTINCT image_facts.kind, image_parts.platform
                   FROM tags
                   JOIN image_parts ON image_parts.manifest = tags.digest AND image_parts.role = 'child'
                   JOIN image_facts ON image_facts.digest = image_parts.part
                  WHERE tags.owner_did = $1 AND tags.repository = $2",
                [owner.as_str(), repository.as_str()]
            ),
            fetch_all
        )?)
    }

    /// How often a repository was pulled from the hold here.
    pub async fn find_pull_count(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<i64, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, i64>(
                "SELECT CAST(COALESCE(SUM(pulls), 0) AS BIGINT)
                   FROM (SELECT pull_count AS pulls FROM hold_stats WHERE owner_did = $1 AND repository = $2
                          UNION ALL
                         SELECT pulls FROM hold_pending_pulls WHERE owner_did = $1 AND repository = $2) AS counted",
                [owner.as_str(), repository.as_str()]
            ),
            fetch_one
        )?)
    }
}

impl Transaction {
    /// Keeps what the owner says of a repository.
    pub async fn upsert_repository_page(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
        page: &RepositoryPageRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO repository_pages (owner_did, repository, record, record_uri, checked_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (owner_did, repository) DO UPDATE
                SET record = excluded.record,
                    record_uri = excluded.record_uri,
                    checked_at = excluded.checked_at",
            [
                owner.as_str(),
                repository.as_str(),
                page.record.as_deref(),
                page.record_uri.as_deref(),
                page.checked_at
            ]
        )?;
        Ok(())
    }

    /// Makes a repository findable as it is now.
    pub async fn upsert_search_row(&mut self, row: &SearchRow) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO repository_search (owner_did, repository, words, summary, platforms, kinds, is_signed,
                                            has_readme, tag_count, size, pushed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (owner_did, repository) DO UPDATE
                SET words = excluded.words,
                    summary = excluded.summary,
                    platforms = excluded.platforms,
                    kinds = excluded.kinds,
                    is_signed = excluded.is_signed,
                    has_readme = excluded.has_readme,
                    tag_count = excluded.tag_count,
                    size = excluded.size,
                    pushed_at = excluded.pushed_at",
            [
                row.owner_did.as_str(),
                row.repository.as_str(),
                row.words.as_str(),
                row.summary.as_str(),
                row.platforms.as_str(),
                row.kinds.as_str(),
                i64::from(row.is_signed.0),
                i64::from(row.has_readme.0),
                row.tag_count,
                row.size,
                row.pushed_at
            ]
        )?;
        Ok(())
    }

    /// Has what a repository is found by worked out anew. Until then it is found by what was known.
    pub async fn outdate_search_row(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<(), DatabaseError> {
        // No time of a push of it any more, which is how an old row is told.
        execute!(
            self,
            "UPDATE repository_search SET pushed_at = pushed_at - 1 WHERE owner_did = $1 AND repository = $2",
            [owner.as_str(), repository.as_str()]
        )?;
        Ok(())
    }

    /// Forgets what is known of a repository besides its images: what its owner said and decided.
    pub async fn delete_repository_records(
        &mut self,
        owner: &Did,
        repository: &RepositoryPath,
    ) -> Result<(), DatabaseError> {
        for statement in [
            "DELETE FROM repository_pages WHERE owner_did = $1 AND repository = $2",
            "DELETE FROM repository_settings WHERE owner_did = $1 AND repository = $2",
            "DELETE FROM repository_search WHERE owner_did = $1 AND repository = $2",
        ] {
            execute!(self, statement, [owner.as_str(), repository.as_str()])?;
        }
        Ok(())
    }

    /// Forgets repositories that have no tags any more.
    pub async fn delete_stale_search_rows(&mut self) -> Result<u64, DatabaseError> {
        Ok(execute!(
            self,
            "DELETE FROM repository_search
              WHERE NOT EXISTS (SELECT 1 FROM tags
                                 WHERE tags.owner_did = repository_search.owner_did
                                   AND tags.repository = repository_search.repository)",
            []
        )?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::test_on_databases;

    fn row(repository: &str, platforms: &str, pushed_at: i64) -> SearchRow {
        SearchRow {
            owner_did: "did:web:alice.example".to_owned(),
            repository: repository.to_owned(),
            words: repository.to_owned(),
            summary: String::new(),
            platforms: platforms.to_owned(),
            kinds: " image ".to_owned(),
            is_signed: Flag(false),
            has_readme: Flag(false),
            tag_count: 1,
            size: 1,
            pushed_at,
        }
    }

    /// Finds everything, one row at a time.
    async fn names(database: &Database, query: SearchQuery) -> Vec<String> {
        let (mut names, mut query) = (Vec::new(), query);
        while let Some(found) = database.search_repositories(&query, 1).await.unwrap().pop() {
            query.after = Some(SearchPlace::from(&found));
            names.push(found.repository.repository);
        }
        names
    }

    test_on_databases! {
        async fn stars_put_what_is_found_in_order(test: &TestDatabase) {
            let database = &test.database;
            let mut transaction = database.begin().await.unwrap();
            for (name, pushed_at) in [("none", 9), ("one-old", 1), ("one-new", 2), ("two", 1)] {
                transaction.upsert_search_row(&row(name, " linux/amd64 ", pushed_at)).await.unwrap();
            }
            for (person, repository) in [("x", "two"), ("y", "two"), ("x", "one-old"), ("x", "one-new")] {
                let star = crate::db::StarRow {
                    owner_did: "did:web:alice.example".to_owned(),
                    repository: repository.to_owned(),
                    record_key: "key".to_owned(),
                    starred_at: 1,
                };
                let person = format!("did:web:{person}.example").parse().unwrap();
                transaction.upsert_star(&person, &star).await.unwrap();
            }
            transaction.commit().await.unwrap();
            let by = |order, starred| SearchQuery { starred, order, ..SearchQuery::default() };
            let pushed = names(database, by(SearchOrder::Pushed, false)).await;
            assert_eq!(pushed, ["none", "one-new", "one-old", "two"]);
            let starred = names(database, by(SearchOrder::Pushed, true)).await;
            assert_eq!(starred, ["one-new", "one-old", "two"]);
            let best = names(database, by(SearchOrder::Stars, false)).await;
            assert_eq!(best, ["two", "one-new", "one-old", "none"]);
            let first = database.search_repositories(&by(SearchOrder::Stars, false), 1).await.unwrap();
            assert_eq!(first[0].stars, 2);
        }

        async fn one_of_two_patterns_of_platforms_is_enough(test: &TestDatabase) {
            let database = &test.database;
            let mut transaction = database.begin().await.unwrap();
            for (name, platforms) in [("plain", " linux/arm "), ("variant", " linux/arm/v7 "), ("other", " linux/arm64/v8 ")] {
                transaction.upsert_search_row(&row(name, platforms, 1)).await.unwrap();
            }
            transaction.commit().await.unwrap();
            let platforms = Some(["%/arm %".to_owned(), "%/arm/%".to_owned()]);
            let found = names(database, SearchQuery { platforms, ..SearchQuery::default() }).await;
            assert_eq!(found, ["plain", "variant"]);
        }
    }
}
