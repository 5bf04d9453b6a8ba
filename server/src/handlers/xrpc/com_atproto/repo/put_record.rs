//! `com.atproto.repo.putRecord`: for the captain and administrators.

use atproto::repo::{Write, WriteAction};
use axum::response::Response;

use super::{WriteInput, written};
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let input: WriteInput = call.input().await?;
    call.check_is_hold(&input.repo)?;
    let rkey = input.rkey()?;
    let write = Write {
        collection: input.collection.clone(),
        rkey: rkey.clone(),
        action: WriteAction::Put(input.record()?),
        swap: input.swap_record,
    };
    let hold = call.hold();
    let info = hold.write_as(&caller, write, input.swap_commit).await?;
    Ok(answer::json(written(hold, &input.collection, &rkey, &info)))
}
