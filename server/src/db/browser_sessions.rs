//! Browsers that are signed in. Their cookies come here hashed.

use atproto::syntax::Did;

use super::{Database, DatabaseError, execute, on_pool, on_transaction};

/// A browser that is signed in. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBrowserSession {
    /// SHA-256 of the cookie.
    pub id_hash: Vec<u8>,
    /// By which pages speak of it. Opens nothing.
    pub name: String,
    /// Who is signed in.
    pub did: Did,
    /// The OAuth session that this sign-in opened.
    pub oauth_session_id: String,
    /// Which browser it is, in a few words.
    pub browser: String,
    /// The beginning of the network address that the person signed in from.
    pub network: Option<String>,
    /// When the person last showed who they are.
    pub signed_in_at: i64,
    /// When it was last used, to a minute.
    pub last_used_at: i64,
}

#[derive(sqlx::FromRow)]
struct BrowserSessionRow {
    id_hash: Vec<u8>,
    name: String,
    did: String,
    oauth_session_id: String,
    browser: String,
    network: Option<String>,
    signed_in_at: i64,
    last_used_at: i64,
}

impl Database {
    /// Stores a browser that has just signed in.
    pub async fn insert_browser_session(
        &self,
        session: &StoredBrowserSession,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "INSERT INTO browser_sessions (
                id_hash,
                name,
                did,
                oauth_session_id,
                browser,
                network,
                signed_in_at,
                last_used_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                session.id_hash.as_slice(),
                session.name.as_str(),
                session.did.as_str(),
                session.oauth_session_id.as_str(),
                session.browser.as_str(),
                session.network.as_deref(),
                session.signed_in_at,
                session.last_used_at,
            ]
        )?;
        transaction.commit().await
    }

    /// The session of a cookie.
    pub async fn find_browser_session(
        &self,
        id_hash: &[u8],
    ) -> Result<Option<StoredBrowserSession>, DatabaseError> {
        let row = on_pool!(
            self,
            query_as::<_, BrowserSessionRow>(
                "SELECT
                    id_hash,
                    name,
                    did,
                    oauth_session_id,
                    browser,
                    network,
                    signed_in_at,
                    last_used_at
                FROM browser_sessions
                WHERE id_hash = $1",
                [id_hash]
            ),
            fetch_optional
        )?;
        row.map(StoredBrowserSession::try_from).transpose()
    }

    /// Where an account is signed in, the last used first.
    pub async fn list_browser_sessions(
        &self,
        did: &Did,
    ) -> Result<Vec<StoredBrowserSession>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, BrowserSessionRow>(
                "SELECT
                    id_hash,
                    name,
                    did,
                    oauth_session_id,
                    browser,
                    network,
                    signed_in_at,
                    last_used_at
                FROM browser_sessions
                WHERE did = $1
                ORDER BY last_used_at DESC, name
                LIMIT 200",
                [did.as_str()]
            ),
            fetch_all
        )?;
        rows.into_iter()
            .map(StoredBrowserSession::try_from)
            .collect()
    }

    /// Notes that a session was used.
    pub async fn touch_browser_session(
        &self,
        id_hash: &[u8],
        now: i64,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "UPDATE browser_sessions
            SET last_used_at = $2
            WHERE id_hash = $1 AND last_used_at < $2",
            [id_hash, now]
        )?;
        transaction.commit().await
    }

    /// Signs one browser of an account out. `None` when there is no such session of theirs.
    pub async fn delete_browser_session(
        &self,
        did: &Did,
        name: &str,
    ) -> Result<Option<StoredBrowserSession>, DatabaseError> {
        let mut transaction = self.begin().await?;
        let row = on_transaction!(
            &mut transaction,
            query_as::<_, BrowserSessionRow>(
                "DELETE FROM browser_sessions
                WHERE did = $1 AND name = $2
                RETURNING
                    id_hash,
                    name,
                    did,
                    oauth_session_id,
                    browser,
                    network,
                    signed_in_at,
                    last_used_at",
                [did.as_str(), name]
            ),
            fetch_optional
        )?;
        transaction.commit().await?;
        row.map(StoredBrowserSession::try_from).transpose()
    }

    /// Signs every browser of an account out. Returns the ids of their OAuth sessions.
    pub async fn delete_browser_sessions_of(
        &self,
        did: &Did,
    ) -> Result<Vec<String>, DatabaseError> {
        let mut transaction = self.begin().await?;
        let ids = on_transaction!(
            &mut transaction,
            query_scalar::<_, String>(
                "DELETE FROM browser_sessions
                WHERE did = $1
                RETURNING oauth_session_id",
                [did.as_str()]
            ),
            fetch_all
        )?;
        transaction.commit().await?;
        Ok(ids)
    }

    /// Forgets sessions that were last used, or signed in, before these times. Returns how many.
    pub async fn purge_browser_sessions(
        &self,
        used_before: i64,
        signed_in_before: i64,
    ) -> Result<u64, DatabaseError> {
        let mut transaction = self.begin().await?;
        let deleted = execute!(
            &mut transaction,
            "DELETE FROM browser_sessions
            WHERE last_used_at < $1 OR signed_in_at < $2",
            [used_before, signed_in_before]
        )?;
        transaction.commit().await?;
        Ok(deleted)
    }
}

