//! Referrers of a manifest (OCI distribution-spec end-12).

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, WARNING};
use oci::{Digest, Page, media_types};
use serde_json::json;

use crate::registry::Registry;
use crate::registry::permissions::PullAccess;

use super::OciError;
use super::manifests::STALE;
use super::tags::insert_next;

const OCI_FILTERS_APPLIED: HeaderName = HeaderName::from_static("oci-filters-applied");

/// Answers with an image index; never 404, also for a subject that does not exist.
pub async fn list(
    registry: &Registry,
    access: &PullAccess,
    digest: &Digest,
    artifact_type: Option<&str>,
    page: &Page,
) -> Result<Response, OciError> {
    let name = &access.repository.name;
    let found = registry
        .list_referrers(access, digest, artifact_type, page.n, page.last.as_deref())
        .await?;
    let next = found
        .manifests
        .last()
        .filter(|_| found.has_more)
        .map(|last| last.digest.to_string());
    let index = json!({
        "schemaVersion": 2,
        "mediaType": media_types::OCI_IMAGE_INDEX,
        "manifests": found.manifests,
    });
    let mut response = index.to_string().into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(media_types::OCI_IMAGE_INDEX),
    );
    if let Some(last) = next {
        let filter: Vec<(&str, &str)> = artifact_type
            .map(|wanted| ("artifactType", wanted))
            .into_iter()
            .collect();
        insert_next(
            headers,
            &format!("/v2/{name}/referrers/{digest}"),
            page,
            &last,
            &filter,
        );
    }
    if artifact_type.is_some() {
        headers.insert(
            OCI_FILTERS_APPLIED,
            HeaderValue::from_static("artifactType"),
        );
    }
    if found.is_stale {
        headers.insert(WARNING, STALE);
    }
    Ok(response)
}
