//! Telling holds what was pushed and deleted. A hold that cannot be reached is told later: a push that its owner's
//! PDS has taken does not fail for it.

use atproto::syntax::Did;
use chrono::TimeDelta;
use oci::{Digest, RepositoryPath};
use serde::{Deserialize, Serialize};

use super::{Registry, RegistryError};
use crate::clients::hold::{HoldClient, HoldError, HoldUser, ManifestNotice};
use crate::db::PendingNoticeRow;

/// The first pause; each further one is twice as long.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// After that, the hold will find out by itself what people's repos have.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::days(7);
/// Notices delivered in one go.
const BATCH: i64 = 100;

/// What a hold is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "camelCase")]
pub(super) enum Notice {
    /// A manifest was stored.
    Push(ManifestNotice),
    /// A manifest was deleted.
    Delete {
        /// From which repository.
        repository: RepositoryPath,
        /// Which one.
        manifest: Digest,
    },
}

impl Registry {
    /// Tells a hold. Returns the notice to be kept for later, where the hold cannot be told now.
    pub(super) async fn tell(
        &self,
        hold: &dyn HoldClient,
        user: &HoldUser,
        notice: &Notice,
    ) -> Result<Option<PendingNoticeRow>, HoldError> {
        match deliver(hold, user, notice).await {
            Ok(()) => Ok(None),
            Err(HoldError::Unreachable { .. } | HoldError::NotVouched { .. }) => {
                tracing::warn!(hold.did = %hold.did(), "a hold will be told later");
                Ok(Some(self.pending(hold.did(), user, notice)))
            }
            Err(error) => Err(error),
        }
    }

    /// A notice for later.
    pub(super) fn pending(&self, hold: &Did, user: &HoldUser, notice: &Notice) -> PendingNoticeRow {
        let now = self.inner.clock.now_millis();
        PendingNoticeRow {
            id: uuid::Uuid::now_v7().to_string(),
            hold_did: hold.to_string(),
            user_did: user.did.to_string(),
            session_id: user.session.clone(),
            notice: serde_json::to_string(notice).expect("texts and numbers become JSON"),
            attempts: 0,
            next_try_at: now + FIRST_PAUSE.num_milliseconds(),
            created_at: now,
        }
    }

    /// Delivers the notices whose time has come; returns how many.
    pub async fn deliver_notices(&self) -> Result<usize, RegistryError> {
        let now = self.inner.clock.now_millis();
        let due = self.inner.database.list_due_notices(now, BATCH).await?;
        let mut delivered = 0;
        for row in due {
            if self.try_again(&row, now).await? {
                delivered += 1;
            }
        }
        Ok(delivered)
    }

    async fn try_again(&self, row: &PendingNoticeRow, now: i64) -> Result<bool, RegistryError> {
        let database = &self.inner.database;
        let mut transaction = database.begin().await?;
        let next_try_at = now + pause(row.attempts).num_milliseconds();
        let is_ours = transaction
            .claim_pending_notice(&row.id, row.attempts, next_try_at)
            .await?;
        transaction.commit().await?;
        if !is_ours {
            return Ok(false);
        }
        let outcome = self.deliver_row(row).await;
        let is_old = now - row.created_at > GIVEN_UP_AFTER.num_milliseconds();
        let may_come = matches!(
            &outcome,
            Err(RegistryError::Hold(
                HoldError::Unreachable { .. } | HoldError::NotVouched { .. }
            ))
        );
        let is_over = !may_come || is_old;
        if let Err(error) = &outcome {
            tracing::warn!(
                hold.did = row.hold_did,
                attempts = row.attempts + 1,
                given_up = is_over,
                error = error as &dyn std::error::Error,
                "a hold could not be told of a manifest"
            );
        }
        if is_over {
            let mut transaction = database.begin().await?;
            transaction.delete_pending_notice(&row.id).await?;
            transaction.commit().await?;
        }
        Ok(outcome.is_ok())
    }

    async fn deliver_row(&self, row: &PendingNoticeRow) -> Result<(), RegistryError> {
        let unreadable = || {
            RegistryError::Hold(HoldError::Invalid {
                reason: "the notice cannot be read".to_owned(),
            })
        };
        let notice: Notice = serde_json::from_str(&row.notice).map_err(|_| unreadable())?;
        let user = HoldUser {
            did: row.user_did.parse().map_err(|_| unreadable())?,
            session: row.session_id.clone(),
        };
        let hold = self.open_hold_named(&row.hold_did).await?;
        Ok(deliver(&*hold, &user, &notice).await?)
    }
}

async fn deliver(hold: &dyn HoldClient, user: &HoldUser, notice: &Notice) -> Result<(), HoldError> {
    match notice {
        Notice::Push(notice) => hold.notify_manifest(user, notice).await,
        Notice::Delete {
            repository,
            manifest,
        } => hold.forget_manifest(user, repository, manifest).await,
    }
}

fn pause(attempts: i64) -> TimeDelta {
    let doubled = u32::try_from(attempts.clamp(0, 10)).map_or(1, |attempts| 1 << attempts);
    (FIRST_PAUSE * doubled).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour() {
        assert_eq!(pause(0), TimeDelta::seconds(30));
        assert_eq!(pause(1), TimeDelta::minutes(1));
        assert_eq!(pause(1000), TimeDelta::hours(1));
    }
}
