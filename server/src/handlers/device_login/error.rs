//! Errors in OAuth's form: `{"error", "error_description"}`. RFC 6749, section 5.2; RFC 8628, section 3.5

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::accounts::access_tokens::AccessTokenError;
use crate::accounts::device_login::DeviceLoginError;
use crate::rate_limit::TooOften;

/// Why a request of a device is refused.
#[derive(Debug)]
pub enum RequestError {
    /// The request is not one.
    Invalid(String),
    /// The form is larger than any honest one.
    TooLarge {
        /// The most it may have, in bytes.
        limit: usize,
    },
    /// Another program.
    UnknownClient,
    /// A grant that is not made here.
    UnsupportedGrantType,
    /// Too many logins began at the client's address.
    TooOften(TooOften),
    /// The login does not go on.
    Login(DeviceLoginError),
}

impl From<DeviceLoginError> for RequestError {
    fn from(error: DeviceLoginError) -> Self {
        Self::Login(error)
    }
}

impl From<TooOften> for RequestError {
    fn from(too_often: TooOften) -> Self {
        Self::TooOften(too_often)
    }
}

impl From<AccessTokenError> for RequestError {
    fn from(error: AccessTokenError) -> Self {
        Self::Login(DeviceLoginError::AccessToken(error))
    }
}

impl IntoResponse for RequestError {
    fn into_response(self) -> Response {
        match self {
            Self::Invalid(reason) => body(StatusCode::BAD_REQUEST, "invalid_request", &reason),
            Self::TooLarge { limit } => body(
                StatusCode::PAYLOAD_TOO_LARGE,
                "invalid_request",
                &format!("the form may have {limit} bytes at most"),
            ),
            Self::UnknownClient => body(
                StatusCode::BAD_REQUEST,
                "invalid_client",
                "only docker-credential-longshore logs in like this",
            ),
            Self::UnsupportedGrantType => body(
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "use a device code or an authorization code",
            ),
            Self::TooOften(too_often) => {
                let text = format!(
                    "too many logins have begun from your network address; try again {}",
                    too_often.words()
                );
                let mut response = body(StatusCode::TOO_MANY_REQUESTS, "slow_down", &text);
                let seconds = HeaderValue::from(too_often.seconds());
                response.headers_mut().insert(RETRY_AFTER, seconds);
                response
            }
            Self::Login(error) => login_failed(&error),
        }
    }
}

fn login_failed(error: &DeviceLoginError) -> Response {
    let code = match error {
        DeviceLoginError::Invalid(_)
        | DeviceLoginError::NotACode(_)
        | DeviceLoginError::NoSuchCode
        | DeviceLoginError::TooManyGuesses => "invalid_request",
        DeviceLoginError::Pending => "authorization_pending",
        DeviceLoginError::SlowDown => "slow_down",
        DeviceLoginError::Denied | DeviceLoginError::AccessToken(AccessTokenError::TooMany) => {
            "access_denied"
        }
        DeviceLoginError::Expired => "expired_token",
        DeviceLoginError::BadCode => "invalid_grant",
        DeviceLoginError::TooMany => return unavailable(&error.to_string()),
        DeviceLoginError::AccessToken(_) | DeviceLoginError::Database(_) => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a login of a device failed"
            );
            return unavailable("the registry cannot do this right now; please try again");
        }
    };
    body(StatusCode::BAD_REQUEST, code, &error.to_string())
}

fn unavailable(message: &str) -> Response {
    let mut response = body(
        StatusCode::SERVICE_UNAVAILABLE,
        "temporarily_unavailable",
        message,
    );
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

fn body(status: StatusCode, code: &str, description: &str) -> Response {
    let body = json!({ "error": code, "error_description": description });
    let no_store = [(CACHE_CONTROL, "no-store")];
    (status, no_store, axum::Json(body)).into_response()
}
