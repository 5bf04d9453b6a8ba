//! Browsers that are signed in.
//!
//! A browser has a random text in a cookie and nothing else; the database has its hash. Every request asks the
//! database, so that signing out somewhere else takes effect with the next request, on every replica.

use std::sync::Arc;
use std::time::Duration;

use atproto::syntax::Did;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::oauth::{OAuthSessions, secret_hash};
use crate::clock::Clock;
use crate::db::browser_sessions::StoredBrowserSession;
use crate::db::{Database, DatabaseError};
use crate::secrets::{Key, random_text};

const MINUTE: i64 = 60 * 1000;
const DAY: i64 = 24 * 60 * MINUTE;
/// A browser that was not used for this long is signed out, in milliseconds.
pub const IDLE_LIMIT: i64 = 30 * DAY;
/// A browser is signed out this long after signing in, however much it is used, in milliseconds.
pub const ABSOLUTE_LIMIT: i64 = 180 * DAY;
/// Dangerous actions are allowed for this long after signing in, in milliseconds.
const FRESH_FOR: i64 = 10 * MINUTE;
/// The length of a cookie of ours, in bytes. Others cost no look-up.
const COOKIE_LENGTH: usize = 43;
/// An OAuth session that nothing uses any more is kept this long, for a sign-in that is just being finished.
const UNUSED_FOR: Duration = Duration::from_mins(10);

/// Signs browsers in and out. Cheap to clone.
#[derive(Clone)]
pub struct BrowserSessions {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    oauth: OAuthSessions,
    clock: Clock,
    csrf_key: Key,
}

/// Names a browser session on pages and in logs. It opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BrowserSessionId(String);

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserSession {
    /// Its name.
    pub id: BrowserSessionId,
    /// Who is signed in.
    pub did: Did,
    /// The OAuth session behind it.
    pub oauth_session_id: String,
    /// Which browser it is, such as "Firefox on Linux".
    pub browser: String,
    /// Roughly where the person signed in: the beginning of their network address.
    pub network: Option<String>,
    /// When the person last showed who they are, in unix milliseconds.
    pub signed_in_at: i64,
    /// When it was last used, to a minute, in unix milliseconds.
    pub last_used_at: i64,
    /// What forms on its pages have to carry. Bound to this session, so that a form of another account's page is
    /// refused.
    pub form_token: String,
}

/// What is kept of a browser that signs in, for its person to recognise it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenBrowser {
    /// Such as "Firefox on Linux".
    pub name: String,
    /// The beginning of its network address, such as "203.0.113.0/24".
    pub network: Option<String>,
}

impl From<&str> for SeenBrowser {
    fn from(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            network: None,
        }
    }
}

impl BrowserSessions {
    /// Puts the parts together.
    pub fn new(database: Database, oauth: OAuthSessions, clock: Clock, key: &Key) -> Self {
        Self {
            inner: Arc::new(Inner {
                database,
                oauth,
                clock,
                csrf_key: key.for_purpose("browser forms"),
            }),
        }
    }

    /// Signs a browser in, and whoever was signed in with its old cookie out. Returns the new cookie: never one that
    /// the browser had before.
    pub async fn sign_in(
        &self,
        did: &Did,
        oauth_session_id: &str,
        browser: impl Into<SeenBrowser>,
        old_cookie: Option<&str>,
    ) -> Result<SecretString, DatabaseError> {
        let browser = browser.into();
        let cookie = random_text();
        let now = self.inner.clock.now_millis();
        self.inner
            .database
            .insert_browser_session(&StoredBrowserSession {
                id_hash: secret_hash(&cookie).to_vec(),
                name: Uuid::new_v4().simple().to_string(),
                did: did.clone(),
                oauth_session_id: oauth_session_id.to_owned(),
                browser: browser.name,
                network: browser.network,
                signed_in_at: now,
                last_used_at: now,
            })
            .await?;
        if let Some(old) = old_cookie {
            self.sign_out(old).await?;
        }
        Ok(cookie.into())
    }

