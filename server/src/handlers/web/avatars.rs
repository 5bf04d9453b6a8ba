//! `GET /avatars/<did>`: people's pictures, from their own servers by way of ours.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::sources::CatalogPages;
use crate::catalog::CatalogError;

/// A stranger made it: nothing in it may run or load, wherever it is shown.
const POLICY: &str = "default-src 'none'; sandbox";
const AN_HOUR: &str = "public, max-age=3600";

pub(super) fn routes(pages: CatalogPages) -> Router {
    Router::new()
        .route(&app::routes::avatar("{did}"), get(avatar))
        .with_state(pages)
}

async fn avatar(
    State(pages): State<CatalogPages>,
    Path(did): Path<String>,
    headers: HeaderMap,
) -> Response {
    let avatar = match pages.catalog.avatar(&did).await {
        Ok(Some(avatar)) => avatar,
        Ok(None) | Err(CatalogError::PersonUnknown { .. }) => {
            return StatusCode::NOT_FOUND.into_response();
        }
        Err(_) => return StatusCode::BAD_GATEWAY.into_response(),
    };
    let etag = format!("\"{}\"", avatar.cid);
    let kept = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, AN_HOUR.to_owned()),
    ];
    let known = headers.get(header::IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let what = [
        (header::CONTENT_TYPE, avatar.media_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (kept, what, Body::from(avatar.bytes.clone())).into_response()
}
