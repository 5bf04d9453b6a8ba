//! Refreshing a session: one request at a time among all replicas, tokens stored before they are used.
//!
//! A refresh token is good once, and a server that sees one twice ends the session. So within the process a lock per
//! session lets the others wait, and across replicas the row itself is claimed. What cannot be avoided is that an
//! answer is lost on its way, or with the process that waited for it: then nobody has the tokens. The row counts
//! tokens that were sent without an answer, so that a refusal after that is known for what it is: the tokens are lost,
//! but the person is who they were, and stays signed in to the pages. They are asked for the permission again when it
//! is next needed.

use std::sync::Arc;
use std::time::Duration;

use atproto::oauth::{ErrorCode, Issuer, TokenForm, TokenResponse};
use atproto::syntax::AtIdentifier;
use tokio::sync::OwnedMutexGuard;

use super::server_calls::Speaker;
use super::{FinishError, Inner, ServerError};
use crate::accounts::PdsSessionError;
use crate::clients::pds::PdsError;
use crate::db::oauth_sessions::StoredOAuthSession;
use crate::identity::Freshness;

const MINUTE: i64 = 60 * 1000;
/// A claim older than this was left by a process that is gone, in milliseconds. A refresh takes 25 s at most.
const CLAIM_LIFETIME: i64 = 30 * 1000;
/// How often a session that another replica refreshes is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// How often at most: a little longer than a claim lives.
const POLLS: u32 = 320;
/// A token is renewed when it has less than this left, in milliseconds.
const AHEAD: i64 = 2 * MINUTE;
/// How long looking the account up may take before a refresh goes on without.
const CHECK_PATIENCE: Duration = Duration::from_secs(4);

/// What a refresh came to.
enum Refreshed {
    /// New tokens.
    Tokens(TokenResponse),
    /// The session is over: refused, or no longer the account's.
    Over(&'static str),
    /// Nothing is known to have changed. `answered` when the refresh token is known not to be spent.
    Failed { error: ServerError, answered: bool },
}

impl Inner {
    /// The session with an access token that is good for a while, refreshed ahead of its end.
    pub(super) async fn with_good_token(
        self: &Arc<Self>,
        session: StoredOAuthSession,
    ) -> Result<StoredOAuthSession, PdsSessionError> {
        let left = session.access_expires_at - self.clock.now_millis();
        if left > AHEAD {
            return Ok(session);
        }
        match self.refresh(&session).await {
            // The server does not answer this, but its resources may, while the token lasts.
            Err(PdsSessionError::Pds(error)) if error.is_transient() && left > 0 => Ok(session),
            outcome => outcome,
        }
    }

