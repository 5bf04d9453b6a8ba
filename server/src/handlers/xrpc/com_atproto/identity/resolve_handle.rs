//! `com.atproto.identity.resolveHandle`: for the hold's own handle.

use axum::response::Response;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

#[expect(clippy::unused_async, reason = "every method has the same form")]
pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let handle: String = call.required("handle")?;
    if !handle.eq_ignore_ascii_case(call.hold().handle()) {
        return Err(XrpcError::named(
            "HandleNotFound",
            format!(
                "this hold knows no handle but its own, {}",
                call.hold().handle()
            ),
        ));
    }
    Ok(answer::json(json!({ "did": call.hold().did() })))
}
