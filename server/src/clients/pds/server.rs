//! `com.atproto.server.*`: sessions and service tokens.

use atproto::syntax::{Did, Handle};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::pace::Asker;
use super::{PdsClient, PdsError, RepoAccess, method_url, procedure, query};
use crate::clients::outbound::{FetchLimits, OutboundRequest};

/// An access token that does not say when it ends is used for this long, in milliseconds.
const DEFAULT_LIFETIME: i64 = 5 * 60 * 1000;
/// The longest token we store or send back, in bytes.
const MAX_TOKEN_LENGTH: usize = 8 * 1024;

/// A session that a PDS has opened or renewed.
#[derive(Debug, Clone)]
pub struct PdsSession {
    /// Whose session it is, says the PDS. The caller compares it with whom it asked for.
    pub did: Did,
    /// The handle, says the PDS. Not verified.
    pub handle: Option<Handle>,
    /// Whether the account is active.
    pub active: bool,
    /// For requests.
    pub access_token: SecretString,
    /// For the next renewal, once.
    pub refresh_token: SecretString,
    /// When the access token ends, in unix milliseconds.
    pub access_expires_at: i64,
}

#[derive(Serialize)]
struct CreateSession<'a> {
    identifier: &'a str,
    password: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionBody {
    did: Did,
    handle: Option<String>,
    active: Option<bool>,
    access_jwt: SecretString,
    refresh_jwt: SecretString,
}

#[derive(Deserialize)]
struct ServiceAuth {
    token: SecretString,
}

impl PdsClient {
    /// `com.atproto.server.createSession`. [`PdsError::NotAuthorized`] when the password is wrong.
    pub async fn create_session(
        &self,
        pds: &Url,
        did: &Did,
        password: &SecretString,
        now: i64,
    ) -> Result<PdsSession, PdsError> {
        let input = CreateSession {
            identifier: did.as_str(),
            password: password.expose_secret(),
        };
        let request = procedure(pds, "com.atproto.server.createSession", &input)?;
        let asker = Asker::SignIn(did.clone());
        let body = self
            .send_for_json(asker, request, &FetchLimits::PDS_CALL)
            .await?;
        read_session(body, now)
    }

    /// `com.atproto.server.refreshSession`: a new pair of tokens of the account; the old refresh token is spent.
    pub async fn refresh_session(
        &self,
        pds: &Url,
        did: &Did,
        refresh_token: &SecretString,
        now: i64,
    ) -> Result<PdsSession, PdsError> {
        let url = method_url(pds, "com.atproto.server.refreshSession", &[]);
        let request = OutboundRequest::post(url).bearer(refresh_token);
        let body = self
            .send_for_json(Asker::Account(did.clone()), request, &FetchLimits::PDS_CALL)
            .await?;
        read_session(body, now)
    }

    /// `com.atproto.server.deleteSession`, for the account.
    pub async fn delete_session(
        &self,
        pds: &Url,
        did: &Did,
        refresh_token: &SecretString,
    ) -> Result<(), PdsError> {
        let url = method_url(pds, "com.atproto.server.deleteSession", &[]);
        let request = OutboundRequest::post(url).bearer(refresh_token);
        let asker = Asker::Account(did.clone());
        self.send(asker, request, &FetchLimits::PDS_CALL).await?;
        Ok(())
    }

    /// `com.atproto.server.getServiceAuth`: a token with which the account speaks to `audience`, for one
    /// method, until `expires_at`.
    pub async fn get_service_auth(
        &self,
        access: &RepoAccess,
        audience: &str,
        method: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<SecretString, PdsError> {
        let expires_at = expires_at.timestamp().to_string();
        let parameters = [
            ("aud", audience),
            ("lxm", method),
            ("exp", expires_at.as_str()),
        ];
        let request = query(
            &access.pds,
            "com.atproto.server.getServiceAuth",
            &parameters,
        );
        let answer: ServiceAuth = self
            .send_as_for_json(access, request, &FetchLimits::PDS_CALL)
            .await?;
        check_token(&answer.token)?;
        Ok(answer.token)
    }
}

fn read_session(body: SessionBody, now: i64) -> Result<PdsSession, PdsError> {
    check_token(&body.access_jwt)?;
    check_token(&body.refresh_jwt)?;
    let expires_at = expiry_of(body.access_jwt.expose_secret());
    Ok(PdsSession {
        did: body.did,
        handle: body.handle.and_then(|handle| handle.parse().ok()),
        active: body.active.unwrap_or(true),
        access_expires_at: expires_at.unwrap_or(now + DEFAULT_LIFETIME),
        access_token: body.access_jwt,
        refresh_token: body.refresh_jwt,
    })
}

fn check_token(token: &SecretString) -> Result<(), PdsError> {
    let token = token.expose_secret();
    let sound = (1..=MAX_TOKEN_LENGTH).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_graphic());
    if sound {
        Ok(())
    } else {
        Err(PdsError::InvalidAnswer)
    }
}

/// The `exp` of a JWT in unix milliseconds. The signature is the PDS's own business.
fn expiry_of(token: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Claims {
        exp: i64,
    }
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    claims.exp.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_expiry_of_a_token_without_believing_more() {
        let token = |claims: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(
            expiry_of(&token(r#"{"exp":1800000000,"x":1}"#)),
            Some(1_800_000_000_000)
        );
        for unreadable in [
            r#"{"exp":"soon"}"#,
            "{}",
            "[]",
            r#"{"exp":9223372036854775807}"#,
        ] {
            assert_eq!(expiry_of(&token(unreadable)), None, "{unreadable}");
        }
        for unreadable in ["", "opaque", "a.b", "a.!.c"] {
            assert_eq!(expiry_of(unreadable), None, "{unreadable}");
        }
    }
}
