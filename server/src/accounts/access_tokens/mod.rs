//! Access tokens: credentials of ours for CI and for devices, each good for a part of what its person may do.
//!
//! A token is presented in place of a password at the token endpoint. It is shown once and kept as a hash; what
//! it opens is looked up with every request that came by it, so revoking takes effect at once, on every replica.

mod error;
mod scopes;
mod secret;
#[cfg(test)]
mod tests;

pub use error::AccessTokenError;
pub use scopes::{
    AccessScope, AccessScopes, PatternOwner, PatternParseError, RepositoryPattern, ScopesError,
};
pub use secret::{PREFIX, is_access_token};
pub(super) use secret::{SecretHash, random_characters};

use std::sync::Arc;

use atproto::syntax::{AtIdentifier, Did};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use uuid::Uuid;

use super::oauth::OAuthSessions;
use super::pds_sessions::parse_identifier;
use crate::clock::Clock;
use crate::db::Database;
use crate::db::access_tokens::StoredAccessToken;
use crate::identity::{Freshness, Identities};

/// Longest name of a token.
pub const MAX_NAME_CHARACTERS: usize = 64;
/// How many tokens somebody may have that have not expired.
pub const MAX_TOKENS: u16 = 100;
/// The longest a token lives.
pub const MAX_LIFETIME: TimeDelta = TimeDelta::days(365);
/// The shortest a token lives.
pub const MIN_LIFETIME: TimeDelta = TimeDelta::days(1);
/// How long a login of a device lasts.
pub const DEVICE_LIFETIME: TimeDelta = TimeDelta::days(180);

const MINUTE: i64 = 60 * 1000;
/// Expired tokens stay listed for this long, so that people see what ended.
const KEPT_AFTER_EXPIRY: TimeDelta = TimeDelta::days(30);

/// Makes, finds and revokes access tokens. Cheap to clone.
#[derive(Clone)]
pub struct AccessTokens {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    identities: Identities,
    clock: Clock,
    oauth: Option<OAuthSessions>,
}

/// What access tokens are made of.
pub struct AccessTokensSetup {
    /// Keeps them.
    pub database: Database,
    /// Says whose a name is.
    pub identities: Identities,
    /// The time.
    pub clock: Clock,
    /// Keeps the sessions that they push with, for as long as there are any. Without it they push with app passwords
    /// that are in use.
    pub oauth: Option<OAuthSessions>,
}

/// How a token came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessTokenKind {
    /// Its person made it on the settings page.
    Personal,
    /// A device logged in.
    Device,
}

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// Names it where it is listed and revoked. Opens nothing.
    pub id: String,
    /// Whose it is.
    pub did: Did,
    /// How it came to be.
    pub kind: AccessTokenKind,
    /// What its owner calls it.
    pub name: String,
    /// What it is good for.
    pub scopes: AccessScopes,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it opens nothing.
    pub expires_at: DateTime<Utc>,
    /// When it last opened something, to a minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewAccessToken {
    /// How it comes to be.
    pub kind: AccessTokenKind,
    /// What its owner calls it.
    pub name: String,
    /// What it is good for.
    pub scopes: AccessScopes,
    /// How long it lives.
    pub lifetime: TimeDelta,
}

/// A token that was just made.
#[derive(Debug, Clone)]
pub struct CreatedAccessToken {
    /// What is kept of it.
    pub token: AccessToken,
    /// The token itself, which nobody can be shown again.
    pub secret: SecretString,
}

