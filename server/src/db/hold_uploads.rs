//! `hold_uploads`: how far each upload has come. The row is changed after the bytes are durable and before
//! the client hears of them.

use super::{Database, DatabaseError, Transaction, execute, on_pool, on_transaction};

/// An upload in progress, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UploadRow {
    /// Unguessable.
    pub id: String,
    /// Whose upload it is.
    pub uploader_did: String,
    /// The repository path below the uploader's name.
    pub repository: String,
    /// What the blob store needs to continue.
    pub staging: String,
    /// Bytes acknowledged so far.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// When it began, in unix milliseconds.
    pub started_at: i64,
    /// When bytes were last acknowledged, in unix milliseconds.
    pub last_active_at: i64,
}

impl Database {
    /// The upload with this id, or `None`.
    pub async fn find_hold_upload(&self, id: &str) -> Result<Option<UploadRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, UploadRow>(
                "SELECT
                    id,
                    uploader_did,
                    repository,
                    staging,
                    size,
                    started_at,
                    last_active_at
                FROM hold_uploads
                WHERE id = $1",
                [id]
            ),
            fetch_optional
        )?)
    }

    /// Uploads to which nothing was added since `cutoff`, oldest first, `limit` of them at most.
    pub async fn list_idle_hold_uploads(
        &self,
        cutoff: i64,
        limit: u32,
    ) -> Result<Vec<UploadRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, UploadRow>(
                "SELECT
                    id,
                    uploader_did,
                    repository,
                    staging,
                    size,
                    started_at,
                    last_active_at
                FROM hold_uploads
                WHERE last_active_at < $1
                ORDER BY last_active_at
                LIMIT $2",
                [cutoff, i64::from(limit)]
            ),
            fetch_all
        )?)
    }

    /// The uploads of somebody.
    pub async fn list_uploads_of(
        &self,
        uploader_did: &str,
    ) -> Result<Vec<UploadRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, UploadRow>(
                "SELECT
                    id,
                    uploader_did,
                    repository,
                    staging,
                    size,
                    started_at,
                    last_active_at
                FROM hold_uploads
                WHERE uploader_did = $1",
                [uploader_did]
            ),
            fetch_all
        )?)
    }

    /// What the blob store keeps for all uploads in progress.
    pub async fn list_hold_upload_stagings(&self) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>("SELECT staging FROM hold_uploads", []),
            fetch_all
        )?)
    }
}

impl Transaction {
    /// Begins an upload.
    pub async fn insert_hold_upload(&mut self, upload: &UploadRow) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_uploads (
                id,
                uploader_did,
                repository,
                staging,
                size,
                started_at,
                last_active_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                upload.id.as_str(),
                upload.uploader_did.as_str(),
                upload.repository.as_str(),
                upload.staging.as_str(),
                upload.size.cast_signed(),
                upload.started_at,
                upload.last_active_at,
            ]
        )?;
        Ok(())
    }

    /// Moves an upload on, from `size_before` to `size`. `false` when it is no longer at `size_before`: it has
    /// ended, or another replica has moved it.
    pub async fn advance_hold_upload(
        &mut self,
        id: &str,
        size_before: u64,
        size: u64,
        staging: &str,
        now: i64,
    ) -> Result<bool, DatabaseError> {
        let changed = execute!(
            self,
            "UPDATE hold_uploads
            SET
                size = $3,
                staging = $4,
                last_active_at = $5
            WHERE id = $1 AND size = $2",
            [
                id,
                size_before.cast_signed(),
                size.cast_signed(),
                staging,
                now
            ]
        )?;
        Ok(changed == 1)
    }

    /// Ends an upload. `false` when there was none.
    pub async fn delete_hold_upload(&mut self, id: &str) -> Result<bool, DatabaseError> {
        Ok(execute!(self, "DELETE FROM hold_uploads WHERE id = $1", [id])? == 1)
    }

    /// Ends an upload to which nothing was added since `cutoff` and returns what is staged for it. `None` when
    /// somebody came back to it.
    pub async fn delete_idle_hold_upload(
        &mut self,
        id: &str,
        cutoff: i64,
    ) -> Result<Option<String>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_scalar::<_, String>(
                "DELETE FROM hold_uploads
                WHERE id = $1 AND last_active_at < $2
                RETURNING staging",
                [id, cutoff]
            ),
            fetch_optional
        )?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::test_on_databases;

    fn upload(id: &str, last_active_at: i64) -> UploadRow {
        UploadRow {
            id: id.to_owned(),
            uploader_did: "did:plc:uploader".to_owned(),
            repository: "tools/app".to_owned(),
            staging: format!("staging-{id}"),
            size: 0,
            started_at: 1,
            last_active_at,
        }
    }

    test_on_databases! {
        async fn an_upload_moves_only_from_where_it_is(test: &TestDatabase) {
            let mut transaction = test.database.begin().await.unwrap();
            transaction.insert_hold_upload(&upload("a", 10)).await.unwrap();
            assert!(transaction.advance_hold_upload("a", 0, 5, "next", 20).await.unwrap());
            assert!(!transaction.advance_hold_upload("a", 0, 7, "other", 30).await.unwrap());
            transaction.commit().await.unwrap();
            let found = test.database.find_hold_upload("a").await.unwrap().unwrap();
            let expected =
                UploadRow { size: 5, staging: "next".to_owned(), last_active_at: 20, ..upload("a", 10) };
            assert_eq!(found, expected);
        }

        async fn a_transaction_that_is_dropped_leaves_nothing(test: &TestDatabase) {
            let mut transaction = test.database.begin().await.unwrap();
            transaction.insert_hold_upload(&upload("a", 10)).await.unwrap();
            drop(transaction);
            assert_eq!(test.database.find_hold_upload("a").await.unwrap(), None);
        }

        async fn idle_uploads_come_oldest_first_and_end_only_while_idle(test: &TestDatabase) {
            let mut transaction = test.database.begin().await.unwrap();
            for row in [upload("young", 30), upload("old", 20), upload("oldest", 10)] {
                transaction.insert_hold_upload(&row).await.unwrap();
            }
            transaction.commit().await.unwrap();
            let idle = test.database.list_idle_hold_uploads(30, 10).await.unwrap();
            assert_eq!(idle.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["oldest", "old"]);
            assert_eq!(test.database.list_idle_hold_uploads(30, 1).await.unwrap().len(), 1);
            let mut transaction = test.database.begin().await.unwrap();
            assert_eq!(transaction.delete_idle_hold_upload("young", 30).await.unwrap(), None);
            let ended = transaction.delete_idle_hold_upload("old", 30).await.unwrap();
            assert_eq!(ended.as_deref(), Some("staging-old"));
            assert!(transaction.delete_hold_upload("oldest").await.unwrap());
            assert!(!transaction.delete_hold_upload("oldest").await.unwrap());
            transaction.commit().await.unwrap();
            assert_eq!(test.database.list_hold_upload_stagings().await.unwrap(), ["staging-young"]);
        }
    }
}
