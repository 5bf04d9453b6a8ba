//! What was last verified about accounts: a cache with a memory across restarts.

use atproto::crypto::PublicKey;
use atproto::syntax::{Did, Handle};
use url::Url;

use super::{Database, DatabaseError, execute, on_pool};

/// An identity as it was last verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredIdentity {
    /// The lasting name.
    pub did: Did,
    /// The handle, when it was verified both ways.
    pub handle: Option<Handle>,
    /// The origin of the personal data server.
    pub pds: Url,
    /// The `#atproto` key.
    pub signing_key: Option<PublicKey>,
    /// When it was verified, in unix milliseconds.
    pub checked_at: i64,
}

#[derive(sqlx::FromRow)]
struct IdentityRow {
    did: String,
    handle: Option<String>,
    pds_url: String,
    signing_key: Option<String>,
    checked_at: i64,
}

impl Database {
    /// The last verified identity of a DID, of any age.
    pub async fn find_identity(&self, did: &Did) -> Result<Option<StoredIdentity>, DatabaseError> {
        let row = on_pool!(
            self,
            query_as::<_, IdentityRow>(
                "SELECT
                    did,
                    handle,
                    pds_url,
                    signing_key,
                    checked_at
                FROM identities
                WHERE did = $1",
                [did.as_str()]
            ),
            fetch_optional
        )?;
        row.map(StoredIdentity::try_from).transpose()
    }

    /// The last verified identity with a handle, of any age.
    pub async fn find_identity_by_handle(
        &self,
        handle: &Handle,
    ) -> Result<Option<StoredIdentity>, DatabaseError> {
        let row = on_pool!(
            self,
            query_as::<_, IdentityRow>(
                "SELECT
                    did,
                    handle,
                    pds_url,
                    signing_key,
                    checked_at
                FROM identities
                WHERE handle = $1
                ORDER BY checked_at DESC
                LIMIT 1",
                [handle.as_str()]
            ),
            fetch_optional
        )?;
        row.map(StoredIdentity::try_from).transpose()
    }

    /// Accounts whose handle matches a pattern of `LIKE`, with `\` as escape; `limit` of them at most.
    pub async fn list_dids_by_handle(
        &self,
        pattern: &str,
        limit: i64,
    ) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT did
                FROM identities
                WHERE handle LIKE $1 ESCAPE '\\'
                ORDER BY did
                LIMIT $2",
                [pattern, limit]
            ),
            fetch_all
        )?)
    }

    /// Stores a verified identity. Its handle is taken from whoever had it before.
    pub async fn save_identity(&self, identity: &StoredIdentity) -> Result<(), DatabaseError> {
        let handle = identity.handle.as_ref().map(Handle::as_str);
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "UPDATE identities
            SET handle = NULL
            WHERE handle = $1 AND did <> $2",
            [handle, identity.did.as_str()]
        )?;
        execute!(
            &mut transaction,
            "INSERT INTO identities (
                did,
                handle,
                pds_url,
                signing_key,
                checked_at
            ) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (did) DO UPDATE SET
                handle = excluded.handle,
                pds_url = excluded.pds_url,
                signing_key = excluded.signing_key,
                checked_at = excluded.checked_at",
            [
                identity.did.as_str(),
                handle,
                identity.pds.as_str(),
                identity.signing_key.map(|key| key.to_did_key()),
                identity.checked_at,
            ]
        )?;
        transaction.commit().await
    }

    /// Forgets a DID.
    pub async fn delete_identity(&self, did: &Did) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "DELETE FROM identities WHERE did = $1",
            [did.as_str()]
        )?;
        transaction.commit().await
    }
}

impl TryFrom<IdentityRow> for StoredIdentity {
    type Error = DatabaseError;

    fn try_from(row: IdentityRow) -> Result<Self, Self::Error> {
        let corrupt = |what, value: &str| DatabaseError::Corrupt {
            what,
            value: value.to_owned(),
        };
        Ok(Self {
            did: row.did.parse().map_err(|_| corrupt("DID", &row.did))?,
            handle: row
                .handle
                .map(|handle| handle.parse().map_err(|_| corrupt("handle", &handle)))
                .transpose()?,
            pds: row
                .pds_url
                .parse()
                .map_err(|_| corrupt("PDS address", &row.pds_url))?,
            signing_key: row
                .signing_key
                .map(|key| PublicKey::from_did_key(&key).map_err(|_| corrupt("signing key", &key)))
                .transpose()?,
            checked_at: row.checked_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::test_on_databases;

    const KEY: &str = "did:key:zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF";

    fn identity(did: &str, handle: Option<&str>, checked_at: i64) -> StoredIdentity {
        StoredIdentity {
            did: did.parse().unwrap(),
            handle: handle.map(|handle| handle.parse().unwrap()),
            pds: "https://pds.example.com/".parse().unwrap(),
            signing_key: Some(PublicKey::from_did_key(KEY).unwrap()),
            checked_at,
        }
    }

    test_on_databases! {
        async fn identities_are_found_by_did_and_handle_until_deleted(test: &TestDatabase) {
            let database = &test.database;
            let alice = identity("did:web:alice.example.org", Some("alice.example.org"), 1);
            let handle = alice.handle.clone().unwrap();
            database.save_identity(&alice).await.unwrap();
            assert_eq!(database.find_identity(&alice.did).await.unwrap(), Some(alice.clone()));
            assert_eq!(
                database.find_identity_by_handle(&handle).await.unwrap(),
                Some(alice.clone())
            );
            let moved = StoredIdentity { handle: None, signing_key: None, checked_at: 2, ..alice };
            database.save_identity(&moved).await.unwrap();
            assert_eq!(database.find_identity(&moved.did).await.unwrap(), Some(moved.clone()));
            assert_eq!(database.find_identity_by_handle(&handle).await.unwrap(), None);
            database.delete_identity(&moved.did).await.unwrap();
            assert_eq!(database.find_identity(&moved.did).await.unwrap(), None);
        }

        async fn a_handle_belongs_to_who_had_it_last(test: &TestDatabase) {
            let database = &test.database;
            let alice = identity("did:web:alice.example.org", Some("shared.example.org"), 1);
            let bob = identity("did:web:bob.example.org", Some("shared.example.org"), 2);
            database.save_identity(&alice).await.unwrap();
            database.save_identity(&bob).await.unwrap();
            let handle = bob.handle.clone().unwrap();
            assert_eq!(database.find_identity_by_handle(&handle).await.unwrap(), Some(bob));
            assert_eq!(database.find_identity(&alice.did).await.unwrap().unwrap().handle, None);
        }
    }
}
