//! Sessions at personal data servers: opened by `docker login` with an app password here, or granted by an
//! authorization server ([`super::oauth`]). Whoever writes for somebody opens either by its id.
//!
//! The password is never stored. What stays is a keyed hash, by which the next login with it is recognised,
//! and the two tokens, sealed. A session is refreshed by one request at a time, among all replicas,
//! because a refresh token is good once.

mod authorized_pds;
mod credential;
mod error;
mod guard;
mod refresh;
mod sign_in;
#[cfg(test)]
mod tests;

pub use authorized_pds::AuthorizedPds;
pub use error::{PdsSessionError, SignInError};
pub use sign_in::SignedIn;
pub(super) use sign_in::parse_identifier;

use std::sync::Arc;
use std::time::Duration;

use atproto::syntax::Did;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::accounts::oauth::OAuthSessions;
use crate::clients::pds::{PdsClient, PdsSession};
use crate::clock::Clock;
use crate::db::Database;
use crate::db::pds_sessions::{RenewedTokens, StoredPdsSession};
use crate::identity::Identities;
use crate::keyed_lock::KeyedLock;
use crate::secrets::{Key, SealError, Sealer, UnsealError};

use credential::CredentialHash;
use guard::SignInGuard;

const MINUTE: i64 = 60 * 1000;
/// Sessions ended at their PDS in one call of [`PdsSessions::purge_idle`].
const PURGE_BATCH: i64 = 100;

/// Opens, keeps and ends sessions. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct PdsSessions {
    inner: Arc<Inner>,
    oauth: Option<OAuthSessions>,
}

/// What sessions are made of.
pub struct PdsSessionsSetup {
    /// Keeps the sessions.
    pub database: Database,
    /// Says where somebody's PDS is.
    pub identities: Identities,
    /// Speaks to it.
    pub pds: PdsClient,
    /// The time.
    pub clock: Clock,
    /// From which the keys that seal tokens and recognise passwords are derived.
    pub key: Key,
    /// Accepts any password and not only app passwords, which can be revoked one by one.
    pub allow_account_passwords: bool,
    /// Sessions that authorization servers granted, where there are such.
    pub oauth: Option<OAuthSessions>,
}

struct Inner {
    database: Database,
    identities: Identities,
    pds: PdsClient,
    clock: Clock,
    allow_account_passwords: bool,
    sealer: Sealer,
    credential_key: Key,
    guard: SignInGuard,
    sign_ins: KeyedLock<CredentialHash>,
    refreshes: KeyedLock<String>,
}

impl PdsSessions {
    /// Puts the parts together.
    pub fn new(setup: PdsSessionsSetup) -> Self {
        let inner = Inner {
            sealer: Sealer::new(&setup.key, "pds session tokens"),
            credential_key: setup.key.for_purpose("pds session credentials"),
            database: setup.database,
            identities: setup.identities,
            pds: setup.pds,
            clock: setup.clock,
            allow_account_passwords: setup.allow_account_passwords,
            guard: SignInGuard::new(),
            sign_ins: KeyedLock::default(),
            refreshes: KeyedLock::default(),
        };
        Self {
            inner: Arc::new(inner),
            oauth: setup.oauth,
        }
    }

    /// The session of a registry token, ready for requests in the name of `did`.
    ///
    /// # Errors
    /// [`PdsSessionError::SessionEnded`] when there is no such session of this account.
    pub async fn open(
        &self,
        session_id: &str,
        did: &Did,
    ) -> Result<AuthorizedPds, PdsSessionError> {
        if OAuthSessions::has_id(session_id) {
            let oauth = self.oauth.as_ref().ok_or(PdsSessionError::SessionEnded)?;
            let access = oauth.open(session_id, did).await?;
            let client = self.inner.pds.clone();
            return Ok(AuthorizedPds::with_oauth(client, did.clone(), access).await);
        }
        let session = self.inner.load(session_id, did).await?;
        self.inner.touch(&session).await?;
        Ok(AuthorizedPds::with_password(
            Arc::clone(&self.inner),
            session,
        ))
    }

