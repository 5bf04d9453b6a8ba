//! `io.atcr.hold.requestCrew`: joins the crew, where everybody may.

use axum::response::Response;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::json;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;
use crate::hold::Joined;

#[derive(Default, Deserialize)]
struct Input {
    role: Option<String>,
    #[serde(default)]
    permissions: Vec<String>,
}

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    // Everything in it is optional, and so is it.
    let input: Input = if call.headers().contains_key(CONTENT_TYPE) {
        call.input().await?
    } else {
        Input::default()
    };
    let hold = call.hold();
    let joined = hold
        .request_crew(&caller, input.role.as_deref(), &input.permissions)
        .await?;
    let uri = |key: &str| format!("at://{}/{}/{key}", hold.did(), lexicon::nsid::HOLD_CREW);
    Ok(answer::json(match joined {
        Joined::Created { record_key, cid } => json!({
            "status": "created",
            "uri": uri(record_key.as_str()),
            "cid": cid.to_string(),
            "message": "welcome aboard",
        }),
        Joined::AlreadyMember { record_key } => json!({
            "status": "already_member",
            "uri": uri(&record_key),
            "message": "you are in the crew already",
        }),
    }))
}
