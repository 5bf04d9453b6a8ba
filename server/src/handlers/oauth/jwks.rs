//! `GET /oauth/jwks.json`: the public keys that show who we are.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::OAuthState;
use super::client_metadata::public_json;

/// The key set, with keys that will be used soon and keys that sessions still use.
pub async fn get(State(state): State<OAuthState>) -> Response {
    match state.oauth.client().jwks() {
        Some(jwks) => public_json(Json(jwks).into_response()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
