//! `app.bsky.actor.getProfile`: the hold's own.

use atproto::syntax::AtIdentifier;
use axum::response::Response;

use super::profile;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let actor: AtIdentifier = call.required("actor")?;
    if call.check_is_hold(&actor).is_err() {
        return Err(XrpcError::invalid("this hold knows no profile but its own"));
    }
    Ok(answer::json(profile(call.hold()).await?))
}
