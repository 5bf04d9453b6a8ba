//! On a developer's machine, one name for the server.
//!
//! Authorization servers send people back to `127.0.0.1`, and cookies belong to `localhost`, or the other way round;
//! so a browser that comes by another name of this machine is sent to the one that everything else is set up for.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use url::Url;

use crate::accounts::oauth::CALLBACK_PATH;

/// The public address, when it is on this machine.
#[derive(Clone, Debug)]
pub struct OwnHost(Option<Arc<Url>>);

impl OwnHost {
    /// Redirects only to a public address on this machine; elsewhere names are the operator's business.
    pub fn new(public_url: &Url) -> Self {
        let is_local = public_url.scheme() == "http";
        Self(is_local.then(|| Arc::new(public_url.clone())))
    }
}

/// Sends browsers to the server's own name, for [`axum::middleware::from_fn_with_state`].
pub async fn redirect_to_own_host(
    State(OwnHost(own)): State<OwnHost>,
    request: Request,
    next: Next,
) -> Response {
    let Some(own) = own else {
        return next.run(request).await;
    };
    let headers = request.headers();
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let is_navigation = request.uri().path() == CALLBACK_PATH
        || headers
            .get("sec-fetch-mode")
            .is_some_and(|mode| mode == "navigate");
    let is_read = *request.method() == Method::GET;
    if !is_read || !is_navigation || host.is_none_or(|host| host == own.authority()) {
        return next.run(request).await;
    }
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let origin = own.origin().ascii_serialization();
    Redirect::temporary(&format!("{origin}{path}")).into_response()
}
