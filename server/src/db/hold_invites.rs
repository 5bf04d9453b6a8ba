//! `hold_invites`: links that let somebody into a crew. The secrets are nowhere; only their SHA-256 is.

use super::{Database, DatabaseError, execute, on_pool, on_transaction};

/// An invite. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HoldInviteRow {
    /// Names it in lists and forms. Opens nothing.
    pub id: String,
    /// Into whose crew.
    pub hold_did: String,
    /// In whose name it lets people in.
    pub created_by: String,
    /// What it is for, in their words.
    pub note: String,
    /// The tier it gives; `None` for the default.
    pub tier: Option<String>,
    /// How many people it still lets in.
    pub uses_left: i64,
    /// When it was made.
    pub created_at: i64,
    /// From when on it lets nobody in.
    pub expires_at: i64,
}

impl Database {
    /// Stores an invite under the SHA-256 of its secret, unless the hold has `limit` that still let somebody in: then
    /// `false`.
    pub async fn insert_hold_invite(
        &self,
        invite: &HoldInviteRow,
        secret_hash: &[u8],
        limit: i64,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let live = on_transaction!(
            &mut transaction,
            query_scalar::<_, i64>(
                "SELECT CAST(COUNT(*) AS BIGINT)
                FROM hold_invites
                WHERE hold_did = $1 AND expires_at > $2 AND uses_left > 0",
                [invite.hold_did.as_str(), invite.created_at]
            ),
            fetch_one
        )?;
        if live >= limit {
            return Ok(false);
        }
        execute!(
            &mut transaction,
            "INSERT INTO hold_invites (
                id,
                secret_hash,
                hold_did,
                created_by,
                note,
                tier,
                uses_left,
                created_at,
                expires_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                invite.id.as_str(),
                secret_hash,
                invite.hold_did.as_str(),
                invite.created_by.as_str(),
                invite.note.as_str(),
                invite.tier.as_deref(),
                invite.uses_left,
                invite.created_at,
                invite.expires_at,
            ]
        )?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The invite with this secret, while it lets somebody in.
    pub async fn find_hold_invite(
        &self,
        secret_hash: &[u8],
        now: i64,
    ) -> Result<Option<HoldInviteRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, HoldInviteRow>(
                "SELECT id, hold_did, created_by, note, tier, uses_left, created_at, expires_at
                FROM hold_invites
                WHERE secret_hash = $1 AND expires_at > $2 AND uses_left > 0",
                [secret_hash, now]
            ),
            fetch_optional
        )?)
    }

    /// The invites of a hold that still let somebody in, the newest first.
    pub async fn list_hold_invites(
        &self,
        hold_did: &str,
        now: i64,
    ) -> Result<Vec<HoldInviteRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, HoldInviteRow>(
                "SELECT id, hold_did, created_by, note, tier, uses_left, created_at, expires_at
                FROM hold_invites
                WHERE hold_did = $1 AND expires_at > $2 AND uses_left > 0
                ORDER BY created_at DESC, id DESC",
                [hold_did, now]
            ),
            fetch_all
        )?)
    }

    /// Takes one use of an invite. `false` when it has none left, or its time is over.
    pub async fn use_hold_invite(&self, id: &str, now: i64) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let changed = execute!(
            &mut transaction,
            "UPDATE hold_invites
            SET uses_left = uses_left - 1
            WHERE id = $1 AND expires_at > $2 AND uses_left > 0",
            [id, now]
        )?;
        transaction.commit().await?;
        Ok(changed > 0)
    }

    /// Gives a use back that nothing came of.
    pub async fn return_hold_invite(&self, id: &str) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "UPDATE hold_invites
            SET uses_left = uses_left + 1
            WHERE id = $1",
            [id]
        )?;
        transaction.commit().await
    }

    /// Deletes an invite of a hold. `false` when the hold has none of this id.
    pub async fn delete_hold_invite(
        &self,
        hold_did: &str,
        id: &str,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let changed = execute!(
            &mut transaction,
            "DELETE FROM hold_invites
            WHERE hold_did = $1 AND id = $2",
            [hold_did, id]
        )?;
        transaction.commit().await?;
        Ok(changed > 0)
    }

    /// Deletes invites whose time was over at `before`.
    pub async fn purge_hold_invites(&self, before: i64) -> Result<u64, DatabaseError> {
        let mut transaction = self.begin().await?;
        let purged = execute!(
            &mut transaction,
            "DELETE FROM hold_invites
            WHERE expires_at < $1 OR uses_left <= 0",
            [before]
        )?;
        transaction.commit().await?;
        Ok(purged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::test_on_databases;

    fn invite(id: &str, uses_left: i64) -> HoldInviteRow {
        HoldInviteRow {
            id: id.to_owned(),
            hold_did: "did:web:hold.example.com".to_owned(),
            created_by: "did:web:alice.example.com".to_owned(),
            note: "The team".to_owned(),
            tier: None,
            uses_left,
            created_at: 10,
            expires_at: 100,
        }
    }

    test_on_databases! {
        async fn an_invite_lets_in_as_many_as_it_says_until_it_ends(test: &TestDatabase) {
            let database = &test.database;
            assert!(database.insert_hold_invite(&invite("one", 2), b"secret", 5).await.unwrap());
            assert_eq!(database.find_hold_invite(b"secret", 99).await.unwrap(), Some(invite("one", 2)));
            assert_eq!(database.find_hold_invite(b"secret", 100).await.unwrap(), None);
            assert!(database.use_hold_invite("one", 20).await.unwrap());
            assert!(!database.use_hold_invite("one", 100).await.unwrap());
            assert!(database.use_hold_invite("one", 20).await.unwrap());
            assert!(!database.use_hold_invite("one", 20).await.unwrap());
            database.return_hold_invite("one").await.unwrap();
            assert!(database.use_hold_invite("one", 20).await.unwrap());
        }

        async fn invites_are_counted_listed_and_deleted_by_hold(test: &TestDatabase) {
            let database = &test.database;
            let hold = invite("one", 1).hold_did;
            assert!(database.insert_hold_invite(&invite("one", 1), b"a", 2).await.unwrap());
            assert!(database.insert_hold_invite(&invite("two", 1), b"b", 2).await.unwrap());
            assert!(!database.insert_hold_invite(&invite("three", 1), b"c", 2).await.unwrap());
            assert_eq!(database.list_hold_invites(&hold, 20).await.unwrap().len(), 2);
            assert!(!database.delete_hold_invite("did:web:other.example.com", "one").await.unwrap());
            assert!(database.delete_hold_invite(&hold, "one").await.unwrap());
            assert_eq!(database.list_hold_invites(&hold, 20).await.unwrap(), [invite("two", 1)]);
            assert_eq!(database.purge_hold_invites(100).await.unwrap(), 0);
            assert_eq!(database.purge_hold_invites(101).await.unwrap(), 1);
        }
    }
}