    /// The session with newer tokens than `seen` has. All who call at once share one refresh.
    pub(super) async fn refresh(
        self: &Arc<Self>,
        seen: &StoredOAuthSession,
    ) -> Result<StoredOAuthSession, PdsSessionError> {
        let mut lock = Some(self.refreshes.lock(seen.id.clone()).await);
        for _ in 0..POLLS {
            let current = self.load(&seen.id, &seen.did).await?;
            if current.access_token != seen.access_token {
                return Ok(current);
            }
            let Some(refresh_token) = &current.refresh_token else {
                return self.end(&current, "it has no refresh token").await;
            };
            let now = self.clock.now_millis();
            let claimed = self
                .database
                .start_oauth_refresh(&current.id, refresh_token, now, now - CLAIM_LIFETIME)
                .await?;
            if let Some(times_sent) = claimed {
                return self
                    .refresh_to_the_end(current, now, times_sent, lock.take())
                    .await;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Err(PdsSessionError::RefreshBusy)
    }

    /// Runs in a task of its own: a caller that goes away must not take a spent refresh token with it.
    async fn refresh_to_the_end(
        self: &Arc<Self>,
        session: StoredOAuthSession,
        claimed_at: i64,
        times_sent: i64,
        lock: Option<OwnedMutexGuard<()>>,
    ) -> Result<StoredOAuthSession, PdsSessionError> {
        let inner = Arc::clone(self);
        let task = tokio::spawn(async move {
            let outcome = inner.refresh_claimed(session, claimed_at, times_sent).await;
            drop(lock);
            outcome
        });
        task.await.unwrap_or(Err(PdsSessionError::Interrupted))
    }

    async fn refresh_claimed(
        &self,
        session: StoredOAuthSession,
        claimed_at: i64,
        times_sent: i64,
    ) -> Result<StoredOAuthSession, PdsSessionError> {
        match self.ask_for_tokens(&session).await {
            Refreshed::Tokens(tokens) => self.store_tokens(session, &tokens).await,
            // An earlier answer was lost, and the server now sees its token a second time.
            Refreshed::Over(_) if times_sent > 1 => self.lose(&session).await,
            Refreshed::Over(reason) => self.end(&session, reason).await,
            Refreshed::Failed { error, answered } => {
                tracing::info!(
                    account.did = %session.did,
                    error = &error as &dyn std::error::Error,
                    "a session was not refreshed"
                );
                self.database
                    .abandon_oauth_refresh(&session.id, claimed_at, answered)
                    .await?;
                Err(PdsSessionError::Pds(match error {
                    ServerError::TooManyRequests => PdsError::RateLimited { retry_after: None },
                    _ => PdsError::Failing { status: 503 },
                }))
            }
        }
    }

    async fn ask_for_tokens(&self, session: &StoredOAuthSession) -> Refreshed {
        let unavailable = || Refreshed::Failed {
            error: ServerError::Unavailable(None),
            answered: true,
        };
        let Some(issuer) = Issuer::parse(&session.issuer, self.development) else {
            return Refreshed::Over("its issuer is not accepted any more");
        };
        if let Err(reason) = self.check_still_theirs(session, &issuer).await {
            return Refreshed::Over(reason);
        }
        let Some(credential) = self
            .client
            .find_credential(session.client_key_id.as_deref())
        else {
            return Refreshed::Over("the client key that it was opened with was given up");
        };
        let (Ok(dpop_key), Ok(refresh_token)) =
            (self.open_key(session), self.open_refresh_token(session))
        else {
            return Refreshed::Over("its tokens do not open with our key");
        };
        let server = match self.discovery.server(&issuer).await {
            Ok(server) => server,
            Err(error) => {
                tracing::info!(error = %error, "an authorization server cannot be used at the moment");
                return unavailable();
            }
        };
        let speaker = Speaker {
            server: &server,
            credential: &credential,
            dpop_key: &dpop_key,
        };
        let grant = TokenForm::Refresh {
            refresh_token: &refresh_token,
        };
        match self.request_token(&speaker, &grant).await {
            Ok(tokens) if tokens.subject == session.did => Refreshed::Tokens(tokens),
            Ok(_) => Refreshed::Over("its server renewed it for another account"),
            Err(FinishError::Server(ServerError::Refused(ErrorCode::InvalidGrant))) => {
                Refreshed::Over("its server ended it")
            }
            Err(FinishError::Server(error)) => {
                let answered = matches!(
                    error,
                    ServerError::Refused(_)
                        | ServerError::TooManyRequests
                        | ServerError::ClockDiffers { .. }
                );
                Refreshed::Failed { error, answered }
            }
            Err(FinishError::Token(_)) => {
                Refreshed::Over("its server answered with tokens that do not count")
            }
            Err(_) => unavailable(),
        }
    }

    /// Whether the account still lives at this PDS and trusts this server (checklist OA-52). What cannot be found out
    /// at the moment is no reason to end anything.
    async fn check_still_theirs(
        &self,
        session: &StoredOAuthSession,
        issuer: &Issuer,
    ) -> Result<(), &'static str> {
        let account = AtIdentifier::Did(session.did.clone());
        let check = async {
            let resolve = || self.identities.resolve(&account, Freshness::ForAuth);
            let mut identity = resolve().await.ok()?;
            if identity.pds != session.pds {
                self.identities.forget(&session.did).await;
                identity = resolve().await.ok()?;
            }
            if identity.pds != session.pds {
                return Some("the account has moved to another server");
            }
            let trusted = self.discovery.issuer_of(&identity.pds).await.ok()?;
            (trusted != *issuer).then_some("the account's server trusts another server now")
        };
        match tokio::time::timeout(CHECK_PATIENCE, check).await {
            Ok(Some(reason)) => Err(reason),
            Ok(None) | Err(_) => Ok(()),
        }
    }

    /// The tokens are in the database before anybody uses them.
    async fn store_tokens(
        &self,
        session: StoredOAuthSession,
        tokens: &TokenResponse,
    ) -> Result<StoredOAuthSession, PdsSessionError> {
        let mut renewed = self.seal_tokens(&session.id, tokens)?;
        if renewed.refresh_token.is_none() {
            // RFC 6749, section 6: without a new one the old one stays good.
            renewed.refresh_token.clone_from(&session.refresh_token);
        }
        if !self
            .database
            .finish_oauth_refresh(&session.id, &renewed)
            .await?
        {
            return Err(PdsSessionError::SessionEnded);
        }
        Ok(StoredOAuthSession {
            access_token: renewed.access_token,
            refresh_token: renewed.refresh_token,
            scopes: renewed.scopes,
            access_expires_at: renewed.access_expires_at,
            refreshed_at: renewed.refreshed_at,
            ..session
        })
    }

    async fn end<T>(
        &self,
        session: &StoredOAuthSession,
        reason: &'static str,
    ) -> Result<T, PdsSessionError> {
        self.database.end_oauth_session(session).await?;
        tracing::info!(account.did = %session.did, reason, "an OAuth session has ended");
        Err(PdsSessionError::SessionEnded)
    }

    async fn lose<T>(&self, session: &StoredOAuthSession) -> Result<T, PdsSessionError> {
        if let Some(refresh_token) = &session.refresh_token {
            let now = self.clock.now_millis();
            self.database
                .lose_oauth_session(&session.id, refresh_token, now)
                .await?;
        }
        tracing::warn!(account.did = %session.did, "the answer to a refresh was lost, and with it the tokens");
        Err(PdsSessionError::SessionLost)
    }
}
