//! `dev.longshore.hold.requestCrawl`: has the relays of the settings asked to follow the hold.

use axum::response::Response;

use crate::clients::hold_admin::{RelayList, relay_states};
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let _: serde_json::Value = call.input().await?;
    call.hold().check_administration(&caller).await?;
    let relays = relay_states(call.state().relays.ask_to_follow().await);
    call.hold().note_request_crawl(&caller).await?;
    Ok(answer::json(RelayList { relays }))
}
