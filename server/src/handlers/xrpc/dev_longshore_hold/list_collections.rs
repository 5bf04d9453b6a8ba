//! `dev.longshore.hold.listCollections`: collections of garbage, under way and before.

use axum::response::Response;

use crate::clients::hold_admin::CollectionList;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let limit = call.limit(20, 100)?;
    let collections = call
        .hold()
        .list_collections(&caller, call.text("cursor"), limit)
        .await?;
    let cursor = collections
        .last()
        .filter(|_| collections.len() == usize::from(limit))
        .map(|last| last.id.clone());
    Ok(answer::json(CollectionList {
        collections,
        cursor,
    }))
}
