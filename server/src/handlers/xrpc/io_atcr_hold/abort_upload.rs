//! `io.atcr.hold.abortUpload`: ends an upload and frees its space.

use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    upload_id: String,
}

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let input: Input = call.input().await?;
    call.hold()
        .abort_upload_in_parts(&caller, &input.upload_id)
        .await?;
    Ok(answer::json(json!({ "status": "aborted" })))
}
