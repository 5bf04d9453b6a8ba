//! `io.atcr.hold.initiateUpload`: opens an upload in parts.

use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

/// Senders that do not know the digest yet send a name of their own that begins like this.
const PLACEHOLDER: &str = "uploads/temp-";

#[derive(Deserialize)]
struct Input {
    digest: String,
    /// Ours: how many bytes will come, so that what cannot fit is refused before it is sent.
    size: Option<u64>,
}

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let input: Input = call.input().await?;
    // The digest that counts is the one that completes the upload.
    if !input.digest.starts_with(PLACEHOLDER) || input.digest.len() > super::MAX_DIGEST_BYTES {
        super::digest(&input.digest)?;
    }
    let upload = call
        .hold()
        .start_upload_in_parts(&caller, input.size)
        .await?;
    Ok(answer::json(json!({ "uploadId": upload.id })))
}
