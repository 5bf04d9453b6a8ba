//! `io.atcr.hold.updateCrewTier`: an `AppView` that the operator trusts sets somebody's tier.

use atproto::syntax::Did;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    user_did: Did,
    tier_rank: usize,
}

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.caller().await?;
    if !call.state().trusted_appviews.contains(&caller) {
        return Err(XrpcError::forbidden(
            "Access denied: only an AppView that this hold trusts sets tiers (HOLD_TRUSTED_APPVIEWS)",
        ));
    }
    let input: Input = call.input().await?;
    let tier = call
        .hold()
        .set_tier(&caller, &input.user_did, input.tier_rank)
        .await?;
    match tier {
        Some(tier) => Ok(answer::json(json!({ "tierName": tier }))),
        None => Err(XrpcError::named(
            "UserNotFound",
            format!("{} is not in the crew", input.user_did),
        )),
    }
}
