//! Acting for somebody with their OAuth session, and ending it.

use std::sync::Arc;
use std::time::Duration;

use atproto::oauth::{Issuer, KEY_BYTES, OAuthKey, Scopes, TokenResponse};
use atproto::syntax::Did;
use secrecy::SecretString;
use tokio::sync::Mutex;
use url::Url;

use super::finish::log_not_revoked;
use super::server_calls::Speaker;
use super::{ID_PREFIX, Inner, OAuthSessions, Permission, ServerError};
use crate::accounts::PdsSessionError;
use crate::clients::dpop::DpopToken;
use crate::clients::pds::{PdsCredential, RepoAccess};
use crate::db::DatabaseError;
use crate::db::oauth_sessions::{RenewedOAuthTokens, StoredOAuthSession};
use crate::secrets::{SealError, UnsealError};

const MINUTE: i64 = 60 * 1000;
/// Sessions ended in one call of [`OAuthSessions::purge_unused`].
const PURGE_BATCH: i64 = 100;
/// How long to wait before a token is given back again.
const REVOKE_AGAIN: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(30)];

/// One account's session, for requests in the account's name.
pub struct OAuthAccess {
    inner: Arc<Inner>,
    /// The newest tokens this value has seen.
    session: Mutex<StoredOAuthSession>,
}

impl OAuthSessions {
    /// Whether an id is one of an OAuth session.
    pub fn has_id(id: &str) -> bool {
        id.starts_with(ID_PREFIX)
    }

    /// A session by its id, if it is this account's.
    pub async fn open(&self, id: &str, did: &Did) -> Result<OAuthAccess, PdsSessionError> {
        let session = self.inner.load(id, did).await?;
        self.inner.touch(&session).await?;
        Ok(OAuthAccess {
            inner: Arc::clone(&self.inner),
            session: Mutex::new(session),
        })
    }

    /// The id of the session of an account that can do this, if there is one: the one that access tokens keep, or the
    /// newest.
    pub async fn find_session_for(
        &self,
        did: &Did,
        permission: Permission,
    ) -> Result<Option<String>, DatabaseError> {
        let wanted = permission.scopes();
        let sessions = self.inner.database.list_oauth_sessions(did).await?;
        Ok(sessions
            .into_iter()
            .find(|session| granted(session).allow(&wanted))
            .map(|session| session.id))
    }

    /// The id of the session with which access tokens and devices of an account push, if there is one. From now on,
    /// signing out of the browser does not end it.
    pub async fn find_session_for_tokens(
        &self,
        did: &Did,
    ) -> Result<Option<String>, DatabaseError> {
        let wanted = Permission::Push.scopes();
        let sessions = self.inner.database.list_oauth_sessions(did).await?;
        let found = sessions
            .into_iter()
            .find(|session| granted(session).allow(&wanted));
        if let Some(session) = found.as_ref().filter(|session| !session.kept_for_tokens) {
            self.keep_for_tokens(&session.id).await?;
        }
        Ok(found.map(|session| session.id))
    }

    /// What was granted to a session. Empty for a session that is gone or lost.
    pub async fn granted_to(&self, id: &str) -> Result<Vec<Permission>, DatabaseError> {
        let session = self.inner.database.find_oauth_session(id).await?;
        let Some(session) = session.filter(|session| session.lost_at.is_none()) else {
            return Ok(Vec::new());
        };
        let scopes = granted(&session);
        let is_granted = |permission: &Permission| scopes.allow(&permission.scopes());
        Ok(Permission::ALL.into_iter().filter(is_granted).collect())
    }

    /// Marks a session as used by access tokens and devices: signing out of the browser does not end it then.
    pub async fn keep_for_tokens(&self, id: &str) -> Result<(), DatabaseError> {
        self.inner
            .database
            .keep_oauth_session_for_tokens(id, true)
            .await
    }

    /// Ends the sessions that access tokens and devices of an account used, now that there are none. Those that a
    /// browser is signed in with stay.
    pub async fn release_tokens_of(&self, did: &Did) -> Result<(), DatabaseError> {
        for session in self.inner.database.list_oauth_sessions(did).await? {
            if session.kept_for_tokens {
                self.inner
                    .database
                    .keep_oauth_session_for_tokens(&session.id, false)
                    .await?;
                self.end_if_unused(&session.id).await?;
            }
        }
        Ok(())
    }

