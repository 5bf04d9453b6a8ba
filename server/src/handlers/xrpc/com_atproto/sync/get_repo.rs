//! `com.atproto.sync.getRepo`: the repo as a CAR, or what is new in it since a revision.

use atproto::syntax::Tid;
use axum::response::Response;

use super::check_did;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    check_did(&call)?;
    let since: Option<Tid> = call.optional("since")?;
    let (_, export) = call.hold().repo().export(since).await?;
    Ok(answer::streamed_car(export))
}
