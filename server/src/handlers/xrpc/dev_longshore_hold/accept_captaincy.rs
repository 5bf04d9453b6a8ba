//! `dev.longshore.hold.acceptCaptaincy`: whom the captaincy was offered takes it over.

use axum::response::Response;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let info = call.hold().accept_captaincy(&caller).await?;
    Ok(answer::json(json!({
        "captain": caller,
        "commit": { "cid": info.cid.to_string(), "rev": info.rev.to_string() },
    })))
}
