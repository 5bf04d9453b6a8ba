//! The token endpoint: who are you, and what may you do?

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat};
use http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderMap, HeaderValue};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use oci::parse_scopes;
use secrecy::SecretString;
use serde::Serialize;
use url::form_urlencoded;

use crate::handlers::middleware::client_address::ClientAddress;
use crate::registry::registry_token::TokenSubject;

use super::error::TokenError;
use super::login::{Credentials, log_in};
use super::{TokenState, grants};

/// Forms larger than this are refused; 64 of the longest scopes fit.
const MAX_FORM_BYTES: usize = 64 * 1024;

/// What a client asks for, by query or form.
#[derive(Default)]
struct TokenRequest {
    service: Option<String>,
    scopes: Vec<String>,
    grant_type: Option<String>,
    username: Option<String>,
    password: Option<SecretString>,
}

#[derive(Serialize)]
struct TokenResponse {
    token: String,
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    issued_at: String,
    scope: String,
}

/// `GET /auth/token?service=…&scope=…`, anonymous or with Basic credentials.
pub async fn get(
    State(state): State<TokenState>,
    client: ClientAddress,
    request: Request,
) -> Result<Response, TokenError> {
    let wanted = TokenRequest::parse(request.uri().query().unwrap_or_default().as_bytes())?;
    let credentials = basic_credentials(request.headers())?;
    issue(&state, client, wanted, credentials).await
}

/// `POST /auth/token` with `grant_type=password`.
pub async fn post(
    State(state): State<TokenState>,
    client: ClientAddress,
    request: Request,
) -> Result<Response, TokenError> {
    let form = read_form(request.into_body()).await?;
    let mut wanted = TokenRequest::parse(&form)?;
    match wanted.grant_type.as_deref() {
        Some("password") => {}
        Some(_) => return Err(TokenError::UnsupportedGrantType),
        None => return Err(TokenError::Invalid("the form has no grant_type".into())),
    }
    let (Some(identifier), Some(password)) = (wanted.username.take(), wanted.password.take())
    else {
        return Err(TokenError::Invalid(
            "the form has no username and password".into(),
        ));
    };
    issue(
        &state,
        client,
        wanted,
        Some(Credentials {
            identifier,
            password,
        }),
    )
    .await
}

async fn issue(
    state: &TokenState,
    client: ClientAddress,
    wanted: TokenRequest,
    credentials: Option<Credentials>,
) -> Result<Response, TokenError> {
    // Compared, never copied: a token for another service is not ours to make (checklist TK-02).
    if let Some(service) = &wanted.service
        && service != state.tokens.service()
    {
        return Err(TokenError::Invalid(format!(
            "this token endpoint serves {}, not the service that was asked for",
            state.tokens.service()
        )));
    }
    let scopes = parse_scopes(wanted.scopes.iter().map(String::as_str))
        .map_err(|error| TokenError::Invalid(error.to_string()))?;
    let login = match credentials {
        None => None,
        Some(credentials) => Some(log_in(state, client, credentials).await?),
    };
    let grants = grants::decide(state, login.as_ref(), scopes).await?;
    let now = state.clock.now_millis() / 1000;
    let subject = login
        .as_ref()
        .map_or_else(TokenSubject::default, |login| TokenSubject {
            did: Some(&login.did),
            session: login.session.as_deref(),
            access_token: login.access_token.as_ref().map(|token| token.id.as_str()),
        });
    let token = state.tokens.issue(subject, grants.access, now);
    Ok(answer(state, token, now, grants.scopes.join(" ")))
}

fn answer(state: &TokenState, token: String, now: i64, scope: String) -> Response {
    let issued_at = DateTime::from_timestamp(now, 0).unwrap_or_default();
    let mut response = axum::Json(TokenResponse {
        access_token: token.clone(),
        token,
        token_type: "Bearer",
        expires_in: state.tokens.lifetime_seconds(),
        issued_at: issued_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        scope,
    })
    .into_response();
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl TokenRequest {
    /// Only scopes come more than once (RFC 6749, section 3.2): of two services or names, whoever stands in
    /// front of this server may have looked at the other one.
    fn parse(encoded: &[u8]) -> Result<Self, TokenError> {
        let mut request = Self::default();
        for (name, value) in form_urlencoded::parse(encoded) {
            let value = value.into_owned();
            let is_repeated = match name.as_ref() {
                "scope" => {
                    request.scopes.push(value);
                    false
                }
                "service" => request.service.replace(value).is_some(),
                "grant_type" => request.grant_type.replace(value).is_some(),
                "username" => request.username.replace(value).is_some(),
                "password" => request
                    .password
                    .replace(SecretString::from(value))
                    .is_some(),
                _ => false,
            };
            if is_repeated {
                return Err(TokenError::Invalid(format!(
                    "{name} is given more than once"
                )));
            }
        }
        Ok(request)
    }
}

/// RFC 7617. No header is nobody in particular; another scheme or a broken header is an error, so that nobody
/// is taken for anonymous by mistake.
fn basic_credentials(headers: &HeaderMap) -> Result<Option<Credentials>, TokenError> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let broken = || TokenError::Invalid("the Authorization header is not Basic credentials".into());
    let encoded = header
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .map(|(_, encoded)| encoded.trim())
        .ok_or_else(broken)?;
    let decoded = STANDARD.decode(encoded).map_err(|_| broken())?;
    let decoded = String::from_utf8(decoded).map_err(|_| broken())?;
    // A DID has colons of its own, app passwords and access tokens have none; so the last one separates.
    let (identifier, password) = if decoded.starts_with("did:") {
        decoded.rsplit_once(':')
    } else {
        decoded.split_once(':')
    }
    .ok_or_else(broken)?;
    Ok(Some(Credentials {
        identifier: identifier.to_owned(),
        password: password.to_owned().into(),
    }))
}

async fn read_form(body: Body) -> Result<Vec<u8>, TokenError> {
    match Limited::new(body, MAX_FORM_BYTES).collect().await {
        Ok(collected) => Ok(collected.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => Err(TokenError::TooLarge {
            limit: MAX_FORM_BYTES,
        }),
        Err(_) => Err(TokenError::Invalid("the form broke off".into())),
    }
}
