//! Errors of XRPC: `{"error": <name>, "message": <for people>}`. atproto.com/specs/xrpc#error-responses

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::methods::MethodEntry;
use crate::accounts::NotVouchedFor;
use crate::blob_store::BlobStoreError;
use crate::hold::HoldError;
use crate::hold::repo::RepoError;
use atproto::service_auth::ServiceTokenError;

/// One error on its way to the caller.
#[derive(Debug)]
pub struct XrpcError {
    status: StatusCode,
    error: &'static str,
    message: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl XrpcError {
    /// An error with a name of the method's lexicon, or of XRPC itself.
    pub fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            error,
            message: message.into(),
            headers: Vec::new(),
        }
    }

    /// What was sent makes no sense.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidRequest", message)
    }

    /// A name of the method's lexicon, with its usual status.
    pub fn named(error: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, message)
    }

    /// Who asks has to say who they are.
    pub fn auth_required(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "AuthRequired", message).challenging()
    }

    /// Who asks may not.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Forbidden", message)
    }

    pub(super) fn not_implemented(name: &str) -> Self {
        let message = if name.len() <= 317 {
            format!("{name} is no method of this hold")
        } else {
            "there is no such method".to_owned()
        };
        Self::new(StatusCode::NOT_IMPLEMENTED, "MethodNotImplemented", message)
    }

    pub(super) fn wrong_verb(entry: &MethodEntry) -> Self {
        let allowed = entry.verb.allowed();
        let message = format!("{} is called with {allowed}", entry.nsid);
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "InvalidRequest", message)
            .with_header(ALLOW, allowed)
    }

    pub(super) fn internal_panic(method: &str) -> Self {
        tracing::error!(method, "a method panicked");
        Self::internal_answer()
    }

    /// Something of ours failed. The cause is in the log.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "an XRPC method failed");
        Self::internal_answer()
    }

    fn internal_answer() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            "the hold failed to do this; it is not your fault, please try again",
        )
    }

    fn unavailable(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailable",
            message,
        )
        .with_header(RETRY_AFTER, "5")
    }

    fn challenging(self) -> Self {
        self.with_header(WWW_AUTHENTICATE, "Bearer")
    }

    fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }
}

impl IntoResponse for XrpcError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "message": self.message });
        let mut response = (self.status, axum::Json(body)).into_response();
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl From<NotVouchedFor> for XrpcError {
    fn from(error: NotVouchedFor) -> Self {
        let message = error.to_string();
        let refused =
            |name| Self::new(StatusCode::UNAUTHORIZED, name, message.clone()).challenging();
        match error {
            NotVouchedFor::Token(ServiceTokenError::Expired) => refused("ExpiredToken"),
            NotVouchedFor::Token(ServiceTokenError::Audience { .. }) => refused("BadJwtAudience"),
            NotVouchedFor::Token(ServiceTokenError::Method { .. }) => {
                refused("BadJwtLexiconMethod")
            }
            NotVouchedFor::Token(ServiceTokenError::Signature) => refused("BadJwtSignature"),
            NotVouchedFor::Token(_) | NotVouchedFor::Used => refused("BadJwt"),
            NotVouchedFor::AccountInactive(_) => {
                Self::new(StatusCode::FORBIDDEN, "AccountInactive", message)
            }
            NotVouchedFor::Unavailable => Self::unavailable(message),
            NotVouchedFor::Database(source) => Self::internal(&source),
        }
    }
}

impl From<RepoError> for XrpcError {
    fn from(error: RepoError) -> Self {
        let message = error.to_string();
        match error {
            RepoError::RecordExists(_) | RepoError::InvalidWrites(_) => Self::invalid(message),
            RepoError::RecordNotFound(_) => Self::named("RecordNotFound", message),
            RepoError::InvalidSwap(_) => Self::named("InvalidSwap", message),
            RepoError::InvalidRecord { .. } => Self::named("InvalidRecord", message),
            RepoError::BlobNotFound { .. } => Self::named("BlobNotFound", message),
            RepoError::NoRepo => Self::named("RepoNotFound", message),
            RepoError::Conflict => Self::unavailable(message),
            RepoError::Damaged(_) => Self::internal(&error),
            RepoError::Database(source) => Self::internal(&source),
        }
    }
}

impl From<HoldError> for XrpcError {
    fn from(error: HoldError) -> Self {
        let message = error.to_string();
        match error {
            HoldError::Denied { .. } => Self::forbidden(message),
            HoldError::Invalid { .. } | HoldError::Interrupted { .. } => Self::invalid(message),
            HoldError::NotFound { .. } => Self::named("NotFound", message),
            HoldError::RegistrationDisabled { .. } => {
                Self::new(StatusCode::FORBIDDEN, "RegistrationDisabled", message)
            }
            HoldError::QuotaExceeded { .. } => {
                Self::new(StatusCode::FORBIDDEN, "QuotaExceeded", message)
            }
            HoldError::UploadUnknown => Self::named("InvalidUploadId", message),
            HoldError::UploadBusy => Self::new(StatusCode::CONFLICT, "UploadBusy", message),
            HoldError::OutOfOrder { .. } => Self::named("InvalidPartNumber", message),
            HoldError::Parts { .. } => Self::named("MissingParts", message),
            HoldError::DigestMismatch { .. } | HoldError::DigestRefused { .. } => {
                Self::named("InvalidDigest", message)
            }
            HoldError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BlobTooLarge", message)
            }
            HoldError::Repo(error) => error.into(),
            HoldError::Storage(BlobStoreError::Full { source, .. }) => {
                tracing::error!(error = &source as &dyn std::error::Error, "storage is full");
                Self::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "StorageFull",
                    "the hold has no space left; tell its captain",
                )
            }
            HoldError::Storage(source) => Self::internal(&source),
            HoldError::Database(source) => Self::internal(&source),
            HoldError::NotSetUp | HoldError::Unreachable { .. } | HoldError::NotVouched { .. } => {
                Self::unavailable(message)
            }
        }
    }
}
