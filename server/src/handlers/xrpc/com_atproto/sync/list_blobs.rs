//! `com.atproto.sync.listBlobs`: blobs of the hold's own records. Layers are not among them: those are OCI blobs.

use atproto::data::Cid;
use atproto::syntax::Tid;
use axum::response::Response;
use serde_json::json;

use super::check_did;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    check_did(&call)?;
    let since: Option<Tid> = call.optional("since")?;
    let cursor: Option<Cid> = call.optional("cursor")?;
    let limit = call.limit(500, 1000)?;
    let since = since.map(|since| since.to_string());
    let cids = call
        .hold()
        .list_record_blobs(since.as_deref(), cursor.as_ref(), limit)
        .await?;
    let names: Vec<String> = cids.iter().map(ToString::to_string).collect();
    let mut answer = json!({ "cids": names });
    if let Some(last) = names.last().filter(|_| names.len() == usize::from(limit)) {
        answer["cursor"] = last.clone().into();
    }
    Ok(answer::json(answer))
}
