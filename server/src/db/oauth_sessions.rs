//! Sessions that authorization servers granted. Keys and tokens are sealed before they come here.

use atproto::syntax::Did;
use url::Url;

use super::{Database, DatabaseError, Transaction, execute, on_pool, on_transaction};

/// A session as it is stored. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOAuthSession {
    /// Unguessable.
    pub id: String,
    /// Whose session it is.
    pub did: Did,
    /// The origin of the account's PDS when the session was opened.
    pub pds: Url,
    /// The authorization server.
    pub issuer: String,
    /// What was granted.
    pub scopes: String,
    /// The key of the client's assertions that the server knows this session by.
    pub client_key_id: Option<String>,
    /// Sealed.
    pub dpop_key: Vec<u8>,
    /// Sealed.
    pub access_token: Vec<u8>,
    /// Sealed.
    pub refresh_token: Option<Vec<u8>>,
    /// When the access token ends.
    pub access_expires_at: i64,
    /// When the server last gave tokens.
    pub refreshed_at: i64,
    /// When it turned out that the server's answer to a refresh had been lost.
    pub lost_at: Option<i64>,
    /// Whether access tokens or devices use it.
    pub kept_for_tokens: bool,
    /// When it was last used, to a minute.
    pub last_used_at: i64,
    /// When it was opened.
    pub created_at: i64,
}

/// New tokens of a session, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewedOAuthTokens {
    /// Sealed.
    pub access_token: Vec<u8>,
    /// Sealed.
    pub refresh_token: Option<Vec<u8>>,
    /// What is granted now.
    pub scopes: String,
    /// When the access token ends.
    pub access_expires_at: i64,
    /// When the server gave them.
    pub refreshed_at: i64,
}

#[derive(sqlx::FromRow)]
struct OAuthSessionRow {
    id: String,
    did: String,
    pds_url: String,
    issuer: String,
    scopes: String,
    client_key_id: Option<String>,
    dpop_key: Vec<u8>,
    access_token: Vec<u8>,
    refresh_token: Option<Vec<u8>>,
    access_expires_at: i64,
    refreshed_at: i64,
    lost_at: Option<i64>,
    kept_for_tokens: i64,
    last_used_at: i64,
    created_at: i64,
}

/// The columns of [`OAuthSessionRow`] behind a statement's own words.
macro_rules! with_columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, did, pds_url, issuer, scopes, client_key_id, dpop_key, access_token, refresh_token, \
             access_expires_at, refreshed_at, lost_at, kept_for_tokens, last_used_at, created_at ",
            $after
        )
    };
}

