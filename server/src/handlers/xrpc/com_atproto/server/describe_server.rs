//! `com.atproto.server.describeServer`: a host that takes no accounts.

use axum::response::Response;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

#[expect(clippy::unused_async, reason = "every method has the same form")]
pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    Ok(answer::json(json!({
        "did": call.hold().did(),
        "availableUserDomains": [],
        "inviteCodeRequired": true,
        "phoneVerificationRequired": false,
    })))
}