impl TryFrom<BrowserSessionRow> for StoredBrowserSession {
    type Error = DatabaseError;

    fn try_from(row: BrowserSessionRow) -> Result<Self, Self::Error> {
        Ok(Self {
            did: row.did.parse().map_err(|_| DatabaseError::Corrupt {
                what: "DID",
                value: row.did.clone(),
            })?,
            id_hash: row.id_hash,
            name: row.name,
            oauth_session_id: row.oauth_session_id,
            browser: row.browser,
            network: row.network,
            signed_in_at: row.signed_in_at,
            last_used_at: row.last_used_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::test_on_databases;

    fn session(name: &str, did: &str, last_used_at: i64) -> StoredBrowserSession {
        StoredBrowserSession {
            id_hash: name.as_bytes().to_vec(),
            name: name.to_owned(),
            did: did.parse().unwrap(),
            oauth_session_id: format!("oauth-{name}"),
            browser: "Firefox on Linux".to_owned(),
            network: Some("203.0.113.0/24".to_owned()),
            signed_in_at: 5,
            last_used_at,
        }
    }

    const ALICE: &str = "did:web:alice.example.org";
    const BOB: &str = "did:web:bob.example.org";

    test_on_databases! {
        async fn an_account_sees_and_ends_its_own_sessions_only(test: &TestDatabase) {
            let database = &test.database;
            let (one, two) = (session("one", ALICE, 10), session("two", ALICE, 20));
            for stored in [&one, &two, &session("three", BOB, 30)] {
                database.insert_browser_session(stored).await.unwrap();
            }
            assert_eq!(database.find_browser_session(b"one").await.unwrap(), Some(one.clone()));
            let listed = database.list_browser_sessions(&one.did).await.unwrap();
            assert_eq!(listed, [two.clone(), one.clone()]);
            let bob: Did = BOB.parse().unwrap();
            assert_eq!(database.delete_browser_session(&bob, "one").await.unwrap(), None);
            let deleted = database.delete_browser_session(&one.did, "one").await.unwrap();
            assert_eq!(deleted, Some(one.clone()));
            assert_eq!(database.find_browser_session(b"one").await.unwrap(), None);
            let rest = database.delete_browser_sessions_of(&one.did).await.unwrap();
            assert_eq!(rest, ["oauth-two"]);
            assert!(database.find_browser_session(b"three").await.unwrap().is_some());
        }

        async fn bf_07_idle_and_old_sessions_are_forgotten(test: &TestDatabase) {
            let database = &test.database;
            database.insert_browser_session(&session("one", ALICE, 10)).await.unwrap();
            database.insert_browser_session(&session("two", ALICE, 20)).await.unwrap();
            database.touch_browser_session(b"two", 40).await.unwrap();
            assert_eq!(database.purge_browser_sessions(11, 0).await.unwrap(), 1);
            assert_eq!(database.purge_browser_sessions(11, 5).await.unwrap(), 0);
            assert_eq!(database.purge_browser_sessions(11, 6).await.unwrap(), 1);
        }
    }
}
