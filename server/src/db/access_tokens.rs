//! `access_tokens`: which access tokens there are. The tokens themselves are nowhere; only their SHA-256 is.

use atproto::syntax::Did;

use super::{Database, DatabaseError, execute, on_pool, on_transaction};

/// An access token as it is stored. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccessToken {
    /// Names the token where it is listed and revoked. Opens nothing.
    pub id: String,
    /// Whose it is.
    pub did: Did,
    /// `personal` or `device`.
    pub kind: String,
    /// What its owner calls it.
    pub name: String,
    /// What it is good for, as JSON.
    pub scopes: String,
    /// When it was made.
    pub created_at: i64,
    /// From when on it opens nothing.
    pub expires_at: i64,
    /// When it last opened something, to a minute.
    pub last_used_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct AccessTokenRow {
    id: String,
    did: String,
    kind: String,
    name: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    last_used_at: Option<i64>,
}

impl Database {
    /// Stores a token under the SHA-256 of its secret, unless its owner has `limit` that have not expired at its
    /// making: then `false`. Two requests of one owner take turns on SQLite; on PostgreSQL each may see the other's
    /// too late and go one above.
    pub async fn insert_access_token(
        &self,
        token: &StoredAccessToken,
        secret_hash: &[u8],
        limit: i64,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let live = on_transaction!(
            &mut transaction,
            query_scalar::<_, i64>(
                "SELECT CAST(COUNT(*) AS BIGINT)
                FROM access_tokens
                WHERE did = $1 AND expires_at > $2",
                [token.did.as_str(), token.created_at]
            ),
            fetch_one
        )?;
        if live >= limit {
            return Ok(false);
        }
        execute!(
            &mut transaction,
            "INSERT INTO access_tokens (
                id,
                did,
                secret_hash,
                kind,
                name,
                scopes,
                created_at,
                expires_at,
                last_used_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                token.id.as_str(),
                token.did.as_str(),
                secret_hash,
                token.kind.as_str(),
                token.name.as_str(),
                token.scopes.as_str(),
                token.created_at,
                token.expires_at,
                token.last_used_at,
            ]
        )?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The token with this secret, expired or not.
    pub async fn find_access_token(
        &self,
        secret_hash: &[u8],
    ) -> Result<Option<StoredAccessToken>, DatabaseError> {
        let row = on_pool!(
            self,
            query_as::<_, AccessTokenRow>(
                "SELECT
                    id,
                    did,
                    kind,
                    name,
                    scopes,
                    created_at,
                    expires_at,
                    last_used_at
                FROM access_tokens
                WHERE secret_hash = $1",
                [secret_hash]
            ),
            fetch_optional
        )?;
        row.map(StoredAccessToken::try_from).transpose()
    }

    /// Whether a token is there and has not expired. Asked with every request that came by it.
    pub async fn is_access_token_live(&self, id: &str, now: i64) -> Result<bool, DatabaseError> {
        let found = on_pool!(
            self,
            query_scalar::<_, i64>(
                "SELECT CAST(1 AS BIGINT)
                FROM access_tokens
                WHERE id = $1 AND expires_at > $2",
                [id, now]
            ),
            fetch_optional
        )?;
        Ok(found.is_some())
    }

    /// Everybody's own tokens, the newest first, with those that expired and are not purged yet.
    pub async fn list_access_tokens(
        &self,
        did: &Did,
    ) -> Result<Vec<StoredAccessToken>, DatabaseError> {
        let rows = on_pool!(
            self,
            query_as::<_, AccessTokenRow>(
                "SELECT
                    id,
                    did,
                    kind,
                    name,
                    scopes,
                    created_at,
                    expires_at,
                    last_used_at
                FROM access_tokens
                WHERE did = $1
                ORDER BY created_at DESC, id DESC",
                [did.as_str()]
            ),
            fetch_all
        )?;
        rows.into_iter().map(StoredAccessToken::try_from).collect()
    }