impl Database {
    /// Stores a session that was just opened.
    pub async fn insert_oauth_session(
        &self,
        session: &StoredOAuthSession,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "INSERT INTO oauth_sessions (
                id,
                did,
                pds_url,
                issuer,
                scopes,
                client_key_id,
                dpop_key,
                access_token,
                refresh_token,
                access_expires_at,
                refreshed_at,
                unanswered_refreshes,
                kept_for_tokens,
                last_used_at,
                created_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $14)",
            [
                session.id.as_str(),
                session.did.as_str(),
                session.pds.as_str(),
                session.issuer.as_str(),
                session.scopes.as_str(),
                session.client_key_id.as_deref(),
                session.dpop_key.as_slice(),
                session.access_token.as_slice(),
                session.refresh_token.as_deref(),
                session.access_expires_at,
                session.refreshed_at,
                i64::from(session.kept_for_tokens),
                session.last_used_at,
                session.created_at,
            ]
        )?;
        transaction.commit().await
    }

    /// A session by its id.
    pub async fn find_oauth_session(
        &self,
        id: &str,
    ) -> Result<Option<StoredOAuthSession>, DatabaseError> {
        let row = on_pool!(
            self,
            query_as::<_, OAuthSessionRow>(
                with_columns!("SELECT", "FROM oauth_sessions WHERE id = $1"),
                [id]
            ),
            fetch_optional
        )?;
        row.map(StoredOAuthSession::try_from).transpose()
    }

    /// The sessions of an account that can still be used: those for tokens first, then the newest.
    pub async fn list_oauth_sessions(
        &self,
        did: &Did,
    ) -> Result<Vec<StoredOAuthSession>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, OAuthSessionRow>(
                with_columns!(
                    "SELECT",
                    "FROM oauth_sessions
                    WHERE did = $1 AND lost_at IS NULL
                    ORDER BY kept_for_tokens DESC, refreshed_at DESC, id
                    LIMIT 200"
                ),
                [did.as_str()]
            ),
            fetch_all
        )?;
        rows.into_iter().map(StoredOAuthSession::try_from).collect()
    }

    /// Up to `limit` sessions that no browser and no token uses, and nobody used since a time.
    pub async fn list_unused_oauth_sessions(
        &self,
        before: i64,
        limit: i64,
    ) -> Result<Vec<StoredOAuthSession>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, OAuthSessionRow>(
                with_columns!(
                    "SELECT",
                    "FROM oauth_sessions
                    WHERE last_used_at < $1
                        AND kept_for_tokens = 0
                        AND NOT EXISTS (
                            SELECT 1
                            FROM browser_sessions
                            WHERE browser_sessions.oauth_session_id = oauth_sessions.id
                        )
                    ORDER BY last_used_at
                    LIMIT $2"
                ),
                [before, limit]
            ),
            fetch_all
        )?;
        rows.into_iter().map(StoredOAuthSession::try_from).collect()
    }

    /// Takes the right to refresh a session, among all replicas, and returns how often this refresh token has been
    /// sent without an answer, this time included. `None` when its refresh token is another one by now, or somebody
    /// else took the right after `abandoned_before`.
    pub async fn start_oauth_refresh(
        &self,
        id: &str,
        refresh_token: &[u8],
        now: i64,
        abandoned_before: i64,
    ) -> Result<Option<i64>, DatabaseError> {
        let mut transaction = self.begin().await?;
        let sent = on_transaction!(
            &mut transaction,
            query_scalar::<_, i64>(
                "UPDATE oauth_sessions
                SET refresh_started_at = $3,
                    unanswered_refreshes = unanswered_refreshes + 1
                WHERE id = $1
                    AND refresh_token = $2
                    AND lost_at IS NULL
                    AND (refresh_started_at IS NULL OR refresh_started_at <= $4)
                RETURNING unanswered_refreshes",
                [id, refresh_token, now, abandoned_before]
            ),
            fetch_optional
        )?;
        transaction.commit().await?;
        Ok(sent)
    }

    /// Stores the tokens of a refresh and ends it. `false` when the session is gone.
    pub async fn finish_oauth_refresh(
        &self,
        id: &str,
        tokens: &RenewedOAuthTokens,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let changed = execute!(
            &mut transaction,
            "UPDATE oauth_sessions
            SET access_token = $2,
                refresh_token = $3,
                scopes = $4,
                access_expires_at = $5,
                refreshed_at = $6,
                refresh_started_at = NULL,
                unanswered_refreshes = 0
            WHERE id = $1",
            [
                id,
                tokens.access_token.as_slice(),
                tokens.refresh_token.as_deref(),
                tokens.scopes.as_str(),
                tokens.access_expires_at,
                tokens.refreshed_at,
            ]
        )?;
        transaction.commit().await?;
        Ok(changed == 1)
    }

    /// Gives the right to refresh back, after a failure. `was_answered` when the token is known not to be spent.
    pub async fn abandon_oauth_refresh(
        &self,
        id: &str,
        started_at: i64,
        was_answered: bool,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "UPDATE oauth_sessions
            SET refresh_started_at = NULL,
                unanswered_refreshes = unanswered_refreshes - $3
            WHERE id = $1 AND refresh_started_at = $2",
            [id, started_at, i64::from(was_answered)]
        )?;
        transaction.commit().await
    }

    /// Notes that the tokens of a session are lost. Its browsers stay signed in, and have to ask for new ones.
    pub async fn lose_oauth_session(
        &self,
        id: &str,
        refresh_token: &[u8],
        now: i64,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "UPDATE oauth_sessions
            SET lost_at = $3,
                refresh_started_at = NULL
            WHERE id = $1 AND refresh_token = $2",
            [id, refresh_token, now]
        )?;
        transaction.commit().await
    }

    /// Marks a session as used by access tokens and devices, or not any more.
    pub async fn keep_oauth_session_for_tokens(
        &self,
        id: &str,
        kept: bool,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "UPDATE oauth_sessions
            SET kept_for_tokens = $2
            WHERE id = $1",
            [id, i64::from(kept)]
        )?;
        transaction.commit().await
    }

    /// Notes that a session was used.
    pub async fn touch_oauth_session(&self, id: &str, now: i64) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "UPDATE oauth_sessions
            SET last_used_at = $2
            WHERE id = $1 AND last_used_at < $2",
            [id, now]
        )?;
        transaction.commit().await
    }

    /// Deletes a session and signs its browsers out, unless its refresh token is another one by now. `false` when
    /// nothing was deleted.
    pub async fn end_oauth_session(
        &self,
        session: &StoredOAuthSession,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let deleted = execute!(
            &mut transaction,
            "DELETE FROM oauth_sessions
            WHERE id = $1 AND refresh_token IS NOT DISTINCT FROM $2",
            [session.id.as_str(), session.refresh_token.as_deref()]
        )?;
        if deleted == 1 {
            sign_browsers_out(&mut transaction, &session.id).await?;
        }
        transaction.commit().await?;
        Ok(deleted == 1)
    }

    /// Deletes a session when no browser and no token uses it, and returns what it was.
    pub async fn delete_unused_oauth_session(
        &self,
        id: &str,
    ) -> Result<Option<StoredOAuthSession>, DatabaseError> {
        let mut transaction = self.begin().await?;
        let row = on_transaction!(
            &mut transaction,
            query_as::<_, OAuthSessionRow>(
                with_columns!(
                    "DELETE FROM oauth_sessions
                    WHERE id = $1
                        AND kept_for_tokens = 0
                        AND NOT EXISTS (
                            SELECT 1
                            FROM browser_sessions
                            WHERE browser_sessions.oauth_session_id = oauth_sessions.id
                        )
                    RETURNING",
                    ""
                ),
                [id]
            ),
            fetch_optional
        )?;
        transaction.commit().await?;
        row.map(StoredOAuthSession::try_from).transpose()
    }

    /// The keys of client assertions that sessions and sign-ins in progress were made with.
    pub async fn list_oauth_client_key_ids(&self) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT client_key_id
                FROM oauth_sessions
                WHERE client_key_id IS NOT NULL AND lost_at IS NULL
                UNION
                SELECT client_key_id
                FROM oauth_requests
                WHERE client_key_id IS NOT NULL",
                []
            ),
            fetch_all
        )?)
    }

    /// Deletes every session of a client key that is given up, and signs their browsers out. Returns how many.
    pub async fn end_oauth_sessions_of_client_key(
        &self,
        key_id: &str,
    ) -> Result<usize, DatabaseError> {
        let mut transaction = self.begin().await?;
        let ids = on_transaction!(
            &mut transaction,
            query_scalar::<_, String>(
                "DELETE FROM oauth_sessions
                WHERE client_key_id = $1
                RETURNING id",
                [key_id]
            ),
            fetch_all
        )?;
        for id in &ids {
            sign_browsers_out(&mut transaction, id).await?;
        }
        transaction.commit().await?;
        Ok(ids.len())
    }
}

