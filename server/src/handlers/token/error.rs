//! Errors of the token endpoint. Docker shows `errors[].message`, OAuth 2 clients `error_description`; so the body
//! has both forms.

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use oci::ErrorCode;
use serde_json::json;
use url::Url;

use crate::accounts::access_tokens::AccessTokenError;
use crate::accounts::{PdsSessionError, SignInError};
use crate::clients::pds::PdsError;
use crate::rate_limit::TooOften;
use crate::registry::RegistryError;

/// Why there is no token.
#[derive(Debug)]
pub enum TokenError {
    /// The request is not one.
    Invalid(String),
    /// The form is larger than any honest one.
    TooLarge {
        /// The most it may have, in bytes.
        limit: usize,
    },
    /// A way to get tokens that does not exist here.
    UnsupportedGrantType,
    /// The credentials were not accepted, or could not be checked.
    SignIn(SignInError),
    /// The access token was not accepted, or could not be checked.
    AccessToken(AccessTokenError),
    /// Too many wrong credentials came from the client's address.
    TooOften(TooOften),
    /// The credentials are good, and the account is not active at its PDS any more.
    AccountInactive,
    /// An access token is to write, and its person has no session to write with.
    NoSession {
        /// Where they sign in.
        public_url: Url,
    },
    /// The session to write with could not be found out.
    Session(PdsSessionError),
    /// What may be granted could not be found out.
    Registry(RegistryError),
}

impl From<SignInError> for TokenError {
    fn from(error: SignInError) -> Self {
        Self::SignIn(error)
    }
}

impl From<AccessTokenError> for TokenError {
    fn from(error: AccessTokenError) -> Self {
        Self::AccessToken(error)
    }
}

impl From<TooOften> for TokenError {
    fn from(too_often: TooOften) -> Self {
        Self::TooOften(too_often)
    }
}

impl From<PdsSessionError> for TokenError {
    fn from(error: PdsSessionError) -> Self {
        Self::Session(error)
    }
}

impl From<RegistryError> for TokenError {
    fn from(error: RegistryError) -> Self {
        Self::Registry(error)
    }
}

impl TokenError {
    /// Whether somebody may be guessing.
    pub fn is_wrong_credentials(&self) -> bool {
        match self {
            Self::SignIn(error) => match error {
                SignInError::NotAnAppPassword
                | SignInError::WrongPassword
                | SignInError::WrongAccount => true,
                SignInError::Identity(identity) => !identity.is_transient(),
                _ => false,
            },
            Self::AccessToken(error) => match error {
                AccessTokenError::NotWhole
                | AccessTokenError::Unknown
                | AccessTokenError::Expired { .. }
                | AccessTokenError::WrongAccount => true,
                AccessTokenError::Identity(identity) => !identity.is_transient(),
                _ => false,
            },
            _ => false,
        }
    }
}

/// Answers methods that the endpoint does not know.
pub async fn method_not_allowed() -> Response {
    let mut response = body(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::Unsupported,
        "invalid_request",
        "the token endpoint takes GET and POST",
    );
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("GET, POST"));
    response
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        match self {
            Self::Invalid(reason) => body(
                StatusCode::BAD_REQUEST,
                ErrorCode::Unsupported,
                "invalid_request",
                &reason,
            ),
            Self::TooLarge { limit } => body(
                StatusCode::PAYLOAD_TOO_LARGE,
                ErrorCode::SizeInvalid,
                "invalid_request",
                &format!("a token request may have {limit} bytes at most"),
            ),
            Self::UnsupportedGrantType => body(
                StatusCode::BAD_REQUEST,
                ErrorCode::Unsupported,
                "unsupported_grant_type",
                "only grant_type=password is supported; log in with a handle and an access token or app password",
            ),
            Self::SignIn(error) => sign_in_failed(&error),
            Self::AccessToken(error) => access_token_failed(&error),
            Self::TooOften(too_often) => too_many(
                &format!(
                    "too many wrong logins came from your network address; try again {}",
                    too_often.words()
                ),
                Some(too_often.seconds()),
            ),
            Self::AccountInactive => unauthorized(
                "this account is deactivated or gone at its PDS, so its logins have ended here; make it active there, \
                 then log in anew",
            ),
            // Not 403, for which podman and skopeo show no reason.
            Self::NoSession { public_url } => unauthorized(&format!(
                "you have not allowed this registry to write into your repo: allow pushes on \
                 {public_url}settings/tokens, then push again"
            )),
            Self::Session(error) => not_made(&error),
            Self::Registry(error) => not_made(&error),
        }
    }
}

