//! `dev.longshore.hold.getUsage`: what takes up the hold.

use axum::response::Response;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    Ok(answer::json(call.hold().usage_report(&caller).await?))
}
