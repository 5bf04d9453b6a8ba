//! `io.atcr.hold.getQuota`: what somebody uses and may use. It can be reckoned from public records, so everybody may ask.

use atproto::syntax::Did;
use axum::response::Response;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let user: Did = call
        .required("userDid")
        .map_err(|_| XrpcError::named("InvalidUserDid", "the parameter `userDid` is not a DID"))?;
    let quota = call.hold().quota_of(&user).await?;
    let mut value = json!({
        "userDid": user,
        "uniqueBlobs": quota.unique_blobs,
        "totalSize": quota.used,
    });
    if let Some(limit) = quota.limit {
        value["limit"] = limit.into();
    }
    if let Some(tier) = quota.tier {
        value["tier"] = tier.into();
    }
    Ok(answer::json(value))
}
