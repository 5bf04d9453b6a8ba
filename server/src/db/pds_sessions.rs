//! Sessions at personal data servers. Tokens are sealed before they come here.

use atproto::syntax::Did;
use url::Url;

use super::{Database, DatabaseError, execute, on_pool, on_transaction};

/// A session as it is stored. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPdsSession {
    /// Unguessable.
    pub id: String,
    /// Whose session it is.
    pub did: Did,
    /// The origin of the PDS that opened it.
    pub pds: Url,
    /// By which the next sign-in with the same password is recognised.
    pub credential_hash: Vec<u8>,
    /// Sealed.
    pub access_token: Vec<u8>,
    /// Sealed.
    pub refresh_token: Vec<u8>,
    /// When the access token ends.
    pub access_expires_at: i64,
    /// When the PDS last confirmed the session.
    pub validated_at: i64,
    /// When it was last used, to a minute.
    pub last_used_at: i64,
    /// When it was opened.
    pub created_at: i64,
}

/// New tokens of a session, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewedTokens {
    /// Sealed.
    pub access_token: Vec<u8>,
    /// Sealed.
    pub refresh_token: Vec<u8>,
    /// When the access token ends.
    pub access_expires_at: i64,
    /// When the PDS gave them.
    pub validated_at: i64,
}

#[derive(sqlx::FromRow)]
struct PdsSessionRow {
    id: String,
    did: String,
    pds_url: String,
    credential_hash: Vec<u8>,
    access_token: Vec<u8>,
    refresh_token: Vec<u8>,
    access_expires_at: i64,
    validated_at: i64,
    last_used_at: i64,
    created_at: i64,
}