    /// Ends a session when no browser and no token uses it: here at once, at its server as soon as that can be
    /// reached.
    pub async fn end_if_unused(&self, id: &str) -> Result<(), DatabaseError> {
        if let Some(session) = self.inner.database.delete_unused_oauth_session(id).await? {
            let inner = Arc::clone(&self.inner);
            tokio::spawn(async move { inner.end_at_server(&session).await });
        }
        Ok(())
    }

    /// Ends every session of an account, whatever uses it, and signs its browsers out.
    pub async fn end_all_of(&self, did: &Did) -> Result<usize, DatabaseError> {
        let sessions = self.inner.database.list_oauth_sessions(did).await?;
        let mut ended = 0;
        for session in sessions {
            if self.inner.database.end_oauth_session(&session).await? {
                ended += 1;
                let inner = Arc::clone(&self.inner);
                tokio::spawn(async move { inner.end_at_server(&session).await });
            }
        }
        Ok(ended)
    }

    /// Ends the sessions of an account at any PDS but this one, which it has moved to, and signs their browsers out.
    /// The tokens are good for nothing any more, so nobody is told.
    pub async fn end_elsewhere(&self, did: &Did, pds: &Url) -> Result<(), DatabaseError> {
        for session in self.inner.database.list_oauth_sessions(did).await? {
            if session.pds != *pds {
                self.inner.database.end_oauth_session(&session).await?;
            }
        }
        Ok(())
    }

    /// Forgets sign-ins that nobody came back from, and ends sessions that nothing uses since `idle_for`. Returns how
    /// many were ended; call it again when there were many.
    pub async fn purge_unused(&self, idle_for: Duration) -> Result<usize, DatabaseError> {
        let inner = &self.inner;
        let now = inner.clock.now_millis();
        inner.database.purge_oauth_requests(now).await?;
        let idle_for = i64::try_from(idle_for.as_millis()).unwrap_or(i64::MAX);
        let unused = inner
            .database
            .list_unused_oauth_sessions(now.saturating_sub(idle_for), PURGE_BATCH)
            .await?;
        let mut ended = 0;
        for session in unused {
            if let Some(session) = inner
                .database
                .delete_unused_oauth_session(&session.id)
                .await?
            {
                ended += 1;
                inner.end_at_server(&session).await;
            }
        }
        Ok(ended)
    }
}

impl OAuthAccess {
    /// Access with a token that is good for a while.
    pub(in crate::accounts) async fn current(&self) -> Result<RepoAccess, PdsSessionError> {
        let seen = self.session.lock().await.clone();
        // Boxed: it waits for a whole sign-in's worth of requests, and sits inside every push.
        let session = Box::pin(self.inner.with_good_token(seen)).await?;
        self.keep(session).await
    }

    /// Access with another token than the last one, which the PDS did not accept.
    pub(in crate::accounts) async fn renewed(&self) -> Result<RepoAccess, PdsSessionError> {
        let seen = self.session.lock().await.clone();
        let session = Box::pin(self.inner.refresh(&seen)).await?;
        self.keep(session).await
    }

    /// The origin of the PDS.
    pub(in crate::accounts) async fn pds(&self) -> url::Url {
        self.session.lock().await.pds.clone()
    }

    async fn keep(&self, session: StoredOAuthSession) -> Result<RepoAccess, PdsSessionError> {
        let access = self.inner.repo_access(&session);
        *self.session.lock().await = session;
        access.map_err(|UnsealError| PdsSessionError::SessionEnded)
    }
}

impl Inner {
    pub(super) async fn load(
        &self,
        id: &str,
        did: &Did,
    ) -> Result<StoredOAuthSession, PdsSessionError> {
        let session = self.database.find_oauth_session(id).await?;
        match session.filter(|session| session.did == *did) {
            Some(session) if session.lost_at.is_some() => Err(PdsSessionError::SessionLost),
            Some(session) => Ok(session),
            None => Err(PdsSessionError::SessionEnded),
        }
    }

    /// Notes the use of a session, at most once a minute.
    async fn touch(&self, session: &StoredOAuthSession) -> Result<(), DatabaseError> {
        let now = self.clock.now_millis();
        if now - session.last_used_at >= MINUTE {
            self.database.touch_oauth_session(&session.id, now).await?;
        }
        Ok(())
    }

