//! `io.atcr.hold.deleteUserData`: removes everything the hold knows about whoever asks.

use axum::response::Response;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    // Also whose account is deactivated may leave.
    let caller = call.caller().await?;
    let deleted = call.hold().delete_user_data(&caller).await?;
    Ok(answer::json(json!({
        "crew_deleted": deleted.crew,
        "layers_deleted": deleted.layers,
        "stats_deleted": deleted.stats,
        "posts_deleted": deleted.posts,
    })))
}