impl Database {
    /// Stores a session that was just opened.
    pub async fn insert_pds_session(
        &self,
        session: &StoredPdsSession,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "INSERT INTO pds_sessions (
                id,
                did,
                pds_url,
                credential_hash,
                access_token,
                refresh_token,
                access_expires_at,
                validated_at,
                last_used_at,
                created_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                session.id.as_str(),
                session.did.as_str(),
                session.pds.as_str(),
                session.credential_hash.as_slice(),
                session.access_token.as_slice(),
                session.refresh_token.as_slice(),
                session.access_expires_at,
                session.validated_at,
                session.last_used_at,
                session.created_at,
            ]
        )?;
        transaction.commit().await
    }

    /// A session by its id.
    pub async fn find_pds_session(
        &self,
        id: &str,
    ) -> Result<Option<StoredPdsSession>, DatabaseError> {
        let row = on_pool!(
            self,
            query_as::<_, PdsSessionRow>(
                "SELECT
                    id,
                    did,
                    pds_url,
                    credential_hash,
                    access_token,
                    refresh_token,
                    access_expires_at,
                    validated_at,
                    last_used_at,
                    created_at
                FROM pds_sessions
                WHERE id = $1",
                [id]
            ),
            fetch_optional
        )?;
        row.map(StoredPdsSession::try_from).transpose()
    }

    /// The session that was last confirmed for this account and password.
    pub async fn find_pds_session_by_credential(
        &self,
        did: &Did,
        credential_hash: &[u8],
    ) -> Result<Option<StoredPdsSession>, DatabaseError> {
        let row = on_pool!(
            self,
            query_as::<_, PdsSessionRow>(
                "SELECT
                    id,
                    did,
                    pds_url,
                    credential_hash,
                    access_token,
                    refresh_token,
                    access_expires_at,
                    validated_at,
                    last_used_at,
                    created_at
                FROM pds_sessions
                WHERE did = $1 AND credential_hash = $2
                ORDER BY validated_at DESC
                LIMIT 1",
                [did.as_str(), credential_hash]
            ),
            fetch_optional
        )?;
        row.map(StoredPdsSession::try_from).transpose()
    }

    /// The id of somebody's session that was last confirmed, whatever it was opened with.
    pub async fn find_pds_session_of(&self, did: &Did) -> Result<Option<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT id
                FROM pds_sessions
                WHERE did = $1
                ORDER BY validated_at DESC
                LIMIT 1",
                [did.as_str()]
            ),
            fetch_optional
        )?)
    }

    /// Whether a session is still there.
    pub async fn is_pds_session_live(&self, id: &str) -> Result<bool, DatabaseError> {
        let found = on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT id
                FROM pds_sessions
                WHERE id = $1",
                [id]
            ),
            fetch_optional
        )?;
        Ok(found.is_some())
    }

    /// Deletes the sessions of an account, except those at the PDS `but_at`, and returns what they were.
    pub async fn delete_pds_sessions_of(
        &self,
        did: &Did,
        but_at: Option<&Url>,
    ) -> Result<Vec<StoredPdsSession>, DatabaseError> {
        let mut transaction = self.begin().await?;
        let rows = on_transaction!(
            &mut transaction,
            query_as::<_, PdsSessionRow>(
                "DELETE FROM pds_sessions
                WHERE did = $1 AND pds_url IS DISTINCT FROM $2
                RETURNING
                    id,
                    did,
                    pds_url,
                    credential_hash,
                    access_token,
                    refresh_token,
                    access_expires_at,
                    validated_at,
                    last_used_at,
                    created_at",
                [did.as_str(), but_at.map(Url::as_str)]
            ),
            fetch_all
        )?;
        transaction.commit().await?;
        rows.into_iter().map(StoredPdsSession::try_from).collect()
    }

    /// Up to `limit` sessions that were last used before a time.
    pub async fn list_idle_pds_sessions(
        &self,
        before: i64,
        limit: i64,
    ) -> Result<Vec<StoredPdsSession>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, PdsSessionRow>(
                "SELECT
                    id,
                    did,
                    pds_url,
                    credential_hash,
                    access_token,
                    refresh_token,
                    access_expires_at,
                    validated_at,
                    last_used_at,
                    created_at
                FROM pds_sessions
                WHERE last_used_at < $1
                ORDER BY last_used_at
                LIMIT $2",
                [before, limit]
            ),
            fetch_all
        )?;
        rows.into_iter().map(StoredPdsSession::try_from).collect()
    }

    /// Takes the right to refresh a session, among all replicas. `false` when its refresh token is not
    /// `refresh_token` any more, or somebody else took the right after `abandoned_before`.
    pub async fn start_pds_session_refresh(
        &self,
        id: &str,
        refresh_token: &[u8],
        now: i64,
        abandoned_before: i64,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let changed = execute!(
            &mut transaction,
            "UPDATE pds_sessions
            SET refresh_started_at = $3
            WHERE id = $1
                AND refresh_token = $2
                AND (refresh_started_at IS NULL OR refresh_started_at <= $4)",
            [id, refresh_token, now, abandoned_before]
        )?;
        transaction.commit().await?;
        Ok(changed == 1)
    }

    /// Stores the tokens of a refresh and ends it. `false` when the session is gone.
    pub async fn finish_pds_session_refresh(
        &self,
        id: &str,
        tokens: &RenewedTokens,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let changed = execute!(
            &mut transaction,
            "UPDATE pds_sessions
            SET access_token = $2,
                refresh_token = $3,
                access_expires_at = $4,
                validated_at = $5,
                refresh_started_at = NULL
            WHERE id = $1",
            [
                id,
                tokens.access_token.as_slice(),
                tokens.refresh_token.as_slice(),
                tokens.access_expires_at,
                tokens.validated_at,
            ]
        )?;
        transaction.commit().await?;
        Ok(changed == 1)
    }

    /// Gives the right to refresh back, after a failure.
    pub async fn abandon_pds_session_refresh(
        &self,
        id: &str,
        started_at: i64,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "UPDATE pds_sessions
            SET refresh_started_at = NULL
            WHERE id = $1 AND refresh_started_at = $2",
            [id, started_at]
        )?;
        transaction.commit().await
    }

    /// Notes that a session was used.
    pub async fn touch_pds_session(&self, id: &str, now: i64) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "UPDATE pds_sessions
            SET last_used_at = $2
            WHERE id = $1 AND last_used_at < $2",
            [id, now]
        )?;
        transaction.commit().await
    }

    /// Deletes a session, unless its refresh token is another one by now. `false` when nothing was deleted.
    pub async fn delete_pds_session(
        &self,
        id: &str,
        refresh_token: &[u8],
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let changed = execute!(
            &mut transaction,
            "DELETE FROM pds_sessions
            WHERE id = $1 AND refresh_token = $2",
            [id, refresh_token]
        )?;
        transaction.commit().await?;
        Ok(changed == 1)
    }
}

