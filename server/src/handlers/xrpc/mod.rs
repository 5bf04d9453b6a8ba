//! XRPC: the hold as an atproto actor, and what it does for registries. atproto.com/specs/xrpc
//!
//! [`methods`] has every method; each lies in a file of its name. A handler gets a [`Call`], asks it for
//! parameters, input and caller, calls the hold once, and answers in the published form.

mod answer;
mod app_bsky;
mod call;
mod com_atproto;
mod dev_longshore_hold;
mod error;
mod io_atcr_hold;
mod methods;
mod upload_ticket;
mod well_known;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use chrono::TimeDelta;
use futures::FutureExt as _;
use http::HeaderValue;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
};
use http::{Method, StatusCode};

use crate::accounts::ServiceTokens;
use crate::clients::relay::Relays;
use crate::clock::Clock;
use crate::handlers::middleware::access_log::OperationLabel;
use crate::hold::Hold;

pub use error::XrpcError;
pub use methods::{Access, METHODS, MethodEntry, Verb};

use call::Call;
use upload_ticket::UploadTickets;

/// What the methods work with.
#[derive(Clone)]
pub struct XrpcState {
    inner: Arc<Inner>,
}

/// What an [`XrpcState`] is made of.
pub struct XrpcParts {
    /// The hold.
    pub hold: Hold,
    /// Who verifies callers.
    pub tokens: ServiceTokens,
    /// `AppViews` that may set tiers, by DID.
    pub trusted_appviews: Vec<atproto::syntax::Did>,
    /// How long what nothing uses is kept.
    pub gc_grace: TimeDelta,
    /// The relays that are to follow the hold.
    pub relays: Relays,
    /// What blobs are kept in: `folder` or `bucket`.
    pub storage: &'static str,
    /// The time.
    pub clock: Clock,
}

struct Inner {
    hold: Hold,
    tokens: ServiceTokens,
    gc_grace: TimeDelta,
    relays: Relays,
    storage: &'static str,
    trusted_appviews: Vec<atproto::syntax::Did>,
    tickets: UploadTickets,
    subscribers: Arc<tokio::sync::Semaphore>,
}

/// Clients that follow the firehose at a time.
const MAX_SUBSCRIBERS: usize = 1000;

impl XrpcState {
    /// Puts the parts together.
    pub fn new(parts: XrpcParts) -> Self {
        let key = parts.hold.identity().signing_key().clone();
        let tickets = UploadTickets::new(key, parts.clock);
        Self {
            inner: Arc::new(Inner {
                hold: parts.hold,
                tokens: parts.tokens,
                gc_grace: parts.gc_grace,
                relays: parts.relays,
                storage: parts.storage,
                trusted_appviews: parts.trusted_appviews,
                tickets,
                subscribers: Arc::new(tokio::sync::Semaphore::new(MAX_SUBSCRIBERS)),
            }),
        }
    }
}

/// `/xrpc/…` and the documents that say who the hold is.
pub fn routes(state: XrpcState) -> Router {
    Router::new()
        .route("/.well-known/did.json", get(well_known::did_document))
        .route("/.well-known/atproto-did", get(well_known::handle))
        .route("/xrpc/_health", get(well_known::health))
        .route("/xrpc/{method}", any(dispatch))
        .route("/xrpc/{method}/{*rest}", any(unknown_path))
        .with_state(state)
}

async fn dispatch(
    State(state): State<XrpcState>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    if request.method() == Method::OPTIONS {
        return preflight();
    }
    let Some(entry) = methods::find(&name) else {
        return with_cors(XrpcError::not_implemented(&name).into_response());
    };
    let verb = request.method().clone();
    if !entry.verb.accepts(&verb) {
        let error = XrpcError::wrong_verb(entry);
        return with_cors(error.into_response());
    }
    let call = Call::new(state, entry, request);
    // A bug in a method is answered in the protocol's form too.
    let outcome = std::panic::AssertUnwindSafe((entry.handler)(call))
        .catch_unwind()
        .await;
    let mut response = match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => error.into_response(),
        Err(_) => XrpcError::internal_panic(entry.nsid).into_response(),
    };
    response.extensions_mut().insert(OperationLabel(entry.nsid));
    with_cors(response)
}

async fn unknown_path() -> Response {
    with_cors(XrpcError::not_implemented("this path").into_response())
}

/// Anybody's page may read what is public here; nothing here knows cookies.
fn with_cors(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, PUT"),
    );
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, range"),
    );
    with_cors(response)
}
