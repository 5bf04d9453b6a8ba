//! `dev.longshore.hold.offerCaptaincy`: the captain offers the hold to a member of the crew, or, with no member,
//! takes the offer back.

use atproto::syntax::Did;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

#[derive(Deserialize)]
struct Input {
    member: Option<Did>,
}

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let input: Input = call.input().await?;
    match &input.member {
        Some(member) => call.hold().offer_captaincy(&caller, member).await?,
        None => drop(call.hold().withdraw_captaincy(&caller).await?),
    }
    Ok(answer::json(json!({})))
}