impl TryFrom<PdsSessionRow> for StoredPdsSession {
    type Error = DatabaseError;

    fn try_from(row: PdsSessionRow) -> Result<Self, Self::Error> {
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
            credential_hash: row.credential_hash,
            access_token: row.access_token,
            refresh_token: row.refresh_token,
            access_expires_at: row.access_expires_at,
            validated_at: row.validated_at,
            last_used_at: row.last_used_at,
            created_at: row.created_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::test_on_databases;

    fn session(id: &str, validated_at: i64) -> StoredPdsSession {
        StoredPdsSession {
            id: id.to_owned(),
            did: "did:web:alice.example.org".parse().unwrap(),
            pds: "https://pds.example.com/".parse().unwrap(),
            credential_hash: vec![1; 32],
            access_token: vec![2, 0, 255],
            refresh_token: vec![3, 0, 255],
            access_expires_at: 1000,
            validated_at,
            last_used_at: validated_at,
            created_at: 5,
        }
    }

    test_on_databases! {
        async fn sessions_are_found_by_id_and_credential(test: &TestDatabase) {
            let database = &test.database;
            let (old, new) = (session("old", 10), session("new", 20));
            database.insert_pds_session(&old).await.unwrap();
            database.insert_pds_session(&new).await.unwrap();
            assert_eq!(database.find_pds_session("old").await.unwrap(), Some(old.clone()));
            let found = database.find_pds_session_by_credential(&old.did, &[1; 32]).await;
            assert_eq!(found.unwrap(), Some(new.clone()));
            let other = database.find_pds_session_by_credential(&old.did, &[9; 32]).await;
            assert_eq!(other.unwrap(), None);
            assert_eq!(database.find_pds_session_of(&old.did).await.unwrap().as_deref(), Some("new"));
            database.touch_pds_session("old", 15).await.unwrap();
            assert_eq!(database.list_idle_pds_sessions(15, 10).await.unwrap(), []);
            assert_eq!(database.list_idle_pds_sessions(16, 10).await.unwrap()[0].id, "old");
        }

        async fn one_refresh_at_a_time_until_it_is_abandoned(test: &TestDatabase) {
            let database = &test.database;
            let stored = session("a", 10);
            database.insert_pds_session(&stored).await.unwrap();
            let start = async |token: Vec<u8>, now: i64| {
                database.start_pds_session_refresh("a", &token, now, now - 30).await.unwrap()
            };
            assert!(!start(vec![9], 100).await, "another token");
            assert!(start(stored.refresh_token.clone(), 100).await);
            assert!(!start(stored.refresh_token.clone(), 129).await, "still running");
            assert!(start(stored.refresh_token.clone(), 130).await, "taken over");
            database.abandon_pds_session_refresh("a", 100).await.unwrap();
            assert!(!start(stored.refresh_token.clone(), 131).await, "not the claim that ended");
            let tokens = RenewedTokens {
                access_token: vec![4],
                refresh_token: vec![5],
                access_expires_at: 2000,
                validated_at: 140,
            };
            assert!(database.finish_pds_session_refresh("a", &tokens).await.unwrap());
            assert!(start(vec![5], 141).await);
            assert!(!database.delete_pds_session("a", &stored.refresh_token).await.unwrap());
            assert!(database.delete_pds_session("a", &[5]).await.unwrap());
            assert!(!database.finish_pds_session_refresh("a", &tokens).await.unwrap());
        }
    }
}
