//! `io.atcr.hold.getPartUploadUrl`: where to put a part, for an hour and without a token.

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
    part_number: u16,
}

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let Input {
        upload_id,
        part_number,
    } = call.input().await?;
    if part_number == 0 {
        return Err(XrpcError::named(
            "InvalidPartNumber",
            "parts are numbered from 1",
        ));
    }
    let hold = call.hold();
    hold.check_write(&caller).await?;
    hold.check_upload_in_parts(&caller, &upload_id).await?;
    let (expires, ticket) = call.state().tickets.issue(&upload_id, &caller, part_number);
    let mut url = hold.method_url("io.atcr.hold.uploadPart");
    url.query_pairs_mut()
        .append_pair("uploadId", &upload_id)
        .append_pair("partNumber", &part_number.to_string())
        .append_pair("uploader", caller.as_str())
        .append_pair("expires", &expires.to_string())
        .append_pair("ticket", &ticket);
    Ok(answer::json(
        json!({ "url": url, "method": "PUT", "headers": {} }),
    ))
}
