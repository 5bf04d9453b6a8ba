//! `hold_reservations`: bytes that are promised to somebody: of uploads in flight, then of blobs that no layer
//! record counts yet.

use super::{Database, DatabaseError, Transaction, execute, on_transaction};

/// Bytes promised to somebody.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReservationRow {
    /// The upload's id, or user and digest of a blob.
    pub id: String,
    /// To whom.
    pub user_did: String,
    /// Which blob, once that is known.
    pub digest: Option<String>,
    /// In bytes.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// In unix milliseconds.
    pub expires_at: i64,
}

impl Transaction {
    /// Takes turns with everybody else who reckons what this user has.
    pub async fn lock_quota(&mut self, user_did: &str) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_quota_locks (user_did) VALUES ($1)
            ON CONFLICT (user_did) DO UPDATE SET user_did = excluded.user_did",
            [user_did]
        )?;
        Ok(())
    }

    /// Forgets that anybody reckoned for this user. Whoever reckons next begins anew.
    pub async fn delete_quota_lock(&mut self, user_did: &str) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_quota_locks WHERE user_did = $1",
            [user_did]
        )?;
        Ok(())
    }

    /// Bytes promised to a user, but for the reservation `except` and for blobs that layer records count already. A
    /// blob in several reservations counts once.
    pub async fn sum_reservations(
        &mut self,
        user_did: &str,
        except: &str,
        now: i64,
    ) -> Result<u64, DatabaseError> {
        let sum = on_transaction!(
            self,
            query_scalar::<_, i64>(
                "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT)
                FROM hold_reservations
                WHERE user_did = $1
                    AND id <> $2
                    AND expires_at > $3
                    AND (digest IS NULL OR NOT EXISTS (
                        SELECT 1 FROM hold_layers
                        WHERE hold_layers.user_did = $1
                            AND hold_layers.digest = hold_reservations.digest
                    ))",
                [user_did, except, now]
            ),
            fetch_one
        )?;
        Ok(sum.unsigned_abs())
    }

    /// What a reservation has, unless it has expired.
    pub async fn find_reservation(
        &mut self,
        id: &str,
        now: i64,
    ) -> Result<Option<u64>, DatabaseError> {
        let size = on_transaction!(
            self,
            query_scalar::<_, i64>(
                "SELECT size FROM hold_reservations WHERE id = $1 AND expires_at > $2",
                [id, now]
            ),
            fetch_optional
        )?;
        Ok(size.map(i64::cast_unsigned))
    }

    /// Promises bytes, instead of what the reservation had before.
    pub async fn upsert_reservation(
        &mut self,
        reservation: &ReservationRow,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_reservations (id, user_did, digest, size, expires_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (id) DO UPDATE SET
                digest = excluded.digest,
                size = excluded.size,
                expires_at = excluded.expires_at",
            [
                reservation.id.as_str(),
                reservation.user_did.as_str(),
                reservation.digest.as_deref(),
                reservation.size.cast_signed(),
                reservation.expires_at
            ]
        )?;
        Ok(())
    }

    /// Gives bytes back.
    pub async fn delete_reservation(&mut self, id: &str) -> Result<(), DatabaseError> {
        execute!(self, "DELETE FROM hold_reservations WHERE id = $1", [id])?;
        Ok(())
    }

    /// Gives all bytes of a user back.
    pub async fn delete_reservations_of(&mut self, user_did: &str) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_reservations WHERE user_did = $1",
            [user_did]
        )?;
        Ok(())
    }
}

impl Database {
    /// Removes reservations that have expired; returns how many.
    pub async fn purge_reservations(&self, now: i64) -> Result<u64, DatabaseError> {
        let mut transaction = self.begin().await?;
        let purged = execute!(
            &mut transaction,
            "DELETE FROM hold_reservations WHERE expires_at <= $1",
            [now]
        )?;
        transaction.commit().await?;
        Ok(purged)
    }
}
