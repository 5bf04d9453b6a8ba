//! `com.atproto.repo.listRecords`.

use atproto::syntax::Nsid;
use axum::response::Response;
use serde_json::{Value, json};

use super::record_json;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    call.check_repo("repo")?;
    let collection: Nsid = call.required("collection")?;
    let limit = call.limit(50, 100)?;
    let ascending: bool = call.optional("reverse")?.unwrap_or(false);
    // The newest come first unless the caller asks for the reverse, as other repo hosts have it.
    let page = call
        .hold()
        .repo()
        .list_records(&collection, call.text("cursor"), !ascending, limit)
        .await?;
    let records: Vec<Value> = page
        .records
        .iter()
        .map(|record| record_json(call.hold(), &collection, record))
        .collect();
    let mut answer = json!({ "records": records });
    if let Some(last) = page.records.last().filter(|_| page.has_more) {
        answer["cursor"] = last.rkey.to_string().into();
    }
    Ok(answer::json(answer))
}
