//! Documents that say who the hold is, and that it is there.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use serde_json::json;

use super::XrpcState;

/// `/.well-known/did.json`: the DID document of a hold with a did:web. atproto.com/specs/did
pub(super) async fn did_document(State(state): State<XrpcState>) -> Response {
    for_everybody(axum::Json(state.inner.hold.did_document()).into_response())
}

/// `/.well-known/atproto-did`: whose handle this host is. atproto.com/specs/handle
pub(super) async fn handle(State(state): State<XrpcState>) -> Response {
    let mut response = state.inner.hold.did().to_string().into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    for_everybody(response)
}

/// `/xrpc/_health`.
pub(super) async fn health(State(state): State<XrpcState>) -> Response {
    let health = json!({ "version": env!("CARGO_PKG_VERSION"), "storage": state.inner.storage });
    for_everybody(axum::Json(health).into_response())
}

fn for_everybody(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
