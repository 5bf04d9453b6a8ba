//! `io.atcr.hold.uploadPart`: the bytes of a part, with a ticket from `getPartUploadUrl` or a service token.

use atproto::syntax::Did;
use axum::response::Response;
use futures::{StreamExt as _, TryStreamExt as _};
use http::HeaderValue;
use http::header::ETAG;
use serde_json::json;

use crate::blob_store::BodyError;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let upload: String = call.required("uploadId")?;
    let part: u16 = call.required("partNumber")?;
    let uploader = match call.text("ticket") {
        Some(ticket) => {
            let uploader: Did = call.required("uploader")?;
            let expires_at: i64 = call.required("expires")?;
            let tickets = &call.state().tickets;
            if !tickets.is_good(ticket, &upload, &uploader, part, expires_at) {
                return Err(XrpcError::auth_required(
                    "this URL is not good (any more); ask io.atcr.hold.getPartUploadUrl for another",
                ));
            }
            uploader
        }
        None => call.writer().await?,
    };
    let body = call
        .body()
        .into_data_stream()
        .map_err(BodyError::new)
        .boxed();
    let stored = call.hold().put_part(&uploader, &upload, part, body).await?;
    let mut response = answer::json(json!({ "etag": stored.etag, "size": stored.size }));
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", stored.etag)) {
        response.headers_mut().insert(ETAG, etag);
    }
    Ok(response)
}