    fn repo_access(&self, session: &StoredOAuthSession) -> Result<RepoAccess, UnsealError> {
        let access_token = self.open_token(session, "access", &session.access_token)?;
        Ok(RepoAccess {
            pds: session.pds.clone(),
            did: session.did.clone(),
            credential: PdsCredential::Dpop(DpopToken {
                client: self.dpop.clone(),
                key: self.open_key(session)?,
                access_token: SecretString::from(access_token),
            }),
        })
    }

    /// Gives the tokens of a session that is deleted here back to its server.
    async fn end_at_server(&self, session: &StoredOAuthSession) {
        for pause in REVOKE_AGAIN.into_iter().map(Some).chain([None]) {
            match (self.try_end_at_server(session).await, pause) {
                (Err(error), Some(pause)) if error.is_transient() => {
                    tokio::time::sleep(pause).await;
                }
                (Err(error), _) => return log_not_revoked(&error),
                (Ok(()), _) => return,
            }
        }
    }

    async fn try_end_at_server(&self, session: &StoredOAuthSession) -> Result<(), ServerError> {
        let unusable = || ServerError::InvalidAnswer { status: 0 };
        let issuer = Issuer::parse(&session.issuer, self.development).ok_or_else(unusable)?;
        let credential = self
            .client
            .find_credential(session.client_key_id.as_deref())
            .ok_or_else(unusable)?;
        let dpop_key = self.open_key(session).map_err(|_| unusable())?;
        let token = match &session.refresh_token {
            Some(_) => self.open_refresh_token(session),
            None => self.open_token(session, "access", &session.access_token),
        }
        .map_err(|_| unusable())?;
        let server = self
            .discovery
            .server(&issuer)
            .await
            .map_err(|_| ServerError::Unavailable(None))?;
        let speaker = Speaker {
            server: &server,
            credential: &credential,
            dpop_key: &dpop_key,
        };
        self.revoke_token(&speaker, &token).await
    }

    /// Seals tokens to their session and their place in it.
    pub(super) fn seal_tokens(
        &self,
        id: &str,
        tokens: &TokenResponse,
    ) -> Result<RenewedOAuthTokens, SealError> {
        let seal = |place, token: &str| self.sealer.seal(&context(id, place), token.as_bytes());
        let now = self.clock.now_millis();
        Ok(RenewedOAuthTokens {
            access_token: seal("access", &tokens.access_token)?,
            refresh_token: tokens
                .refresh_token
                .as_deref()
                .map(|token| seal("refresh", token))
                .transpose()?,
            scopes: tokens.scopes.to_string(),
            access_expires_at: now + tokens.lifetime_seconds * 1000,
            refreshed_at: now,
        })
    }

    pub(super) fn seal_key(&self, id: &str, key: &OAuthKey) -> Result<Vec<u8>, SealError> {
        self.sealer.seal(&context(id, "key"), &key.to_bytes())
    }

    pub(super) fn open_key(&self, session: &StoredOAuthSession) -> Result<OAuthKey, UnsealError> {
        let bytes = self
            .sealer
            .open(&context(&session.id, "key"), &session.dpop_key)?;
        let bytes: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| UnsealError)?;
        OAuthKey::from_bytes(&bytes).map_err(|_| UnsealError)
    }

    pub(super) fn open_refresh_token(
        &self,
        session: &StoredOAuthSession,
    ) -> Result<String, UnsealError> {
        let sealed = session.refresh_token.as_deref().ok_or(UnsealError)?;
        self.open_token(session, "refresh", sealed)
    }

    fn open_token(
        &self,
        session: &StoredOAuthSession,
        place: &str,
        sealed: &[u8],
    ) -> Result<String, UnsealError> {
        let token = self.sealer.open(&context(&session.id, place), sealed)?;
        String::from_utf8(token).map_err(|_| UnsealError)
    }
}

fn context(id: &str, place: &str) -> Vec<u8> {
    format!("{id} {place}").into_bytes()
}

/// Scopes that do not read were not granted.
fn granted(session: &StoredOAuthSession) -> Scopes {
    Scopes::parse(&session.scopes).unwrap_or_default()
}