impl AccessTokens {
    /// Puts the parts together.
    pub fn new(setup: AccessTokensSetup) -> Self {
        let inner = Inner {
            database: setup.database,
            identities: setup.identities,
            clock: setup.clock,
            oauth: setup.oauth,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Makes a token for `owner`, whoever asks: the caller knows that it is them.
    pub async fn create(
        &self,
        owner: &Did,
        new: NewAccessToken,
    ) -> Result<CreatedAccessToken, AccessTokenError> {
        let name = check_name(&new.name)?;
        if !(MIN_LIFETIME..=MAX_LIFETIME).contains(&new.lifetime) {
            return Err(AccessTokenError::BadLifetime);
        }
        let created_at = self.inner.clock.now();
        let token = AccessToken {
            id: Uuid::now_v7().simple().to_string(),
            did: owner.clone(),
            kind: new.kind,
            name,
            scopes: new.scopes,
            created_at,
            expires_at: created_at + new.lifetime,
            last_used_at: None,
        };
        let secret = secret::generate()?;
        let is_stored = self
            .inner
            .database
            .insert_access_token(
                &token.to_stored(),
                secret::read(&secret)?.as_bytes(),
                i64::from(MAX_TOKENS),
            )
            .await?;
        if !is_stored {
            return Err(AccessTokenError::TooMany);
        }
        if let Some(oauth) = &self.inner.oauth {
            oauth.find_session_for_tokens(owner).await?;
        }
        tracing::info!(account.did = %token.did, access_token.id = token.id, "an access token was made");
        Ok(CreatedAccessToken { token, secret })
    }

    /// The token that somebody presents, with the handle or DID of its owner beside it.
    pub async fn authenticate(
        &self,
        identifier: &str,
        secret: &SecretString,
    ) -> Result<AccessToken, AccessTokenError> {
        let hash = secret::read(secret)?;
        let stored = self
            .inner
            .database
            .find_access_token(hash.as_bytes())
            .await?;
        let token = AccessToken::try_from(stored.ok_or(AccessTokenError::Unknown)?)?;
        let now = self.inner.clock.now();
        if token.expires_at <= now {
            return Err(AccessTokenError::Expired {
                at: token.expires_at,
            });
        }
        if self.account_of(identifier).await? != token.did {
            return Err(AccessTokenError::WrongAccount);
        }
        let last_used = token.last_used_at.map_or(0, |at| at.timestamp_millis());
        if now.timestamp_millis() - last_used >= MINUTE {
            let database = &self.inner.database;
            database
                .touch_access_token(&token.id, now.timestamp_millis())
                .await?;
        }
        Ok(token)
    }

    async fn account_of(&self, identifier: &str) -> Result<Did, AccessTokenError> {
        match parse_identifier(identifier)? {
            // The token says who it is; the network need not be asked for a DID.
            AtIdentifier::Did(did) => Ok(did),
            handle @ AtIdentifier::Handle(_) => {
                let identities = &self.inner.identities;
                Ok(identities
                    .resolve(&handle, Freshness::ForAuth)
                    .await?
                    .did
                    .clone())
            }
        }
    }

    /// A pattern as people type it, with a handle or a DID in any spelling before the first slash.
    pub async fn read_pattern(&self, text: &str) -> Result<RepositoryPattern, AccessTokenError> {
        let (owner, path) = text.trim().split_once('/').ok_or(PatternParseError)?;
        let owner = match owner {
            "*" => PatternOwner::Anybody,
            name => PatternOwner::Account(self.account_of(name).await?),
        };
        Ok(RepositoryPattern::new(owner, path)?)
    }

    /// Whether a token that [`AccessTokens::authenticate`] found is still there and has not expired.
    pub async fn is_live(&self, id: &str) -> Result<bool, AccessTokenError> {
        let now = self.inner.clock.now_millis();
        Ok(self.inner.database.is_access_token_live(id, now).await?)
    }

    /// Somebody's tokens, the newest first; those that expired a while ago are among them.
    pub async fn list(&self, owner: &Did) -> Result<Vec<AccessToken>, AccessTokenError> {
        let stored = self.inner.database.list_access_tokens(owner).await?;
        stored.into_iter().map(AccessToken::try_from).collect()
    }

    /// Ends one of somebody's tokens, from the next request on. `false` when they have no such token.
    pub async fn revoke(&self, owner: &Did, id: &str) -> Result<bool, AccessTokenError> {
        let is_revoked = self.inner.database.delete_access_token(owner, id).await?;
        if is_revoked {
            tracing::info!(account.did = %owner, access_token.id = id, "an access token was revoked");
            self.release_sessions(owner).await?;
        }
        Ok(is_revoked)
    }

    /// Ends all of somebody's tokens and says how many.
    pub async fn revoke_all(&self, owner: &Did) -> Result<u64, AccessTokenError> {
        let revoked = self.inner.database.delete_access_tokens(owner).await?;
        tracing::info!(account.did = %owner, access_tokens = revoked, "all access tokens were revoked");
        self.release_sessions(owner).await?;
        Ok(revoked)
    }

    /// Ends the token that somebody holds in their hands, whoever they are: its owner who logs out, or a finder.
    /// RFC 7009: what is no token (any more) is no error.
    pub async fn revoke_presented(&self, secret: &SecretString) -> Result<(), AccessTokenError> {
        let Ok(hash) = secret::read(secret) else {
            return Ok(());
        };
        let stored = self
            .inner
            .database
            .find_access_token(hash.as_bytes())
            .await?;
        if let Some(stored) = stored {
            self.revoke(&stored.did, &stored.id).await?;
        }
        Ok(())
    }

    /// Forgets tokens that expired long ago.
    pub async fn purge(&self) -> Result<u64, AccessTokenError> {
        let before = self.inner.clock.now() - KEPT_AFTER_EXPIRY;
        let database = &self.inner.database;
        let mut owners = database
            .purge_access_tokens(before.timestamp_millis())
            .await?;
        let purged = owners.len() as u64;
        owners.sort();
        owners.dedup();
        for owner in owners {
            self.release_sessions(&owner).await?;
        }
        Ok(purged)
    }

    /// Ends the sessions that somebody's tokens pushed with, when there are no tokens any more.
    async fn release_sessions(&self, owner: &Did) -> Result<(), AccessTokenError> {
        let Some(oauth) = &self.inner.oauth else {
            return Ok(());
        };
        let left = self.inner.database.list_access_tokens(owner).await?;
        if left.is_empty() {
            oauth.release_tokens_of(owner).await?;
        }
        Ok(())
    }
}

/// Trimmed, not empty, not long, and nothing in it that moves the text around it.
fn check_name(name: &str) -> Result<String, AccessTokenError> {
    let name = name.trim();
    let is_short = (1..=MAX_NAME_CHARACTERS).contains(&name.chars().count());
    if !is_short || name.chars().any(is_invisible) {
        return Err(AccessTokenError::BadName);
    }
    Ok(name.to_owned())
}

/// Control characters, and those that turn the direction of text or take no place.
pub(in crate::accounts) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl AccessTokenKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Device => "device",
        }
    }
}

