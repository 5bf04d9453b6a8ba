//! `app.bsky.actor.getProfiles`: those that are known here, which is the hold's own.

use atproto::syntax::AtIdentifier;
use axum::response::Response;
use serde_json::json;

use super::profile;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

/// Profiles in one answer.
const MAX_ACTORS: usize = 25;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let actors: Vec<AtIdentifier> = call.several("actors")?;
    if actors.len() > MAX_ACTORS {
        return Err(XrpcError::invalid(format!(
            "ask for {MAX_ACTORS} profiles at most"
        )));
    }
    let mut profiles = Vec::new();
    if actors.iter().any(|actor| call.check_is_hold(actor).is_ok()) {
        profiles.push(profile(call.hold()).await?);
    }
    Ok(answer::json(json!({ "profiles": profiles })))
}
