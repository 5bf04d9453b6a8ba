//! `io.atcr.hold.completeUpload`: makes the parts a blob, if they have the digest.

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
    digest: String,
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    part_number: u16,
    etag: String,
}

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let input: Input = call.input().await?;
    let digest = super::digest(&input.digest)?;
    let parts: Vec<(u16, String)> = input
        .parts
        .into_iter()
        .map(|part| (part.part_number, part.etag))
        .collect();
    call.hold()
        .complete_upload_in_parts(&caller, &input.upload_id, &digest, &parts)
        .await?;
    Ok(answer::json(
        json!({ "status": "completed", "digest": digest.to_string() }),
    ))
}