impl AccessToken {
    fn to_stored(&self) -> StoredAccessToken {
        StoredAccessToken {
            id: self.id.clone(),
            did: self.did.clone(),
            kind: self.kind.as_str().to_owned(),
            name: self.name.clone(),
            scopes: serde_json::to_string(&self.scopes).expect("scopes are plain data"),
            created_at: self.created_at.timestamp_millis(),
            expires_at: self.expires_at.timestamp_millis(),
            last_used_at: self.last_used_at.map(|at| at.timestamp_millis()),
        }
    }
}

impl TryFrom<StoredAccessToken> for AccessToken {
    type Error = AccessTokenError;

    fn try_from(stored: StoredAccessToken) -> Result<Self, Self::Error> {
        let time =
            |millis| DateTime::from_timestamp_millis(millis).ok_or(AccessTokenError::Corrupt);
        let kind = match stored.kind.as_str() {
            "personal" => AccessTokenKind::Personal,
            "device" => AccessTokenKind::Device,
            _ => return Err(AccessTokenError::Corrupt),
        };
        Ok(Self {
            id: stored.id,
            did: stored.did,
            kind,
            name: stored.name,
            scopes: serde_json::from_str(&stored.scopes).map_err(|_| AccessTokenError::Corrupt)?,
            created_at: time(stored.created_at)?,
            expires_at: time(stored.expires_at)?,
            last_used_at: stored.last_used_at.map(time).transpose()?,
        })
    }
}
