//! `GET /client-metadata.json`: who we are to authorization servers. atproto.com/specs/oauth#clients

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::OAuthState;

/// Servers and people may keep it for a while; a new key goes into the key set.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The client's description. On a developer's machine there is none, since no server could fetch it.
pub async fn get(State(state): State<OAuthState>) -> Response {
    match state.oauth.client().metadata() {
        Some(metadata) => public_json(Json(metadata).into_response()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Readable for everybody, also for pages of others.
pub(super) fn public_json(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, KEPT);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    response
}
