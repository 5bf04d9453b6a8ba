//! Errors of the distribution API: `{"errors":[{"code","message","detail"}]}`.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RANGE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use oci::{ErrorCode, ManifestError, RouteError};
use serde_json::{Value, json};

use crate::accounts::PdsSessionError;
use crate::blob_store::BlobStoreError;
use crate::clients::hold::HoldError;
use crate::clients::pds::PdsError;
use crate::identity::IdentityError;
use crate::registry::RegistryError;
use crate::registry::permissions::Refusal;

/// The page on which somebody sees what they use of what they may.
const QUOTA_PAGE: &str = "/settings/quota";
/// The page on which somebody allows pushes at their server.
const PERMISSION_PAGE: &str = "/settings/tokens";

/// One error of the distribution API, on its way to the client.
#[derive(Debug)]
pub struct OciError {
    status: StatusCode,
    code: ErrorCode,
    message: String,
    detail: Option<Value>,
    headers: Vec<(http::HeaderName, HeaderValue)>,
    /// The client is asked to come back with a token; `authenticate` adds the challenge for this request.
    pub(super) wants_challenge: bool,
    /// The path of the page that helps.
    page: Option<&'static str>,
}

impl OciError {
    /// An error with the status that its code has by default.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::from_u16(code.default_status())
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code,
            message: message.into(),
            detail: None,
            headers: Vec::new(),
            wants_challenge: false,
            page: None,
        }
    }

    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self {
            wants_challenge: true,
            ..Self::new(ErrorCode::Unauthorized, message)
        }
    }

    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub(super) fn with_detail(mut self, detail: Value) -> Self {
        self.detail = Some(detail);
        self
    }

    /// Where a page of this server helps: says where it is.
    pub(super) fn with_page(mut self, public_url: &str) -> Self {
        if let Some(page) = self.page {
            self.message = format!("{} (see {public_url}{page})", self.message);
        }
        self
    }

    pub(super) fn with_challenge(self, challenge: &str) -> Self {
        self.with_header(WWW_AUTHENTICATE, challenge)
    }

    fn with_header(mut self, name: http::HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Unavailable, message).with_header(RETRY_AFTER, "5")
    }

    /// Something of ours failed. The cause is in the log; the client learns that it is not their fault.
    pub(super) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = error, "a registry request failed");
        Self::new(
            ErrorCode::Unknown,
            "the registry failed to do this; it is not your fault, please try again",
        )
    }
}

impl IntoResponse for OciError {
    fn into_response(self) -> Response {
        let mut error = json!({ "code": self.code.as_str(), "message": self.message });
        if let Some(detail) = self.detail {
            error["detail"] = detail;
        }
        let body = json!({ "errors": [error] }).to_string();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in self.headers {
            headers.insert(name, value);
        }
        response
    }
}

impl From<RouteError> for OciError {
    fn from(error: RouteError) -> Self {
        let message = error.to_string();
        match error {
            RouteError::NotFound => Self::new(ErrorCode::NameUnknown, message),
            RouteError::MethodNotAllowed { allow } => {
                Self::new(ErrorCode::Unsupported, message).with_header(ALLOW, allow)
            }
            RouteError::NameInvalid | RouteError::NoRepository => {
                Self::new(ErrorCode::NameInvalid, message)
            }
            RouteError::DigestInvalid(_) | RouteError::DigestMissing => {
                Self::new(ErrorCode::DigestInvalid, message)
            }
            RouteError::UnsupportedDigest(_) | RouteError::ArtifactTypeInvalid => {
                Self::new(ErrorCode::Unsupported, message).with_status(StatusCode::BAD_REQUEST)
            }
            RouteError::TagInvalid | RouteError::TooManyTags => {
                Self::new(ErrorCode::ManifestInvalid, message)
            }
            RouteError::UploadIdInvalid => Self::new(ErrorCode::BlobUploadUnknown, message),
            RouteError::PageInvalid => Self::new(ErrorCode::PaginationNumberInvalid, message),
        }
    }
}

