//! What the registry keeps about one person, across the tables of accounts and catalogue: for them to take along, and
//! to have removed.

use atproto::syntax::Did;

use super::{Database, DatabaseError, Transaction, execute, on_pool};

/// A session that a `docker login` with an app password opened, without its secrets. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PdsSessionSummary {
    /// Where it is.
    pub pds_url: String,
    /// When it was opened.
    pub created_at: i64,
    /// When it was last used.
    pub last_used_at: i64,
}

/// An invite into the crew of a hold, without its secret. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OwnedInviteRow {
    /// Which hold.
    pub hold_did: String,
    /// What its maker noted.
    pub note: String,
    /// The tier that it gives.
    pub tier: Option<String>,
    /// How often it still works.
    pub uses_left: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

/// A blob that a repository shows.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RepositoryBlobRow {
    /// The repository, below its owner's name.
    pub repository: String,
    /// The blob.
    pub digest: String,
    /// Which hold has it.
    pub hold_did: String,
    /// Its size in bytes, where a manifest that was looked at says it.
    pub size: Option<i64>,
    /// Since when, unix milliseconds.
    pub added_at: i64,
}

/// A tag, with the key of its record.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OwnedTagRow {
    /// The repository, below its owner's name.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// What it points to.
    pub digest: String,
    /// The key of its record.
    pub record_key: String,
    /// When it moved, unix milliseconds.
    pub updated_at: i64,
}

/// A deletion of several tags, or of a repository. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OwnedDeletionRow {
    /// The repository, below its owner's name.
    pub repository: String,
    /// Why: `tags`, `repository` or `retention`.
    pub cause: String,
    /// How far it came.
    pub state: String,
    /// When it began.
    pub started_at: i64,
}

impl Database {
    /// Somebody's deletions.
    pub async fn list_deletions_of(
        &self,
        owner: &Did,
    ) -> Result<Vec<OwnedDeletionRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, OwnedDeletionRow>(
                "SELECT repository, cause, state, started_at
                FROM repository_deletions
                WHERE owner_did = $1
                ORDER BY started_at",
                [owner.as_str()]
            ),
            fetch_all
        )?)
    }

    /// Invites that somebody made.
    pub async fn list_invites_of(&self, did: &Did) -> Result<Vec<OwnedInviteRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, OwnedInviteRow>(
                "SELECT hold_did, note, tier, uses_left, created_at, expires_at
                FROM hold_invites
                WHERE created_by = $1
                ORDER BY created_at",
                [did.as_str()]
            ),
            fetch_all
        )?)
    }

    /// Somebody's sessions that app passwords opened.
    pub async fn list_pds_sessions_of(
        &self,
        did: &Did,
    ) -> Result<Vec<PdsSessionSummary>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, PdsSessionSummary>(
                "SELECT pds_url, created_at, last_used_at
                FROM pds_sessions
                WHERE did = $1
                ORDER BY created_at",
                [did.as_str()]
            ),
            fetch_all
        )?)
    }

    /// Every blob of somebody's repositories.
    pub async fn list_blobs_of(
        &self,
        owner: &Did,
    ) -> Result<Vec<RepositoryBlobRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RepositoryBlobRow>(
                "SELECT
                    repository,
                    digest,
                    hold_did,
                    (SELECT MAX(size) FROM image_parts WHERE part = repository_blobs.digest) AS size,
                    added_at
                FROM repository_blobs
                WHERE owner_did = $1
                ORDER BY repository, digest",
                [owner.as_str()]
            ),
            fetch_all
        )?)
    }

    /// Every tag of somebody.
    pub async fn list_tags_of(&self, owner: &Did) -> Result<Vec<OwnedTagRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, OwnedTagRow>(
                "SELECT repository, tag, digest, record_key, updated_at
                FROM tags
                WHERE owner_did = $1
                ORDER BY repository, tag",
                [owner.as_str()]
            ),
            fetch_all
        )?)
    }

    /// Every hold that has or had something of somebody's, as far as the registry knows.
    pub async fn list_holds_of_person(&self, did: &Did) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT hold_did FROM manifests WHERE owner_did = $1 AND hold_did IS NOT NULL
                UNION
                SELECT hold_did FROM repository_blobs WHERE owner_did = $1
                UNION
                SELECT hold_did FROM pending_notices WHERE user_did = $1
                UNION
                SELECT hold_did FROM remote_uploads WHERE uploader_did = $1
                ORDER BY 1",
                [did.as_str()]
            ),
            fetch_all
        )?)
    }
}

