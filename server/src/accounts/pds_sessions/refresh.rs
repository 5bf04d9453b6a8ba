//! Refreshing a session: exactly one request at a time, among all replicas, and none half-done.
//!
//! Within the process a lock per session lets the others wait; across replicas the row itself is claimed by
//! compare-and-set. Whoever waited reads the row again and finds the tokens of the one who went first.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;

use super::{Inner, MINUTE, PdsSessionError};
use crate::clients::pds::PdsError;
use crate::db::pds_sessions::{RenewedTokens, StoredPdsSession};

/// A claim older than this was left by a process that is gone, in milliseconds. A refresh takes 10 s at most.
const CLAIM_LIFETIME: i64 = 30 * 1000;
/// How often a session that another replica refreshes is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// How often at most: a little longer than a claim lives.
const POLLS: u32 = 160;
/// A token is renewed when it has less than this left, in milliseconds.
const AHEAD: i64 = 2 * MINUTE;

impl Inner {
    /// The session with an access token that is good for a while, refreshed ahead of its end.
    pub(super) async fn with_good_token(
        self: &Arc<Self>,
        session: StoredPdsSession,
    ) -> Result<StoredPdsSession, PdsSessionError> {
        if session.access_expires_at - self.clock.now_millis() > AHEAD {
            return Ok(session);
        }
        match self.refresh(&session).await {
            // The PDS does not answer this, but may answer the rest, while the token lasts.
            Err(PdsSessionError::Pds(error))
                if error.is_transient() && session.access_expires_at > self.clock.now_millis() =>
            {
                Ok(session)
            }
            outcome => outcome,
        }
    }

    /// The session with newer tokens than `seen` has. All who call at once share one refresh.
    pub(super) async fn refresh(
        self: &Arc<Self>,
        seen: &StoredPdsSession,
    ) -> Result<StoredPdsSession, PdsSessionError> {
        let mut lock = Some(self.refreshes.lock(seen.id.clone()).await);
        for _ in 0..POLLS {
            let current = self.load(&seen.id, &seen.did).await?;
            if current.refresh_token != seen.refresh_token {
                return Ok(current);
            }
            let now = self.clock.now_millis();
            let claimed = self
                .database
                .start_pds_session_refresh(
                    &current.id,
                    &current.refresh_token,
                    now,
                    now - CLAIM_LIFETIME,
                )
                .await?;
            if claimed {
                return self.refresh_to_the_end(current, now, lock.take()).await;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Err(PdsSessionError::RefreshBusy)
    }

    /// Runs in a task of its own: a caller that goes away must not take a spent refresh token with it.
    async fn refresh_to_the_end(
        self: &Arc<Self>,
        session: StoredPdsSession,
        claimed_at: i64,
        lock: Option<OwnedMutexGuard<()>>,
    ) -> Result<StoredPdsSession, PdsSessionError> {
        let inner = Arc::clone(self);
        let task = tokio::spawn(async move {
            let outcome = inner.refresh_claimed(session, claimed_at).await;
            drop(lock);
            outcome
        });
        task.await.unwrap_or(Err(PdsSessionError::Interrupted))
    }

    async fn refresh_claimed(
        &self,
        session: StoredPdsSession,
        claimed_at: i64,
    ) -> Result<StoredPdsSession, PdsSessionError> {
        let Ok(refresh_token) = self.unseal(&session.id, &session.refresh_token) else {
            tracing::warn!(account.did = %session.did, "a stored session does not open with our key");
            return self.end(&session).await;
        };
        match self
            .pds
            .refresh_session(&session.pds, &session.did, &refresh_token, claimed_at)
            .await
        {
            // A PDS renews the sessions of deactivated accounts too. Ended here, the next sign-in asks the PDS and
            // says what is the matter (checklist OA-56).
            Ok(renewed) if renewed.did == session.did && !renewed.active => {
                if let Err(error) = self
                    .pds
                    .delete_session(&session.pds, &session.did, &renewed.refresh_token)
                    .await
                {
                    tracing::info!(account.did = %session.did, error = ?error, "a session was not ended at its PDS");
                }
                self.end(&session).await
            }
            Ok(renewed) if renewed.did == session.did => {
                let tokens = self.seal_tokens(&session.id, &renewed)?;
                self.store(session, tokens).await
            }
            Ok(_) => {
                tracing::warn!(account.did = %session.did, "a PDS renewed a session for another account");
                self.end(&session).await
            }
            Err(PdsError::ExpiredToken | PdsError::NotAuthorized) => self.end(&session).await,
            Err(error) => {
                self.database
                    .abandon_pds_session_refresh(&session.id, claimed_at)
                    .await?;
                Err(error.into())
            }
        }
    }

    /// The tokens are in the database before anybody uses them.
    async fn store(
        &self,
        session: StoredPdsSession,
        tokens: RenewedTokens,
    ) -> Result<StoredPdsSession, PdsSessionError> {
        if !self
            .database
            .finish_pds_session_refresh(&session.id, &tokens)
            .await?
        {
            return Err(PdsSessionError::SessionEnded);
        }
        Ok(StoredPdsSession {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            access_expires_at: tokens.access_expires_at,
            validated_at: tokens.validated_at,
            ..session
        })
    }

    async fn end<T>(&self, session: &StoredPdsSession) -> Result<T, PdsSessionError> {
        self.database
            .delete_pds_session(&session.id, &session.refresh_token)
            .await?;
        tracing::info!(account.did = %session.did, "a session has ended at its PDS");
        Err(PdsSessionError::SessionEnded)
    }
}
