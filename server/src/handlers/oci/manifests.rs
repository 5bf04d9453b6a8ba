//! Manifests (OCI distribution-spec end-3, end-7).

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{
    CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION, WARNING,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use oci::{ErrorCode, MAX_MANIFEST_BYTES, Reference, Tag};

use crate::registry::permissions::{PullAccess, PushAccess};
use crate::registry::{FoundManifest, Registry};

use super::OciError;
use super::blobs::{CONTENT_DIGEST, etag, insert_text};

const OCI_SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
const OCI_TAG: HeaderName = HeaderName::from_static("oci-tag");

/// RFC 9111 `Warning` for an answer that its source could not confirm.
pub const STALE: HeaderValue = HeaderValue::from_static(
    r#"110 - "the owner's PDS cannot be reached; this is the last known state""#,
);

/// Answers `GET` and `HEAD`: the exact bytes that were pushed, never converted.
pub async fn read(
    registry: &Registry,
    access: &PullAccess,
    reference: &Reference,
    request_headers: &HeaderMap,
    method: &Method,
) -> Result<Response, OciError> {
    let manifest = registry.find_manifest(access, reference).await?;
    let tag = etag(&manifest.digest);
    let is_known = request_headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|candidate| {
            candidate.trim().trim_start_matches("W/") == tag || candidate.trim() == "*"
        });
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else if method == Method::HEAD {
        Response::new(Body::empty())
    } else {
        registry.count_pull(access, &manifest);
        Response::new(Body::from(manifest.content.clone()))
    };
    insert_headers(response.headers_mut(), &manifest, &tag, is_known);
    Ok(response)
}

fn insert_headers(headers: &mut HeaderMap, manifest: &FoundManifest, tag: &str, is_known: bool) {
    if !is_known {
        insert_text(headers, CONTENT_TYPE, &manifest.media_type);
        headers.insert(CONTENT_LENGTH, HeaderValue::from(manifest.content.len()));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    insert_text(headers, CONTENT_DIGEST, &manifest.digest.to_string());
    insert_text(headers, ETAG, tag);
    if manifest.is_stale {
        headers.insert(WARNING, STALE);
    }
}

/// Answers `PUT`.
pub async fn put(
    registry: &Registry,
    access: &PushAccess,
    reference: &Reference,
    tags: Vec<Tag>,
    request: Request,
) -> Result<Response, OciError> {
    let content_type = match request.headers().get(CONTENT_TYPE).map(HeaderValue::to_str) {
        None => None,
        Some(Ok(text)) => Some(text.to_owned()),
        Some(Err(_)) => {
            return Err(OciError::new(
                ErrorCode::ManifestInvalid,
                "the Content-Type is not readable text",
            ));
        }
    };
    let content = read_whole(request.into_body()).await?;
    let extra_tags = !tags.is_empty();
    let stored = registry
        .put_manifest(access, reference, tags, content_type.as_deref(), content)
        .await?;
    let mut response = StatusCode::CREATED.into_response();
    let headers = response.headers_mut();
    let name = &access.repository.name;
    insert_text(
        headers,
        LOCATION,
        &format!("/v2/{name}/manifests/{}", stored.digest),
    );
    insert_text(headers, CONTENT_DIGEST, &stored.digest.to_string());
    if let Some(subject) = &stored.subject {
        insert_text(headers, OCI_SUBJECT, &subject.to_string());
    }
    if extra_tags {
        for tag in &stored.tags {
            if let Ok(value) = HeaderValue::from_str(tag.as_str()) {
                headers.append(OCI_TAG, value);
            }
        }
    }
    Ok(response)
}

/// The body, up to the size a manifest may have.
async fn read_whole(body: Body) -> Result<Bytes, OciError> {
    match Limited::new(body, MAX_MANIFEST_BYTES).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(OciError::new(
            ErrorCode::SizeInvalid,
            format!("a manifest may have {MAX_MANIFEST_BYTES} bytes at most"),
        )
        .with_status(StatusCode::PAYLOAD_TOO_LARGE)),
        Err(_) => Err(OciError::new(
            ErrorCode::ManifestInvalid,
            "the request body broke off",
        )),
    }
}