impl Transaction {
    /// Removes what the catalogue has of somebody, and what waits to be done for them. Returns how many manifests
    /// there were.
    pub async fn delete_catalogue_of(&mut self, owner: &Did) -> Result<u64, DatabaseError> {
        let did = owner.as_str();
        execute!(
            self,
            "DELETE FROM manifest_contents
            WHERE digest IN (SELECT digest FROM manifests WHERE owner_did = $1)
                AND NOT EXISTS (
                    SELECT 1 FROM manifests
                    WHERE manifests.digest = manifest_contents.digest AND manifests.owner_did <> $1
                )",
            [did]
        )?;
        let manifests = execute!(self, "DELETE FROM manifests WHERE owner_did = $1", [did])?;
        execute!(self, "DELETE FROM tags WHERE owner_did = $1", [did])?;
        execute!(
            self,
            "DELETE FROM repository_blobs WHERE owner_did = $1",
            [did]
        )?;
        execute!(
            self,
            "DELETE FROM repository_pages WHERE owner_did = $1",
            [did]
        )?;
        execute!(
            self,
            "DELETE FROM repository_search WHERE owner_did = $1",
            [did]
        )?;
        execute!(
            self,
            "DELETE FROM repository_settings WHERE owner_did = $1",
            [did]
        )?;
        execute!(
            self,
            "DELETE FROM repository_deletions WHERE owner_did = $1",
            [did]
        )?;
        execute!(
            self,
            "DELETE FROM hold_invites WHERE created_by = $1",
            [did]
        )?;
        execute!(
            self,
            "DELETE FROM stars WHERE person_did = $1 OR owner_did = $1",
            [did]
        )?;
        execute!(
            self,
            "DELETE FROM record_listings WHERE owner_did = $1",
            [did]
        )?;
        execute!(
            self,
            "DELETE FROM pending_notices WHERE user_did = $1",
            [did]
        )?;
        execute!(
            self,
            "DELETE FROM remote_uploads WHERE uploader_did = $1",
            [did]
        )?;
        execute!(self, "DELETE FROM device_logins WHERE did = $1", [did])?;
        execute!(self, "DELETE FROM loopback_logins WHERE did = $1", [did])?;
        execute!(self, "DELETE FROM oauth_requests WHERE did = $1", [did])?;
        execute!(self, "DELETE FROM identities WHERE did = $1", [did])?;
        Ok(manifests)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::test_on_databases;
    use super::*;

    /// Every table that has something about somebody, and what becomes of it. Tables of holds are the holds' own business
    /// (`hold/personal_data.rs`), and `accounts/personal_data` says the rest. A table that is not here fails a test.
    const TABLES: &[(&str, Kept)] = &[
        ("access_tokens", Kept::Exported),
        ("browser_sessions", Kept::Exported),
        ("data_exports", Kept::Derived),
        ("data_export_parts", Kept::Derived),
        ("device_logins", Kept::Passing),
        ("identities", Kept::Exported),
        ("image_facts", Kept::Nobodys),
        ("image_parts", Kept::Nobodys),
        ("layer_listings", Kept::Nobodys),
        ("loopback_logins", Kept::Passing),
        ("manifest_contents", Kept::Derived),
        ("manifests", Kept::Exported),
        ("oauth_requests", Kept::Passing),
        ("oauth_sessions", Kept::Exported),
        ("pds_sessions", Kept::Exported),
        ("pending_notices", Kept::Passing),
        ("record_listings", Kept::Derived),
        ("remote_uploads", Kept::Passing),
        ("repository_blobs", Kept::Exported),
        ("repository_deletion_steps", Kept::Derived),
        ("repository_deletions", Kept::Exported),
        ("repository_pages", Kept::Derived),
        ("repository_search", Kept::Derived),
        ("repository_settings", Kept::Derived),
        ("service_token_ids", Kept::Passing),
        ("stars", Kept::Derived),
        ("tags", Kept::Exported),
    ];

    /// What a table has about people.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Kept {
        /// It is in their archive, and goes with them.
        Exported,
        /// It is worked out from what is in the archive, and goes with them.
        Derived,
        /// It is there for minutes, and goes with them or by itself.
        Passing,
        /// It says nothing about anybody: the same bytes mean the same for everybody.
        Nobodys,
    }

    async fn tables(database: &Database) -> Vec<String> {
        match database {
            Database::Sqlite(sqlite) => sqlx::query_scalar(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
            )
            .fetch_all(&sqlite.readers)
            .await
            .unwrap(),
            Database::Postgres(postgres) => sqlx::query_scalar(
                "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'",
            )
            .fetch_all(&postgres.pool)
            .await
            .unwrap(),
        }
    }

    test_on_databases! {
        async fn every_table_says_what_it_has_about_people(test: &TestDatabase) {
            let mut known: Vec<&str> = TABLES.iter().map(|(table, _)| *table).collect();
            for table in tables(&test.database).await {
                if table.starts_with("hold_") || table.starts_with('_') {
                    continue;
                }
                assert!(known.contains(&table.as_str()), "{table}: is it exported, and removed with the person?");
                known.retain(|known| *known != table);
            }
            assert_eq!(known, Vec::<&str>::new(), "there are no such tables");
        }
    }
}
