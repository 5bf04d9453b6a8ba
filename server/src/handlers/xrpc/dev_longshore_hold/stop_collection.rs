//! `dev.longshore.hold.stopCollection`: ends a collection of garbage with the blob that it is at.

use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

#[derive(Deserialize)]
struct Input {
    id: String,
}

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let input: Input = call.input().await?;
    let is_stopped = call.hold().stop_collection(&caller, &input.id).await?;
    Ok(answer::json(json!({ "stopped": is_stopped })))
}
