//! Credentials: an app password or an access token, and whose they are.

use atproto::syntax::Did;
use secrecy::SecretString;

use super::TokenState;
use super::error::TokenError;
use crate::accounts::access_tokens::{AccessToken, is_access_token};
use crate::clients::hold::HoldUser;
use crate::handlers::middleware::client_address::ClientAddress;

/// A name and a secret.
pub struct Credentials {
    /// A handle or a DID.
    pub identifier: String,
    /// An app password or an access token.
    pub password: SecretString,
}

/// Somebody whose credentials are good.
pub struct Login {
    /// Who it is.
    pub did: Did,
    /// The PDS session that their pushes write with. A login by access token may lack one.
    pub session: Option<String>,
    /// What they logged in with, if not an app password.
    pub access_token: Option<AccessToken>,
}

impl Login {
    /// For whom holds are asked.
    pub fn hold_user(&self) -> HoldUser {
        HoldUser {
            did: self.did.clone(),
            session: self.session.clone(),
        }
    }
}

/// Checks credentials, and counts those that are wrong.
pub async fn log_in(
    state: &TokenState,
    client: ClientAddress,
    credentials: Credentials,
) -> Result<Login, TokenError> {
    let name = credentials.identifier.clone();
    // A good access token opens, however many wrong ones come from its address: to look it up bothers nobody. A
    // password is tried at somebody's PDS.
    if !is_access_token(&credentials.password) {
        state.limits.may_log_in(client, &name)?;
    }
    let login = match check(state, credentials).await {
        Err(error) if error.is_wrong_credentials() => {
            state.limits.note_wrong_login(client, &name)?;
            return Err(error);
        }
        outcome => outcome?,
    };
    if state.active_accounts.is_active(&login.did).await {
        Ok(login)
    } else {
        Err(TokenError::AccountInactive)
    }
}

/// An access token never goes to a PDS, and a password never to our tokens.
async fn check(state: &TokenState, credentials: Credentials) -> Result<Login, TokenError> {
    let Credentials {
        identifier,
        password,
    } = credentials;
    if !is_access_token(&password) {
        let signed_in = state.sessions.sign_in(&identifier, &password).await?;
        return Ok(Login {
            did: signed_in.did,
            session: Some(signed_in.session_id),
            access_token: None,
        });
    }
    let access_token = state
        .access_tokens
        .authenticate(&identifier, &password)
        .await?;
    Ok(Login {
        session: state.sessions.find_session_for(&access_token.did).await?,
        did: access_token.did.clone(),
        access_token: Some(access_token),
    })
}
