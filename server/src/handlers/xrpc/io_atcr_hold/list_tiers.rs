//! `io.atcr.hold.listTiers`: the quotas that a crew member can have.

use axum::response::Response;
use serde_json::{Value, json};

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

#[expect(clippy::unused_async, reason = "every method has the same form")]
pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let tiers: Vec<Value> = call
        .hold()
        .tiers()
        .all()
        .iter()
        .map(|tier| {
            json!({
                "name": tier.name,
                "quotaBytes": tier.bytes,
                "quotaFormatted": tier.formatted(),
                "scanOnPush": false,
            })
        })
        .collect();
    Ok(answer::json(json!({ "tiers": tiers })))
}
