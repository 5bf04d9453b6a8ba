//! `com.atproto.sync.getRepoStatus`.

use axum::response::Response;
use serde_json::json;

use super::check_did;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;
use crate::hold::repo::RepoError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    check_did(&call)?;
    let head = call.hold().repo().head().await?.ok_or(RepoError::NoRepo)?;
    Ok(answer::json(json!({
        "did": call.hold().did(),
        "active": true,
        "rev": head.rev.to_string(),
    })))
}
