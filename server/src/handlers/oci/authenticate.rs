//! Who asks: the registry token of a request, and the challenge for the next one.

use std::fmt::Write as _;
use std::sync::Arc;

use atproto::syntax::Did;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use oci::Scope;

use crate::registry::permissions::Caller;

use super::{OciError, OciState};

/// Reads the token that a request presents. No `Authorization` at all is nobody in particular; one that is not
/// a valid registry token is refused, and so is one whose access token was revoked in the meantime.
pub async fn authenticate(state: &OciState, headers: &HeaderMap) -> Result<Caller, OciError> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Ok(Caller::default());
    };
    let token = header
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| {
            OciError::unauthorized(
                "use a registry token (Authorization: Bearer) from the token endpoint",
            )
        })?;
    let now = state.clock.now_millis() / 1000;
    let claims = state
        .tokens
        .verify(token, now)
        .map_err(|error| OciError::unauthorized(error.to_string()))?;
    let did: Option<Did> = match claims.sub.as_str() {
        "" => None,
        sub => Some(
            sub.parse()
                .map_err(|_| OciError::unauthorized("the registry token is malformed"))?,
        ),
    };
    if let Some(did) = &did
        && !state.active_accounts.is_active(did).await
    {
        return Err(OciError::unauthorized(
            "the account of this login is deactivated or gone at its PDS; make it active there, then log in anew",
        ));
    }
    if claims.atk.is_empty()
        && !claims.sid.is_empty()
        && !state
            .sessions
            .is_live(&claims.sid)
            .await
            .map_err(|error| OciError::internal(&error))?
    {
        return Err(OciError::unauthorized(
            "this login was ended or has expired; log in again",
        ));
    }
    if !claims.atk.is_empty()
        && !state
            .access_tokens
            .is_live(&claims.atk)
            .await
            .map_err(|error| OciError::internal(&error))?
    {
        return Err(OciError::unauthorized(
            "the access token of this login was revoked or has expired; log in with another one",
        ));
    }
    Ok(Caller {
        did,
        session: Some(claims.sid.clone()).filter(|session| !session.is_empty()),
        grants: Some(Arc::clone(&claims.access)),
    })
}

/// `WWW-Authenticate` for a request that needs `scopes` (Docker Registry token specification). Everything in it is
/// configuration or a parsed name, so no header of the request can change it.
pub fn challenge(state: &OciState, scopes: &[Scope], had_token: bool) -> String {
    let mut challenge = format!(
        r#"Bearer realm="{}",service="{}""#,
        state.token_realm,
        state.tokens.service()
    );
    if !scopes.is_empty() {
        let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
        let _ = write!(challenge, r#",scope="{}""#, scopes.join(" "));
    }
    if had_token {
        challenge.push_str(r#",error="insufficient_scope""#);
    }
    challenge
}
