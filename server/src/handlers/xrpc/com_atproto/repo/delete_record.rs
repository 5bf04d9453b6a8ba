//! `com.atproto.repo.deleteRecord`: for the captain and administrators. A record that is not there is gone.

use atproto::repo::{Write, WriteAction};
use axum::response::Response;
use serde_json::json;

use super::{WriteInput, commit_json};
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let input: WriteInput = call.input().await?;
    call.check_is_hold(&input.repo)?;
    let rkey = input.rkey()?;
    let hold = call.hold();
    if hold
        .repo()
        .get_record(&input.collection, &rkey)
        .await?
        .is_none()
    {
        hold.check_may_write_records(&caller).await?;
        return Ok(answer::json(json!({})));
    }
    let write = Write {
        collection: input.collection.clone(),
        rkey,
        action: WriteAction::Delete,
        swap: input.swap_record,
    };
    let info = hold.write_as(&caller, write, input.swap_commit).await?;
    Ok(answer::json(json!({ "commit": commit_json(&info) })))
}
