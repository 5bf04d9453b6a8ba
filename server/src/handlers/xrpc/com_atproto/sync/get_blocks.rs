//! `com.atproto.sync.getBlocks`: blocks of the repo by CID.

use atproto::data::Cid;
use atproto::repo::car;
use axum::response::Response;

use super::check_did;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

/// Blocks in one answer.
const MAX_BLOCKS: usize = 100;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    check_did(&call)?;
    let cids: Vec<Cid> = call.several("cids")?;
    if cids.len() > MAX_BLOCKS {
        return Err(XrpcError::invalid(format!(
            "ask for {MAX_BLOCKS} blocks at most"
        )));
    }
    let mut archive = car::write_header(None).to_vec();
    for cid in &cids {
        let Some(block) = call.hold().repo().find_block(cid).await? else {
            return Err(XrpcError::named(
                "BlockNotFound",
                format!("there is no block {cid} in this repo"),
            ));
        };
        archive.extend_from_slice(&car::write_block(*cid, &block));
    }
    Ok(answer::car(archive))
}