    /// Notes that a token opened something.
    pub async fn touch_access_token(&self, id: &str, now: i64) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "UPDATE access_tokens
            SET last_used_at = $2
            WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
            [id, now]
        )?;
        transaction.commit().await
    }

    /// Deletes one of somebody's tokens. `false` when there is none of this id, or it is somebody else's.
    pub async fn delete_access_token(&self, did: &Did, id: &str) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let changed = execute!(
            &mut transaction,
            "DELETE FROM access_tokens
            WHERE id = $1 AND did = $2",
            [id, did.as_str()]
        )?;
        transaction.commit().await?;
        Ok(changed == 1)
    }

    /// Deletes all of somebody's tokens and returns how many.
    pub async fn delete_access_tokens(&self, did: &Did) -> Result<u64, DatabaseError> {
        let mut transaction = self.begin().await?;
        let changed = execute!(
            &mut transaction,
            "DELETE FROM access_tokens
            WHERE did = $1",
            [did.as_str()]
        )?;
        transaction.commit().await?;
        Ok(changed)
    }

    /// Deletes tokens that expired before a time, and says whose they were.
    pub async fn purge_access_tokens(&self, before: i64) -> Result<Vec<Did>, DatabaseError> {
        let mut transaction = self.begin().await?;
        let owners = on_transaction!(
            &mut transaction,
            query_scalar::<_, String>(
                "DELETE FROM access_tokens
                WHERE expires_at < $1
                RETURNING did",
                [before]
            ),
            fetch_all
        )?;
        transaction.commit().await?;
        owners.iter().map(|owner| parse_did(owner)).collect()
    }
}

fn parse_did(text: &str) -> Result<Did, DatabaseError> {
    text.parse().map_err(|_| DatabaseError::Corrupt {
        what: "DID",
        value: text.to_owned(),
    })
}

impl TryFrom<AccessTokenRow> for StoredAccessToken {
    type Error = DatabaseError;

    fn try_from(row: AccessTokenRow) -> Result<Self, Self::Error> {
        Ok(Self {
            did: parse_did(&row.did)?,
            id: row.id,
            kind: row.kind,
            name: row.name,
            scopes: row.scopes,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::test_on_databases;

    fn token(id: &str, did: &str, created_at: i64) -> StoredAccessToken {
        StoredAccessToken {
            id: id.to_owned(),
            did: did.parse().unwrap(),
            kind: "personal".to_owned(),
            name: format!("token {id}"),
            scopes: "[]".to_owned(),
            created_at,
            expires_at: created_at + 100,
            last_used_at: None,
        }
    }

    test_on_databases! {
        async fn tokens_are_found_by_their_hash_listed_and_deleted_by_their_owner_alone(test: &TestDatabase) {
            let database = &test.database;
            let (alice, bob) = ("did:web:alice.example", "did:web:bob.example");
            let (first, second) = (token("1", alice, 10), token("2", alice, 20));
            for (token, hash) in [(&first, [1; 32]), (&second, [2; 32]), (&token("3", bob, 30), [3; 32])] {
                assert!(database.insert_access_token(token, &hash, 5).await.unwrap());
            }
            assert!(database.insert_access_token(&token("4", alice, 40), &[2; 32], 5).await.is_err());
            assert_eq!(database.find_access_token(&[1; 32]).await.unwrap(), Some(first.clone()));
            assert_eq!(database.find_access_token(&[9; 32]).await.unwrap(), None);
            assert_eq!(database.list_access_tokens(&first.did).await.unwrap(), [second.clone(), first.clone()]);
            let bob = bob.parse().unwrap();
            assert!(!database.delete_access_token(&bob, "1").await.unwrap(), "not his");
            assert!(database.delete_access_token(&first.did, "1").await.unwrap());
            assert!(!database.delete_access_token(&first.did, "1").await.unwrap());
            assert_eq!(database.delete_access_tokens(&first.did).await.unwrap(), 1);
            assert!(database.is_access_token_live("3", 31).await.unwrap());
        }

        async fn tokens_live_until_they_expire_and_are_purged_later(test: &TestDatabase) {
            let database = &test.database;
            let stored = token("1", "did:web:alice.example", 10);
            assert!(database.insert_access_token(&stored, &[1; 32], 1).await.unwrap());
            assert!(database.is_access_token_live("1", 109).await.unwrap());
            assert!(!database.is_access_token_live("1", 110).await.unwrap());
            database.touch_access_token("1", 50).await.unwrap();
            database.touch_access_token("1", 40).await.unwrap();
            let found = database.find_access_token(&[1; 32]).await.unwrap().unwrap();
            assert_eq!(found.last_used_at, Some(50));
            let more = token("2", "did:web:alice.example", 109);
            assert!(!database.insert_access_token(&more, &[2; 32], 1).await.unwrap(), "the limit");
            let later = token("2", "did:web:alice.example", 110);
            assert!(database.insert_access_token(&later, &[2; 32], 1).await.unwrap(), "expired ones do not count");
            assert_eq!(database.purge_access_tokens(110).await.unwrap(), []);
            assert_eq!(database.purge_access_tokens(111).await.unwrap(), [stored.did]);
            assert_eq!(database.find_access_token(&[1; 32]).await.unwrap(), None);
        }
    }
}
