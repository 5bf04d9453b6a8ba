//! `io.atcr.hold.exportUserData`: everything the hold knows about whoever asks.

use axum::response::Response;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let caller = call.caller().await?;
    let data = call.hold().export_user_data(&caller).await?;
    Ok(answer::json(data.to_json(call.hold().did())))
}
