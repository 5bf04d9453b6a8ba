//! `com.atproto.sync.getRecord`: the proof that a record is there, or that none is.

use atproto::repo::car;
use atproto::syntax::{Nsid, RecordKey};
use axum::response::Response;

use super::check_did;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;
use crate::hold::repo::RepoError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    check_did(&call)?;
    let collection: Nsid = call.required("collection")?;
    let rkey: RecordKey = call.required("rkey")?;
    let proof = call.hold().repo().prove_record(&collection, &rkey).await?;
    let (root, _) = proof.first().ok_or(RepoError::NoRepo)?;
    let blocks = proof.iter().map(|(cid, bytes)| (cid, bytes));
    Ok(answer::car(car::to_car(*root, blocks)))
}
