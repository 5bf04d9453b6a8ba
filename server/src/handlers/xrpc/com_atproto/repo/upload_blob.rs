//! `com.atproto.repo.uploadBlob`: for the captain and administrators. atproto.com/specs/blob

use axum::response::Response;
use http::header::CONTENT_TYPE;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;
use crate::hold::MAX_RECORD_BLOB_BYTES;

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    call.hold().check_may_write_records(&caller).await?;
    let media_type = call
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .filter(|media_type| media_type.contains('/') && media_type.len() <= 128)
        .unwrap_or("application/octet-stream")
        .to_owned();
    let most = usize::try_from(MAX_RECORD_BLOB_BYTES).unwrap_or(usize::MAX);
    let content = call.bytes(most).await?;
    if content.is_empty() {
        return Err(XrpcError::invalid("a blob has one byte at least"));
    }
    let blob = call
        .hold()
        .upload_record_blob(&caller, &media_type, content)
        .await?;
    Ok(answer::json(json!({ "blob": blob })))
}
