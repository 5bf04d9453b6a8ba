//! Everything with which somebody can act as an account here, to be ended at once.
//!
//! Rows are deleted, and every replica looks rows up at each request, so it takes effect everywhere with the next one.

use atproto::syntax::Did;
use url::Url;

use super::access_tokens::AccessTokenError;
use super::device_login::DeviceLoginError;
use super::oauth::OAuthSessions;
use super::{
    AccessTokens, BrowserSession, BrowserSessions, DeviceLogins, PdsSessionError, PdsSessions,
};
use crate::db::DatabaseError;

/// All that acts for accounts. Cheap to clone.
#[derive(Clone)]
pub struct AllAccess {
    /// Browsers that are signed in.
    pub browsers: BrowserSessions,
    /// What authorization servers granted.
    pub oauth: OAuthSessions,
    /// Access tokens, of people and of devices.
    pub access_tokens: AccessTokens,
    /// Devices that are about to get one.
    pub device_logins: DeviceLogins,
    /// What app passwords opened.
    pub pds_sessions: PdsSessions,
}

/// Why something was not ended. What came before it was.
#[derive(Debug, thiserror::Error)]
pub enum EndAccessError {
    /// A browser or an OAuth session.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// An access token.
    #[error(transparent)]
    AccessTokens(#[from] AccessTokenError),
    /// A login of a device.
    #[error(transparent)]
    DeviceLogins(#[from] DeviceLoginError),
    /// A login by app password.
    #[error(transparent)]
    PdsSessions(#[from] PdsSessionError),
}

impl AllAccess {
    /// Ends everything of an account.
    pub async fn end(&self, did: &Did) -> Result<(), EndAccessError> {
        self.end_programs(did).await?;
        self.browsers.end_all(did).await?;
        self.oauth.end_all_of(did).await?;
        Ok(())
    }

    /// Ends everything of an account except this browser and what it was granted.
    pub async fn end_all_but(&self, did: &Did, own: &BrowserSession) -> Result<(), EndAccessError> {
        self.end_programs(did).await?;
        self.browsers.end_others(did, &own.id).await?;
        Ok(())
    }

    /// Ends what an account was granted at a PDS that it has left. Its access tokens stay, and write again as soon as
    /// the person signs in at `pds`.
    pub async fn end_elsewhere(&self, did: &Did, pds: &Url) -> Result<(), EndAccessError> {
        self.oauth.end_elsewhere(did, pds).await?;
        self.pds_sessions.end_all_of(did, Some(pds)).await?;
        Ok(())
    }

    /// Logins first, as one of them would make another token.
    async fn end_programs(&self, did: &Did) -> Result<(), EndAccessError> {
        self.device_logins.forget_approved_by(did).await?;
        self.access_tokens.revoke_all(did).await?;
        self.pds_sessions.end_all_of(did, None).await?;
        Ok(())
    }
}