impl From<RegistryError> for OciError {
    fn from(error: RegistryError) -> Self {
        let message = error.to_string();
        match error {
            RegistryError::Refused { refusal, reason } => refused(refusal, reason),
            RegistryError::Owner(error) => owner_error(&error),
            RegistryError::ImmutableTag { tag, pattern } => Self::new(ErrorCode::Denied, message)
                .with_detail(json!({ "tag": tag, "pattern": pattern })),
            RegistryError::RepositoryUnknown => Self::new(ErrorCode::NameUnknown, message),
            RegistryError::ManifestUnknown { .. } => Self::new(ErrorCode::ManifestUnknown, message),
            RegistryError::BlobUnknown { .. } => Self::new(ErrorCode::BlobUnknown, message),
            RegistryError::ForeignHold { hold } => {
                Self::new(ErrorCode::BlobUnknown, message).with_detail(json!({ "hold": hold }))
            }
            RegistryError::Manifest(ManifestError::TooLarge { .. }) => {
                Self::new(ErrorCode::SizeInvalid, message)
                    .with_status(StatusCode::PAYLOAD_TOO_LARGE)
            }
            RegistryError::Manifest(_) | RegistryError::SizeMismatch { .. } => {
                Self::new(ErrorCode::ManifestInvalid, message)
            }
            RegistryError::ManifestDigestMismatch { .. } => {
                Self::new(ErrorCode::DigestInvalid, message)
            }
            RegistryError::MissingReferences { missing } => {
                let digests: Vec<String> =
                    missing.iter().take(100).map(ToString::to_string).collect();
                Self::new(ErrorCode::ManifestBlobUnknown, message)
                    .with_detail(json!({ "missing": digests }))
            }
            RegistryError::SessionEnded => Self::unauthorized(message),
            RegistryError::Pds { owner, source } => pds_error(owner.as_str(), &source),
            RegistryError::Session(source) => session_error(&source),
            RegistryError::Hold(error) => hold_error(error),
            RegistryError::Database(source) => Self::internal(&source),
            RegistryError::Interrupted => Self::internal(&RegistryError::Interrupted),
        }
    }
}

fn refused(refusal: Refusal, reason: String) -> OciError {
    match refusal {
        Refusal::Challenge => OciError::unauthorized(reason),
        Refusal::Hidden => OciError::new(ErrorCode::NameUnknown, reason),
        Refusal::NotOwner | Refusal::HoldRefuses => OciError::new(ErrorCode::Denied, reason),
    }
}

fn owner_error(error: &IdentityError) -> OciError {
    let message = error.to_string();
    match error {
        IdentityError::NotAnIdentifier
        | IdentityError::NotAllowed { .. }
        | IdentityError::HandleNotFound { .. }
        | IdentityError::HandleAmbiguous { .. }
        | IdentityError::HandleNotVerified { .. }
        | IdentityError::DidNotFound { .. }
        | IdentityError::DocumentInvalid { .. } => OciError::new(ErrorCode::NameUnknown, message),
        IdentityError::Unreachable { .. } => OciError::unavailable(message),
    }
}

fn hold_error(error: HoldError) -> OciError {
    let message = error.to_string();
    match error {
        HoldError::Denied { .. } | HoldError::RegistrationDisabled { .. } => {
            OciError::new(ErrorCode::Denied, message)
        }
        HoldError::QuotaExceeded { .. } => OciError {
            page: Some(QUOTA_PAGE),
            ..OciError::new(ErrorCode::Denied, message)
        },
        HoldError::Invalid { .. } => OciError::new(ErrorCode::ManifestInvalid, message),
        HoldError::NotFound { .. } => OciError::new(ErrorCode::NameUnknown, message),
        HoldError::Parts { .. } => OciError::new(ErrorCode::BlobUploadInvalid, message),
        HoldError::DigestRefused { .. } => OciError::new(ErrorCode::DigestInvalid, message),
        HoldError::NotVouched { .. } => OciError::unauthorized(message),
        HoldError::UploadUnknown => OciError::new(ErrorCode::BlobUploadUnknown, message),
        HoldError::UploadBusy => {
            OciError::new(ErrorCode::BlobUploadInvalid, message).with_status(StatusCode::CONFLICT)
        }
        HoldError::OutOfOrder { expected, .. } => {
            OciError::new(ErrorCode::BlobUploadInvalid, message)
                .with_status(StatusCode::RANGE_NOT_SATISFIABLE)
                .with_header(RANGE, &oci::upload_range(expected))
        }
        HoldError::DigestMismatch {
            announced, actual, ..
        } => OciError::new(ErrorCode::DigestInvalid, message).with_detail(
            json!({ "announced": announced.to_string(), "actual": actual.to_string() }),
        ),
        HoldError::TooLarge { limit } => OciError::new(ErrorCode::SizeInvalid, message)
            .with_status(StatusCode::PAYLOAD_TOO_LARGE)
            .with_detail(json!({ "limit": limit })),
        HoldError::Interrupted { size, .. } => OciError::new(ErrorCode::BlobUploadInvalid, message)
            .with_detail(json!({ "stored": size })),
        HoldError::Storage(BlobStoreError::Full { source, .. }) => {
            tracing::error!(error = %source, "the hold's storage is full");
            OciError::new(
                ErrorCode::Unavailable,
                "the hold has no space left; ask its captain to make some",
            )
            .with_status(StatusCode::INSUFFICIENT_STORAGE)
        }
        HoldError::Storage(source) => OciError::internal(&source),
        HoldError::Database(source) => OciError::internal(&source),
        HoldError::NotSetUp | HoldError::Unreachable { .. } => OciError::unavailable(message),
        HoldError::Repo(source) => OciError::internal(&source),
    }
}

