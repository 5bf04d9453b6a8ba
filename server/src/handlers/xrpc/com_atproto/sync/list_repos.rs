//! `com.atproto.sync.listRepos`: the one that is here.

use axum::response::Response;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    call.limit(500, 1000)?;
    let head = match call.text("cursor") {
        // We give no cursor, so behind any there is nothing.
        Some(_) => None,
        None => call.hold().repo().head().await?,
    };
    let repos: Vec<_> = head
        .iter()
        .map(|head| {
            json!({
                "did": head.did,
                "head": head.commit.to_string(),
                "rev": head.rev.to_string(),
                "active": true,
            })
        })
        .collect();
    Ok(answer::json(json!({ "repos": repos })))
}
