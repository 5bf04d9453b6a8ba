//! Sign-ins through the browser that somebody has begun.

use atproto::syntax::Did;

use super::{Database, DatabaseError, execute, on_transaction};

/// A sign-in that was begun. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOAuthRequest {
    /// SHA-256 of the state, which only the browser and the authorization server have.
    pub state_hash: Vec<u8>,
    /// SHA-256 of the cookie of the browser that began.
    pub browser_hash: Vec<u8>,
    /// The authorization server.
    pub issuer: String,
    /// Whom the person named; `None` when they named a server.
    pub did: Option<Did>,
    /// What was asked for.
    pub scopes: String,
    /// The key of the client's assertions.
    pub client_key_id: Option<String>,
    /// DPoP key and PKCE verifier, sealed.
    pub secrets: Vec<u8>,
    /// Where the person goes afterwards, a path of ours.
    pub return_to: String,
    /// Until when the answer may come.
    pub expires_at: i64,
}

#[derive(sqlx::FromRow)]
struct OAuthRequestRow {
    state_hash: Vec<u8>,
    browser_hash: Vec<u8>,
    issuer: String,
    did: Option<String>,
    scopes: String,
    client_key_id: Option<String>,
    secrets: Vec<u8>,
    return_to: String,
    expires_at: i64,
}

impl Database {
    /// Stores a sign-in that was begun.
    pub async fn insert_oauth_request(
        &self,
        request: &StoredOAuthRequest,
    ) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "INSERT INTO oauth_requests (
                state_hash,
                browser_hash,
                issuer,
                did,
                scopes,
                client_key_id,
                secrets,
                return_to,
                expires_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                request.state_hash.as_slice(),
                request.browser_hash.as_slice(),
                request.issuer.as_str(),
                request.did.as_ref().map(Did::as_str),
                request.scopes.as_str(),
                request.client_key_id.as_deref(),
                request.secrets.as_slice(),
                request.return_to.as_str(),
                request.expires_at,
            ]
        )?;
        transaction.commit().await
    }

    /// Takes a sign-in out, so that nobody can take it again: of all who try at once, one gets it.
    pub async fn take_oauth_request(
        &self,
        state_hash: &[u8],
    ) -> Result<Option<StoredOAuthRequest>, DatabaseError> {
        let mut transaction = self.begin().await?;
        let row = on_transaction!(
            &mut transaction,
            query_as::<_, OAuthRequestRow>(
                "DELETE FROM oauth_requests
                WHERE state_hash = $1
                RETURNING
                    state_hash,
                    browser_hash,
                    issuer,
                    did,
                    scopes,
                    client_key_id,
                    secrets,
                    return_to,
                    expires_at",
                [state_hash]
            ),
            fetch_optional
        )?;
        transaction.commit().await?;
        row.map(StoredOAuthRequest::try_from).transpose()
    }

    /// Forgets sign-ins that nobody came back from in time. Returns how many.
    pub async fn purge_oauth_requests(&self, now: i64) -> Result<u64, DatabaseError> {
        let mut transaction = self.begin().await?;
        let deleted = execute!(
            &mut transaction,
            "DELETE FROM oauth_requests
            WHERE expires_at < $1",
            [now]
        )?;
        transaction.commit().await?;
        Ok(deleted)
    }
}

impl TryFrom<OAuthRequestRow> for StoredOAuthRequest {
    type Error = DatabaseError;

    fn try_from(row: OAuthRequestRow) -> Result<Self, Self::Error> {
        let did = row
            .did
            .map(|did| {
                did.parse().map_err(|_| DatabaseError::Corrupt {
                    what: "DID",
                    value: did,
                })
            })
            .transpose()?;
        Ok(Self {
            state_hash: row.state_hash,
            browser_hash: row.browser_hash,
            issuer: row.issuer,
            did,
            scopes: row.scopes,
            client_key_id: row.client_key_id,
            secrets: row.secrets,
            return_to: row.return_to,
            expires_at: row.expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::test_on_databases;

    fn request(state: u8, expires_at: i64) -> StoredOAuthRequest {
        StoredOAuthRequest {
            state_hash: vec![state; 32],
            browser_hash: vec![2; 32],
            issuer: "https://auth.example.com".to_owned(),
            did: Some("did:web:alice.example.org".parse().unwrap()),
            scopes: "atproto".to_owned(),
            client_key_id: None,
            secrets: vec![3, 0, 255],
            return_to: "/".to_owned(),
            expires_at,
        }
    }

    test_on_databases! {
        async fn oa_30_a_hundred_who_come_at_once_get_one(test: &TestDatabase) {
            let stored = request(1, 10);
            test.database.insert_oauth_request(&stored).await.unwrap();
            let other = test.connect_again().await;
            let takers = (0..100).map(|number| {
                let database = if number % 2 == 0 { &test.database } else { &other };
                database.take_oauth_request(&stored.state_hash)
            });
            let taken: Vec<_> = futures::future::join_all(takers).await;
            let taken: Vec<_> = taken.into_iter().filter_map(Result::unwrap).collect();
            assert_eq!(taken, [stored]);
            other.close().await;
        }

        async fn requests_that_are_over_are_forgotten(test: &TestDatabase) {
            test.database.insert_oauth_request(&request(1, 10)).await.unwrap();
            test.database.insert_oauth_request(&request(2, 20)).await.unwrap();
            assert_eq!(test.database.purge_oauth_requests(15).await.unwrap(), 1);
            assert_eq!(test.database.take_oauth_request(&[1; 32]).await.unwrap(), None);
            assert!(test.database.take_oauth_request(&[2; 32]).await.unwrap().is_some());
        }
    }
}