fn session_error(error: &PdsSessionError) -> OciError {
    match error {
        PdsSessionError::SessionEnded => OciError::unauthorized(error.to_string()),
        PdsSessionError::SessionLost => OciError {
            page: Some(PERMISSION_PAGE),
            ..OciError::unauthorized(error.to_string())
        },
        // Another request is at it; nothing is broken.
        PdsSessionError::RefreshBusy | PdsSessionError::Interrupted => {
            OciError::unavailable(error.to_string())
        }
        PdsSessionError::Pds(_) | PdsSessionError::Database(_) | PdsSessionError::Seal(_) => {
            OciError::internal(error)
        }
    }
}

/// The owner reads this when they push, and anybody when they pull: it says whose server failed, not how.
fn pds_error(owner: &str, error: &PdsError) -> OciError {
    tracing::warn!(
        owner.did = owner,
        error = error as &dyn std::error::Error,
        "a PDS failed"
    );
    match error {
        PdsError::Unreachable(_)
        | PdsError::Timeout
        | PdsError::Failing { .. }
        | PdsError::InvalidAnswer => OciError::unavailable(format!(
            "the PDS of {owner} cannot be used right now ({error}); try again later"
        )),
        PdsError::RateLimited { retry_after } => {
            let seconds = retry_after.map_or(60, |wait| wait.as_secs().max(1));
            OciError::new(
                ErrorCode::TooManyRequests,
                format!("the PDS of {owner} limits requests; try again in {seconds} seconds"),
            )
            .with_header(RETRY_AFTER, &seconds.to_string())
        }
        PdsError::ExpiredToken | PdsError::NotAuthorized | PdsError::SecondFactorRequired => {
            OciError::unauthorized(
                "your PDS does not accept this login any more; log in again and repeat",
            )
        }
        PdsError::NotGranted => OciError::new(ErrorCode::Denied, error.to_string()),
        PdsError::AccountInactive => OciError::new(
            ErrorCode::Denied,
            format!("the account {owner} is not active at its PDS"),
        ),
        PdsError::TooLarge => OciError::new(
            ErrorCode::SizeInvalid,
            format!("the manifest is larger than the PDS of {owner} takes"),
        )
        .with_status(StatusCode::PAYLOAD_TOO_LARGE),
        PdsError::InvalidSwap | PdsError::Refused { .. } => OciError::new(
            ErrorCode::Denied,
            format!("the PDS of {owner} refused the record: {error}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn oa_50_a_push_whose_permission_was_lost_says_where_to_allow_it_again() {
        let lost = RegistryError::Session(PdsSessionError::SessionLost);
        let error = OciError::from(lost).with_page("https://registry.example.com");
        assert!(error.wants_challenge);
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await;
        let body: Value = serde_json::from_slice(&body.unwrap()).unwrap();
        let message = body["errors"][0]["message"].as_str().unwrap();
        assert!(
            message.ends_with("(see https://registry.example.com/settings/tokens)"),
            "{message}"
        );
    }
}
