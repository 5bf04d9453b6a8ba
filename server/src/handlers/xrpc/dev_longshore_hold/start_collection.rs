//! `dev.longshore.hold.startCollection`: starts a collection of garbage and does not wait for its end.

use axum::response::Response;
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    grace_minutes: Option<u32>,
}

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let input: Input = call.input().await?;
    let grace = match input.grace_minutes {
        Some(minutes) => TimeDelta::minutes(minutes.into()),
        None => call.state().gc_grace,
    };
    let id = call.hold().start_collection(&caller, grace).await?;
    Ok(answer::json(json!({ "id": id })))
}
