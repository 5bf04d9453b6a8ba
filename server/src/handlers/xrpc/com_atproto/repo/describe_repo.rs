//! `com.atproto.repo.describeRepo`.

use axum::response::Response;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    call.check_repo("repo")?;
    let hold = call.hold();
    Ok(answer::json(json!({
        "handle": hold.handle(),
        "did": hold.did(),
        "didDoc": hold.did_document(),
        "collections": hold.repo().list_collections().await?,
        "handleIsCorrect": true,
    })))
}
