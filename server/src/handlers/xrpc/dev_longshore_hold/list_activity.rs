//! `dev.longshore.hold.listActivity`: who did what when.

use axum::response::Response;

use crate::clients::hold_admin::ActivityList;
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;
use crate::hold::ActivityFilter;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let limit = call.limit(50, 500)?;
    let text = |name| call.text(name).map(str::to_owned);
    let filter = ActivityFilter {
        person: text("person"),
        action: text("action"),
        from: call.optional("from")?,
        until: call.optional("until")?,
        before: text("cursor"),
    };
    let entries = call.hold().list_activity(&caller, &filter, limit).await?;
    let cursor = entries
        .last()
        .filter(|_| entries.len() == usize::from(limit))
        .map(|last| last.id.clone());
    Ok(answer::json(ActivityList { entries, cursor }))
}
