//! The list of repositories (`/v2/_catalog`, Docker registry HTTP API).

use axum::Json;
use axum::response::{IntoResponse, Response};
use oci::{Operation, Page};
use serde_json::json;

use crate::registry::permissions::Caller;

use super::tags::insert_next;
use super::{OciError, OciState};

/// Answers with what the caller may read, and nothing else.
pub async fn list(
    state: &OciState,
    caller: Caller,
    operation: Operation,
) -> Result<Response, OciError> {
    if !caller.may_list_catalog() {
        return Err(OciError::unauthorized(
            "get a token with the scope registry:catalog:* to list repositories",
        ));
    }
    let page = match operation {
        Operation::ListCatalog { page } => page,
        _ => Page::default(),
    };
    let found = state
        .registry
        .list_catalog(&caller, page.n, page.last.as_deref())
        .await?;
    let next = found
        .repositories
        .last()
        .filter(|_| found.has_more)
        .cloned();
    let mut response = Json(json!({ "repositories": found.repositories })).into_response();
    if let Some(last) = next {
        insert_next(response.headers_mut(), "/v2/_catalog", &page, &last, &[]);
    }
    Ok(response)
}
