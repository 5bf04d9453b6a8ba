//! `dev.longshore.hold.collectGarbage`: frees what nothing in the hold uses, or tells what that would free.

use axum::response::Response;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;
use crate::hold::{Collection, CollectionAnswer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    dry_run: bool,
    grace_minutes: Option<u32>,
}

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let input: Input = call.input().await?;
    let grace = match input.grace_minutes {
        Some(minutes) => TimeDelta::minutes(minutes.into()),
        None => call.state().gc_grace,
    };
    let collection = if input.dry_run {
        Collection::DryRun
    } else {
        Collection::Free
    };
    let report = call
        .hold()
        .collect_garbage_for(&caller, grace, collection)
        .await?;
    let answer = CollectionAnswer::new(report, collection, grace);
    Ok(answer::json(
        serde_json::to_value(answer).expect("numbers and texts become JSON"),
    ))
}
