//! Lists of tags (OCI distribution-spec end-8).

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{HeaderMap, LINK, WARNING};
use oci::Page;
use serde_json::json;
use url::form_urlencoded;

use crate::registry::Registry;
use crate::registry::permissions::PullAccess;

use super::OciError;
use super::blobs::insert_text;
use super::manifests::STALE;

/// Answers with tags in byte order.
pub async fn list(
    registry: &Registry,
    access: &PullAccess,
    page: &Page,
) -> Result<Response, OciError> {
    let name = &access.repository.name;
    let found = registry
        .list_tags(access, page.n, page.last.as_deref())
        .await?;
    let next = found.tags.last().filter(|_| found.has_more).cloned();
    let mut response = Json(json!({ "name": name.as_str(), "tags": found.tags })).into_response();
    if let Some(last) = next {
        insert_next(
            response.headers_mut(),
            &format!("/v2/{name}/tags/list"),
            page,
            &last,
            &[],
        );
    }
    if found.is_stale {
        response.headers_mut().insert(WARNING, STALE);
    }
    Ok(response)
}

/// `Link: <…>; rel="next"` to the part behind `last` (RFC 8288).
pub fn insert_next(
    headers: &mut HeaderMap,
    path: &str,
    page: &Page,
    last: &str,
    more: &[(&str, &str)],
) {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in more {
        query.append_pair(name, value);
    }
    if let Some(n) = page.n {
        query.append_pair("n", &n.to_string());
    }
    query.append_pair("last", last);
    // Our own parser, like the specification's grammar, takes `+` literally; a space is %20.
    let query = query.finish().replace('+', "%20");
    insert_text(headers, LINK, &format!("<{path}?{query}>; rel=\"next\""));
}