fn not_made(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "a token could not be made");
    unavailable("the registry cannot make tokens right now; please try again")
}

fn access_token_failed(error: &AccessTokenError) -> Response {
    let message = error.to_string();
    match error {
        AccessTokenError::Identity(identity) if identity.is_transient() => unavailable(&message),
        AccessTokenError::NotWhole
        | AccessTokenError::Unknown
        | AccessTokenError::Expired { .. }
        | AccessTokenError::WrongAccount
        | AccessTokenError::Identity(_) => unauthorized(&message),
        // The rest happens where tokens are made, or is ours.
        AccessTokenError::BadName
        | AccessTokenError::BadLifetime
        | AccessTokenError::Scopes(_)
        | AccessTokenError::Pattern(_)
        | AccessTokenError::TooMany
        | AccessTokenError::NoRandomness
        | AccessTokenError::Database(_)
        | AccessTokenError::Corrupt => not_made(error),
    }
}

fn sign_in_failed(error: &SignInError) -> Response {
    let message = error.to_string();
    match error {
        SignInError::Identity(identity) if identity.is_transient() => unavailable(&message),
        SignInError::Identity(_)
        | SignInError::NotAnAppPassword
        | SignInError::WrongPassword
        | SignInError::WrongAccount
        | SignInError::Pds(PdsError::AccountInactive | PdsError::SecondFactorRequired) => {
            unauthorized(&message)
        }
        SignInError::RateLimited { retry_after } => too_many(&message, Some(retry_after.as_secs())),
        SignInError::Pds(PdsError::RateLimited { .. }) => {
            too_many("your PDS limits sign-ins; wait a while and try again", None)
        }
        SignInError::Pds(source) => {
            tracing::warn!(
                error = source as &dyn std::error::Error,
                "a PDS could not check a sign-in"
            );
            unavailable(&format!(
                "your PDS could not check the app password: {message}"
            ))
        }
        SignInError::Database(_) | SignInError::Seal(_) | SignInError::Interrupted => {
            tracing::error!(error = error as &dyn std::error::Error, "a sign-in failed");
            unavailable("the registry cannot sign you in right now; please try again")
        }
    }
}

/// No `WWW-Authenticate: Basic` from the request: the realm is a constant (checklist TK-07).
fn unauthorized(message: &str) -> Response {
    let mut response = body(
        StatusCode::UNAUTHORIZED,
        ErrorCode::Unauthorized,
        "invalid_grant",
        message,
    );
    response.headers_mut().insert(
        WWW_AUTHENTICATE,
        HeaderValue::from_static("Basic realm=\"Longshore\""),
    );
    response
}

fn too_many(message: &str, retry_after: Option<u64>) -> Response {
    let mut response = body(
        StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::TooManyRequests,
        "slow_down",
        message,
    );
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(retry_after.unwrap_or(60)));
    response
}

fn unavailable(message: &str) -> Response {
    let mut response = body(
        StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Unavailable,
        "temporarily_unavailable",
        message,
    );
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

fn body(status: StatusCode, code: ErrorCode, oauth_code: &str, message: &str) -> Response {
    let body = json!({
        "errors": [{ "code": code.as_str(), "message": message }],
        "error": oauth_code,
        "error_description": message,
    });
    (status, axum::Json(body)).into_response()
}