    /// Who is signed in with a cookie. Notes the use.
    pub async fn find(&self, cookie: &str) -> Result<Option<BrowserSession>, DatabaseError> {
        if cookie.len() != COOKIE_LENGTH {
            return Ok(None);
        }
        let inner = &self.inner;
        let id_hash = secret_hash(cookie);
        let Some(stored) = inner.database.find_browser_session(&id_hash).await? else {
            return Ok(None);
        };
        let now = inner.clock.now_millis();
        if now - stored.last_used_at > IDLE_LIMIT || now - stored.signed_in_at > ABSOLUTE_LIMIT {
            return Ok(None);
        }
        if now - stored.last_used_at >= MINUTE {
            inner.database.touch_browser_session(&id_hash, now).await?;
        }
        Ok(Some(inner.describe(stored)))
    }

    /// Where an account is signed in, the last used first.
    pub async fn list(&self, did: &Did) -> Result<Vec<BrowserSession>, DatabaseError> {
        let sessions = self.inner.database.list_browser_sessions(did).await?;
        Ok(sessions
            .into_iter()
            .map(|stored| self.inner.describe(stored))
            .collect())
    }

    /// Signs the browser with this cookie out. The OAuth session ends with it, unless something else uses it.
    pub async fn sign_out(&self, cookie: &str) -> Result<(), DatabaseError> {
        match self
            .inner
            .database
            .find_browser_session(&secret_hash(cookie))
            .await?
        {
            Some(stored) => self.end(&stored.did, &BrowserSessionId(stored.name)).await,
            None => Ok(()),
        }
    }

    /// Signs one browser of an account out.
    pub async fn end(&self, did: &Did, id: &BrowserSessionId) -> Result<(), DatabaseError> {
        let inner = &self.inner;
        if let Some(ended) = inner.database.delete_browser_session(did, &id.0).await? {
            tracing::info!(account.did = %did, browser_session = %ended.name, "a browser was signed out");
            inner.oauth.end_if_unused(&ended.oauth_session_id).await?;
        }
        Ok(())
    }

    /// Signs every browser of an account out.
    pub async fn end_all(&self, did: &Did) -> Result<(), DatabaseError> {
        let inner = &self.inner;
        let ended = inner.database.delete_browser_sessions_of(did).await?;
        tracing::info!(account.did = %did, sessions = ended.len(), "every browser of an account was signed out");
        for oauth_session_id in ended {
            inner.oauth.end_if_unused(&oauth_session_id).await?;
        }
        Ok(())
    }

    /// Signs every browser of an account out except one.
    pub async fn end_others(&self, did: &Did, own: &BrowserSessionId) -> Result<(), DatabaseError> {
        for session in self.inner.database.list_browser_sessions(did).await? {
            if session.name != own.0 {
                self.end(did, &BrowserSessionId(session.name)).await?;
            }
        }
        Ok(())
    }

    /// Forgets browsers whose time is over, and ends the OAuth sessions that nothing uses any more.
    pub async fn purge(&self) -> Result<usize, DatabaseError> {
        let inner = &self.inner;
        let now = inner.clock.now_millis();
        inner
            .database
            .purge_browser_sessions(now - IDLE_LIMIT, now - ABSOLUTE_LIMIT)
            .await?;
        inner.oauth.purge_unused(UNUSED_FOR).await
    }

    /// Whether the person showed who they are a short while ago, as dangerous actions ask for.
    pub fn is_fresh(&self, session: &BrowserSession) -> bool {
        let age = self.inner.clock.now_millis() - session.signed_in_at;
        (0..FRESH_FOR).contains(&age)
    }
}

impl BrowserSession {
    /// Whether a form comes from a page of this session.
    pub fn accepts_form(&self, token: &str) -> bool {
        self.form_token.as_bytes().ct_eq(token.as_bytes()).into()
    }
}

impl BrowserSessionId {
    /// The name that a form carries. Whatever it says, only sessions of the account that asks are found by it.
    pub fn from_form(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Inner {
    fn describe(&self, stored: StoredBrowserSession) -> BrowserSession {
        let form_token = URL_SAFE_NO_PAD.encode(self.csrf_key.authenticate(&stored.id_hash));
        BrowserSession {
            id: BrowserSessionId(stored.name),
            did: stored.did,
            oauth_session_id: stored.oauth_session_id,
            browser: stored.browser,
            network: stored.network,
            signed_in_at: stored.signed_in_at,
            last_used_at: stored.last_used_at,
            form_token,
        }
    }
}
