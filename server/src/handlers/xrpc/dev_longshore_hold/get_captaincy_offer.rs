//! `dev.longshore.hold.getCaptaincyOffer`: whom the captaincy is offered to, for the captain and for them.

use axum::response::Response;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let offered_to = call.hold().captaincy_offer_for(&caller).await?;
    Ok(answer::json(match offered_to {
        Some(member) => json!({ "member": member }),
        None => json!({}),
    }))
}
