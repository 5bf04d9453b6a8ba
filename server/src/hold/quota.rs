//! Quotas: how much somebody has, and that nobody gets more.
//!
//! Usage is the sum of the sizes of the different blobs that a user's layer records name. What is on its way counts
//! as well: an upload in flight by what it has announced or received, a blob without a record by its size, until
//! a record counts it or an hour has passed. Whoever reckons holds the user's lock, so that two requests never see
//! the same free bytes. The captain has no limit, and nothing is reckoned for them.

use atproto::syntax::Did;
use chrono::TimeDelta;
use oci::Digest;

use super::human_bytes::human_bytes;
use super::tiers::Tier;
use super::{Hold, HoldError};
use crate::db::{ReservationRow, Transaction};

/// How long bytes stay promised that nothing comes of.
const PROMISED_FOR: TimeDelta = TimeDelta::hours(1);
/// What an upload is promised ahead of what has come, in bytes, so that not every piece of a body asks…
const AHEAD: u64 = 8 * 1024 * 1024;
/// …where this much is left: nobody is refused for bytes that somebody else may never send.
const PLENTY: u64 = 32 * AHEAD;

/// What somebody uses and may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Different blobs.
    pub unique_blobs: u64,
    /// Their bytes.
    pub used: u64,
    /// The most they may have; `None` for no limit.
    pub limit: Option<u64>,
    /// The name of their tier.
    pub tier: Option<String>,
}

/// A limit that binds somebody. It is looked up before a transaction begins: whoever waits for a second connection
/// while they have the first may wait for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    user: Did,
    tier: Tier,
}

/// How somebody's limit is taken up at one moment, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Room {
    /// By layer records.
    counted: u64,
    /// By what is on its way.
    promised: u64,
    /// What is left.
    left: u64,
}

impl Hold {
    /// What somebody uses and may use (`io.atcr.hold.getQuota`).
    pub async fn quota_of(&self, user: &Did) -> Result<Quota, HoldError> {
        let usage = self.load_usage(user).await?;
        let limit = self.limit_of(user).await?;
        Ok(Quota {
            unique_blobs: usage.unique_blobs,
            used: usage.bytes,
            limit: limit.as_ref().map(|limit| limit.tier.bytes),
            tier: limit.map(|limit| limit.tier.name),
        })
    }

    /// The most bytes that somebody may have; `None` for no limit.
    pub(super) async fn quota_limit(&self, user: &Did) -> Result<Option<u64>, HoldError> {
        Ok(self.limit_of(user).await?.map(|limit| limit.tier.bytes))
    }

    /// The limit that binds somebody: that of their tier; none for the captain.
    pub(super) async fn limit_of(&self, user: &Did) -> Result<Option<Limit>, HoldError> {
        let tiers = &self.inner.settings.tiers;
        if tiers.all().is_empty() || self.captain_row().await?.owner_did == user.as_str() {
            return Ok(None);
        }
        let crew = self.database().find_crew(user.as_str()).await?;
        let name = crew.as_ref().and_then(|crew| crew.tier.as_deref());
        Ok(tiers.of(name).map(|tier| Limit {
            user: user.clone(),
            tier: tier.clone(),
        }))
    }

