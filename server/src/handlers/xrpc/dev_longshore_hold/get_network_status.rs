//! `dev.longshore.hold.getNetworkStatus`: how the hold stands on the network.

use axum::response::Response;

use crate::clients::hold_admin::relay_states;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let mut status = call.hold().network_status(&caller).await?;
    status.relays = relay_states(call.state().relays.states().await);
    Ok(answer::json(status))
}
