//! `com.atproto.sync.getHostStatus`: a relay's method, which a hold answers about itself.

use axum::response::Response;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let hostname: String = call.required("hostname")?;
    if !hostname.eq_ignore_ascii_case(call.hold().handle()) {
        return Err(XrpcError::named(
            "HostNotFound",
            "this hold follows no other host",
        ));
    }
    Ok(answer::json(json!({
        "hostname": hostname,
        "seq": call.hold().repo().last_seq().await?,
        "accountCount": 1,
        "status": "active",
    })))
}
