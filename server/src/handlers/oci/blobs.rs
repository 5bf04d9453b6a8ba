//! Blobs on their way out (OCI distribution-spec end-2).

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_RANGE, LOCATION, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use oci::{Digest, ErrorCode, RangeOutcome};

use crate::clients::hold::BlobContent;
use crate::registry::Registry;
use crate::registry::permissions::PullAccess;

use super::OciError;

pub const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// Answers `HEAD`.
pub async fn stat(
    registry: &Registry,
    access: &PullAccess,
    digest: &Digest,
) -> Result<Response, OciError> {
    let size = registry.stat_blob_to_push(access, digest).await?;
    let mut response = StatusCode::OK.into_response();
    insert_headers(response.headers_mut(), digest, size);
    Ok(response)
}

/// Answers `GET`, whole or one range of it (RFC 9110, section 14).
pub async fn read(
    registry: &Registry,
    access: &PullAccess,
    digest: &Digest,
    headers: &HeaderMap,
) -> Result<Response, OciError> {
    let size = registry.stat_blob(access, digest).await?;
    let range = match wanted_range(headers, digest, size) {
        RangeOutcome::Whole => None,
        RangeOutcome::Partial { first, last } => Some(first..=last),
        RangeOutcome::Unsatisfiable => return Ok(unsatisfiable(size)),
    };
    let blob = registry
        .read_blob(access, digest, size, range.clone())
        .await?;
    let bytes = match blob.content {
        BlobContent::Stream(bytes) => bytes,
        BlobContent::Redirect(url) => return Ok(redirect(&url)),
    };
    let mut response = Response::new(Body::from_stream(bytes));
    match range {
        None => insert_headers(response.headers_mut(), digest, size),
        Some(range) => {
            let (first, last) = range.into_inner();
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            insert_headers(response.headers_mut(), digest, last - first + 1);
            insert_text(
                response.headers_mut(),
                CONTENT_RANGE,
                &format!("bytes {first}-{last}/{size}"),
            );
        }
    }
    Ok(response)
}

/// `If-Range` with anything but this blob's own tag asks for the whole.
fn wanted_range(headers: &HeaderMap, digest: &Digest, size: u64) -> RangeOutcome {
    let Some(range) = headers.get(RANGE).and_then(|value| value.to_str().ok()) else {
        return RangeOutcome::Whole;
    };
    let is_other = headers
        .get(IF_RANGE)
        .is_some_and(|tag| tag.as_bytes() != etag(digest).as_bytes());
    if is_other {
        RangeOutcome::Whole
    } else {
        oci::parse_range(range, size)
    }
}

/// Blobs are whatever somebody pushed: a browser must neither guess at them nor run them.
fn insert_headers(headers: &mut HeaderMap, digest: &Digest, length: u64) {
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=31536000, immutable"),
    );
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    insert_text(headers, CONTENT_DIGEST, &digest.to_string());
    insert_text(headers, ETAG, &etag(digest));
}

/// The entity tag of content that is named by its digest.
pub fn etag(digest: &Digest) -> String {
    format!("\"{digest}\"")
}

/// Inserts a header whose text is made of parsed values.
pub fn insert_text(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

fn unsatisfiable(size: u64) -> Response {
    let mut response = OciError::new(
        ErrorCode::RangeInvalid,
        format!("the blob has {size} bytes"),
    )
    .with_status(StatusCode::RANGE_NOT_SATISFIABLE)
    .into_response();
    insert_text(
        response.headers_mut(),
        CONTENT_RANGE,
        &format!("bytes */{size}"),
    );
    response
}

fn redirect(url: &url::Url) -> Response {
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    insert_text(response.headers_mut(), LOCATION, url.as_str());
    response
}
