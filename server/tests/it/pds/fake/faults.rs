//! The ways in which a service fails.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt as _;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, LOCATION};
use serde_json::json;

/// How a method answers when it is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection closes without an answer.
    HangUp,
    /// There is no answer, ever.
    Hang,
    /// The answer breaks off in the middle.
    BreakOff,
    /// A status and no XRPC error.
    Status(u16),
    /// Status 200 and a page of HTML.
    Nonsense,
    /// Status 200 and JSON of the wrong shape.
    WrongShape,
    /// More bytes than any answer may have.
    Huge,
    /// Somewhere else, please.
    Redirect,
    /// Status 200, about another account.
    WrongDid,
    /// Status 200, and bytes that were never stored.
    OtherBytes,
    /// An XRPC error by its name.
    Error(u16, &'static str),
}

/// More than the largest limit there is for an answer, the one of manifests and listings.
const HUGE: usize = 16 * 1024 * 1024;

/// The broken answer; `None` where the method itself plays its part in the failure.
pub async fn broken(fault: Fault) -> Option<Response> {
    let response = match fault {
        Fault::Hang => std::future::pending().await,
        Fault::HangUp => unreachable!("the listener hangs up"),
        Fault::WrongDid | Fault::OtherBytes => return None,
        Fault::BreakOff => {
            let start = futures::stream::iter([Ok(Bytes::from_static(b"{\"uri\":"))]);
            let end = futures::stream::iter([Err(std::io::Error::other("broken off on purpose"))]);
            let body = Body::from_stream(start.chain(end));
            ([(CONTENT_LENGTH, "1000")], body).into_response()
        }
        Fault::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Fault::Nonsense => "<html><body>It works!</body></html>".into_response(),
        Fault::WrongShape => {
            axum::Json(json!({ "did": 7, "blob": [], "uri": null })).into_response()
        }
        Fault::Huge => Body::from(vec![b' '; HUGE]).into_response(),
        Fault::Redirect => (
            StatusCode::TEMPORARY_REDIRECT,
            [(LOCATION, "http://localhost:1/")],
        )
            .into_response(),
        Fault::Error(status, name) => {
            let body = json!({ "error": name, "message": "on purpose" });
            (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
        }
    };
    Some(response)
}