    /// The session to write with for somebody who proved who they are in another way than by opening one: with an
    /// access token. A sign-in through the browser that may push comes first, then an app password that is in use
    /// here. `None`: they have to sign in.
    pub async fn find_session_for(&self, did: &Did) -> Result<Option<String>, PdsSessionError> {
        if let Some(oauth) = &self.oauth
            && let Some(id) = oauth.find_session_for_tokens(did).await?
        {
            return Ok(Some(id));
        }
        Ok(self.inner.database.find_pds_session_of(did).await?)
    }

    /// Whether the session that an app password opened is still there.
    pub async fn is_live(&self, id: &str) -> Result<bool, PdsSessionError> {
        Ok(self.inner.database.is_pds_session_live(id).await?)
    }

    /// Ends every session that app passwords of an account opened, except those at `but_at`: here at once, at their
    /// PDS where it can be reached.
    pub async fn end_all_of(&self, did: &Did, but_at: Option<&Url>) -> Result<(), PdsSessionError> {
        let database = &self.inner.database;
        let ended = database.delete_pds_sessions_of(did, but_at).await?;
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move {
            for session in ended {
                inner.end_at_pds(&session).await;
            }
        });
        Ok(())
    }

    /// Ends sessions that nobody used for `idle_for`, here and, where it can be reached, at their PDS.
    /// Returns how many; call it again when there were many.
    pub async fn purge_idle(&self, idle_for: Duration) -> Result<usize, PdsSessionError> {
        let idle_for = i64::try_from(idle_for.as_millis()).unwrap_or(i64::MAX);
        let before = self.inner.clock.now_millis().saturating_sub(idle_for);
        let idle = self
            .inner
            .database
            .list_idle_pds_sessions(before, PURGE_BATCH)
            .await?;
        let mut ended = 0;
        for session in idle {
            if self
                .inner
                .database
                .delete_pds_session(&session.id, &session.refresh_token)
                .await?
            {
                ended += 1;
                self.inner.end_at_pds(&session).await;
            }
        }
        Ok(ended)
    }
}

impl Inner {
    async fn load(&self, id: &str, did: &Did) -> Result<StoredPdsSession, PdsSessionError> {
        let session = self.database.find_pds_session(id).await?;
        session
            .filter(|session| session.did == *did)
            .ok_or(PdsSessionError::SessionEnded)
    }

    /// Notes the use of a session, at most once a minute.
    async fn touch(&self, session: &StoredPdsSession) -> Result<(), PdsSessionError> {
        let now = self.clock.now_millis();
        if now - session.last_used_at >= MINUTE {
            self.database.touch_pds_session(&session.id, now).await?;
        }
        Ok(())
    }

    async fn end_at_pds(&self, session: &StoredPdsSession) {
        let Ok(refresh_token) = self.unseal(&session.id, &session.refresh_token) else {
            return;
        };
        if let Err(error) = self
            .pds
            .delete_session(&session.pds, &session.did, &refresh_token)
            .await
        {
            tracing::info!(account.did = %session.did, error = ?error, "a session was not ended at its PDS");
        }
    }

    fn seal_tokens(&self, id: &str, session: &PdsSession) -> Result<RenewedTokens, SealError> {
        let seal = |token: &SecretString| {
            self.sealer
                .seal(id.as_bytes(), token.expose_secret().as_bytes())
        };
        Ok(RenewedTokens {
            access_token: seal(&session.access_token)?,
            refresh_token: seal(&session.refresh_token)?,
            access_expires_at: session.access_expires_at,
            validated_at: self.clock.now_millis(),
        })
    }

    fn unseal(&self, id: &str, sealed: &[u8]) -> Result<SecretString, UnsealError> {
        let token = self.sealer.open(id.as_bytes(), sealed)?;
        String::from_utf8(token)
            .map(Into::into)
            .map_err(|_| UnsealError)
    }
}