async fn sign_browsers_out(transaction: &mut Transaction, id: &str) -> Result<(), DatabaseError> {
    execute!(
        transaction,
        "DELETE FROM browser_sessions
        WHERE oauth_session_id = $1",
        [id]
    )?;
    Ok(())
}

impl TryFrom<OAuthSessionRow> for StoredOAuthSession {
    type Error = DatabaseError;

    fn try_from(row: OAuthSessionRow) -> Result<Self, Self::Error> {
        let corrupt = |what, value: &str| DatabaseError::Corrupt {
            what,
            value: value.to_owned(),
        };
        Ok(Self {
            did: row.did.parse().map_err(|_| corrupt("DID", &row.did))?,
            pds: row
                .pds_url
                .parse()
                .map_err(|_| corrupt("PDS address", &row.pds_url))?,
            id: row.id,
            issuer: row.issuer,
            scopes: row.scopes,
            client_key_id: row.client_key_id,
            dpop_key: row.dpop_key,
            access_token: row.access_token,
            refresh_token: row.refresh_token,
            access_expires_at: row.access_expires_at,
            refreshed_at: row.refreshed_at,
            lost_at: row.lost_at,
            kept_for_tokens: row.kept_for_tokens != 0,
            last_used_at: row.last_used_at,
            created_at: row.created_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::browser_sessions::StoredBrowserSession;
    use crate::db::testing::test_on_databases;

    fn session(id: &str) -> StoredOAuthSession {
        StoredOAuthSession {
            id: id.to_owned(),
            did: "did:web:alice.example.org".parse().unwrap(),
            pds: "https://pds.example.com/".parse().unwrap(),
            issuer: "https://auth.example.com".to_owned(),
            scopes: "atproto".to_owned(),
            client_key_id: Some("key-1".to_owned()),
            dpop_key: vec![1, 0, 255],
            access_token: vec![2],
            refresh_token: Some(vec![3]),
            access_expires_at: 1000,
            refreshed_at: 10,
            lost_at: None,
            kept_for_tokens: false,
            last_used_at: 10,
            created_at: 5,
        }
    }

    fn browser(oauth_session_id: &str) -> StoredBrowserSession {
        StoredBrowserSession {
            id_hash: oauth_session_id.as_bytes().to_vec(),
            name: oauth_session_id.to_owned(),
            did: session("").did,
            oauth_session_id: oauth_session_id.to_owned(),
            browser: "Firefox".to_owned(),
            network: None,
            signed_in_at: 5,
            last_used_at: 5,
        }
    }

    test_on_databases! {
        async fn oa_50_one_refresh_at_a_time_which_is_counted_until_it_is_answered(test: &TestDatabase) {
            let database = &test.database;
            database.insert_oauth_session(&session("a")).await.unwrap();
            let start = async |token: &[u8], now: i64| {
                database.start_oauth_refresh("a", token, now, now - 30).await.unwrap()
            };
            assert_eq!(start(&[9], 100).await, None, "another token");
            assert_eq!(start(&[3], 100).await, Some(1));
            assert_eq!(start(&[3], 129).await, None, "still running");
            assert_eq!(start(&[3], 130).await, Some(2), "taken over");
            database.abandon_oauth_refresh("a", 130, true).await.unwrap();
            assert_eq!(start(&[3], 131).await, Some(2));
            database.abandon_oauth_refresh("a", 131, false).await.unwrap();
            assert_eq!(start(&[3], 132).await, Some(3));
            let tokens = RenewedOAuthTokens {
                access_token: vec![4],
                refresh_token: Some(vec![5]),
                scopes: "atproto x".to_owned(),
                access_expires_at: 2000,
                refreshed_at: 140,
            };
            assert!(database.finish_oauth_refresh("a", &tokens).await.unwrap());
            assert_eq!(start(&[5], 141).await, Some(1));
            assert!(!database.end_oauth_session(&session("a")).await.unwrap(), "renewed meanwhile");
            let current = database.find_oauth_session("a").await.unwrap().unwrap();
            assert!(database.end_oauth_session(&current).await.unwrap());
            assert!(!database.finish_oauth_refresh("a", &tokens).await.unwrap());
        }

        async fn oa_53_a_session_that_ends_signs_its_browsers_out(test: &TestDatabase) {
            let database = &test.database;
            let stored = StoredOAuthSession { refresh_token: None, ..session("a") };
            database.insert_oauth_session(&stored).await.unwrap();
            database.insert_browser_session(&browser("a")).await.unwrap();
            assert_eq!(database.delete_unused_oauth_session("a").await.unwrap(), None);
            assert!(database.end_oauth_session(&stored).await.unwrap());
            assert_eq!(database.find_browser_session(b"a").await.unwrap(), None);
        }

        async fn sessions_kept_for_tokens_come_first_and_stay(test: &TestDatabase) {
            let database = &test.database;
            for id in ["a", "b", "c"] {
                database.insert_oauth_session(&session(id)).await.unwrap();
            }
            database.keep_oauth_session_for_tokens("b", true).await.unwrap();
            database.lose_oauth_session("c", &[3], 50).await.unwrap();
            let did = session("").did;
            let listed = database.list_oauth_sessions(&did).await.unwrap();
            let ids: Vec<_> = listed.iter().map(|session| session.id.as_str()).collect();
            assert_eq!(ids, ["b", "a"]);
            assert_eq!(database.start_oauth_refresh("c", &[3], 60, 0).await.unwrap(), None);
            let unused = database.list_unused_oauth_sessions(11, 10).await.unwrap();
            assert_eq!(unused.len(), 2, "a and c");
            assert_eq!(database.delete_unused_oauth_session("b").await.unwrap(), None);
            let deleted = database.delete_unused_oauth_session("a").await.unwrap();
            assert_eq!(deleted, Some(session("a")));
            assert_eq!(database.list_oauth_client_key_ids().await.unwrap(), ["key-1"]);
            assert_eq!(database.end_oauth_sessions_of_client_key("key-1").await.unwrap(), 2);
        }
    }
}