    /// Promises `size` bytes to an upload, instead of what it was promised before.
    pub(super) async fn reserve(
        &self,
        limit: &Limit,
        upload: &str,
        size: u64,
    ) -> Result<(), HoldError> {
        let mut transaction = self.database().begin().await?;
        self.check_room(&mut transaction, limit, upload, size)
            .await?;
        let reservation = self.reservation(limit, upload.to_owned(), None, size);
        transaction.upsert_reservation(&reservation).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Promises an upload of which `come` bytes are here those, and what it was promised before where that is more.
    /// Returns what is promised now.
    pub(super) async fn reserve_growing(
        &self,
        limit: &Limit,
        upload: &str,
        come: u64,
    ) -> Result<u64, HoldError> {
        let mut transaction = self.database().begin().await?;
        let room = self
            .check_room(&mut transaction, limit, upload, come)
            .await?;
        let now = self.inner.clock.now_millis();
        let before = transaction.find_reservation(upload, now).await?;
        let ahead = if room.left - come < PLENTY { 0 } else { AHEAD };
        let promised = (come + ahead).max(before.unwrap_or(0)).min(room.left);
        let reservation = self.reservation(limit, upload.to_owned(), None, promised);
        transaction.upsert_reservation(&reservation).await?;
        transaction.commit().await?;
        Ok(promised)
    }

    /// Promises what an upload announced, if it did and somebody is bound by a limit.
    pub(super) async fn reserve_announced(
        &self,
        upload: &str,
        user: &Did,
        announced: Option<u64>,
    ) -> Result<(), HoldError> {
        let Some(announced) = announced else {
            return Ok(());
        };
        match self.limit_of(user).await? {
            Some(limit) => self.reserve(&limit, upload, announced).await,
            None => Ok(()),
        }
    }

    /// An upload became a blob: what was promised to the upload is promised to the blob. A blob that counts for the
    /// user already needs nothing.
    pub(super) async fn reserve_blob(
        &self,
        transaction: &mut Transaction,
        limit: &Limit,
        upload: &str,
        digest: &Digest,
        size: u64,
    ) -> Result<(), HoldError> {
        transaction.delete_reservation(upload).await?;
        let user = &limit.user;
        let digest = digest.to_string();
        transaction.lock_quota(user.as_str()).await?;
        if transaction.user_has_layer(user.as_str(), &digest).await? {
            return Ok(());
        }
        let id = blob_reservation(user, &digest);
        self.check_room(transaction, limit, &id, size).await?;
        let reservation = self.reservation(limit, id, Some(digest), size);
        transaction.upsert_reservation(&reservation).await?;
        Ok(())
    }

    /// Layer records are about to count these blobs for a user: checks that they fit, and gives back what was
    /// promised to them.
    pub(super) async fn claim_for_records(
        &self,
        transaction: &mut Transaction,
        limit: &Limit,
        layers: &[(&str, u64)],
    ) -> Result<(), HoldError> {
        let user = &limit.user;
        transaction.lock_quota(user.as_str()).await?;
        let mut new = 0;
        for (digest, size) in layers {
            transaction
                .delete_reservation(&blob_reservation(user, digest))
                .await?;
            if !transaction.user_has_layer(user.as_str(), digest).await? {
                new += size;
            }
        }
        self.check_room(transaction, limit, "", new).await?;
        Ok(())
    }

    /// Whether `size` more bytes fit beside what is used and promised, but for the reservation `except`. No bytes
    /// always fit: whoever has more than a tier that was lowered since may still repeat what they did.
    async fn check_room(
        &self,
        transaction: &mut Transaction,
        limit: &Limit,
        except: &str,
        size: u64,
    ) -> Result<Room, HoldError> {
        let room = self.room(transaction, limit, except).await?;
        if size <= room.left {
            return Ok(room);
        }
        let on_the_way = match room.promised {
            0 => String::new(),
            promised => format!(" and {} are on their way", human_bytes(promised)),
        };
        let reason = format!(
            "you use {} of {} (tier {}){on_the_way}; this needs {} more: delete images you no longer need, or ask the captain of {} for a larger tier",
            human_bytes(room.counted),
            limit.tier.formatted(),
            limit.tier.name,
            human_bytes(size),
            self.did()
        );
        self.count_refusal(&limit.user, &reason);
        Err(HoldError::QuotaExceeded { reason })
    }

    /// How much somebody has left.
    #[cfg(test)]
    pub(super) async fn free_bytes(&self, limit: &Limit, except: &str) -> Result<u64, HoldError> {
        let mut transaction = self.database().begin().await?;
        Ok(self.room(&mut transaction, limit, except).await?.left)
    }

    /// Looks under the user's lock, which the transaction has until it ends.
    async fn room(
        &self,
        transaction: &mut Transaction,
        limit: &Limit,
        except: &str,
    ) -> Result<Room, HoldError> {
        let user = limit.user.as_str();
        transaction.lock_quota(user).await?;
        let counted = transaction.load_layer_usage(user).await?.bytes;
        let now = self.inner.clock.now_millis();
        let promised = transaction.sum_reservations(user, except, now).await?;
        let taken = counted.saturating_add(promised);
        Ok(Room {
            counted,
            promised,
            left: limit.tier.bytes.saturating_sub(taken),
        })
    }

    fn reservation(
        &self,
        limit: &Limit,
        id: String,
        digest: Option<String>,
        size: u64,
    ) -> ReservationRow {
        ReservationRow {
            id,
            user_did: limit.user.to_string(),
            digest,
            size,
            expires_at: self.inner.clock.now_millis() + PROMISED_FOR.num_milliseconds(),
        }
    }

    /// Forgets promises that nothing came of.
    pub async fn purge_reservations(&self) -> Result<u64, HoldError> {
        let now = self.inner.clock.now_millis();
        Ok(self.database().purge_reservations(now).await?)
    }
}

fn blob_reservation(user: &Did, digest: &str) -> String {
    format!("{user}|{digest}")
}

#[cfg(test)]
mod tests;
