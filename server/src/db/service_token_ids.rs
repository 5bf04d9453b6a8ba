//! `service_token_ids`: service tokens that were used, until they expire.

use super::{Database, DatabaseError, execute};

impl Database {
    /// Notes that a token is used. `false` when it was used before.
    pub async fn use_service_token(
        &self,
        issuer: &str,
        token_id: &str,
        expires_at: i64,
    ) -> Result<bool, DatabaseError> {
        let mut transaction = self.begin().await?;
        let is_new = execute!(
            &mut transaction,
            "INSERT INTO service_token_ids (issuer, token_id, expires_at)
            VALUES ($1, $2, $3)
            ON CONFLICT (issuer, token_id) DO NOTHING",
            [issuer, token_id, expires_at]
        )? == 1;
        transaction.commit().await?;
        Ok(is_new)
    }

    /// Forgets tokens that expired before `now`, in unix milliseconds; returns how many.
    pub async fn purge_service_tokens(&self, now: i64) -> Result<u64, DatabaseError> {
        let mut transaction = self.begin().await?;
        let purged = execute!(
            &mut transaction,
            "DELETE FROM service_token_ids WHERE expires_at < $1",
            [now]
        )?;
        transaction.commit().await?;
        Ok(purged)
    }
}
