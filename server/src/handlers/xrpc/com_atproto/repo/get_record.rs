//! `com.atproto.repo.getRecord`.

use atproto::data::Cid;
use atproto::syntax::{Nsid, RecordKey};
use axum::response::Response;

use super::record_json;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    call.check_repo("repo")?;
    let collection: Nsid = call.required("collection")?;
    let rkey: RecordKey = call.required("rkey")?;
    let version: Option<Cid> = call.optional("cid")?;
    let record = call
        .hold()
        .repo()
        .get_record(&collection, &rkey)
        .await?
        .filter(|record| version.is_none_or(|version| version == record.cid))
        .ok_or_else(|| {
            XrpcError::named(
                "RecordNotFound",
                format!("there is no record {collection}/{rkey} in this repo"),
            )
        })?;
    Ok(answer::json(record_json(call.hold(), &collection, &record)))
}
