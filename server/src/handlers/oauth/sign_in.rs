//! `POST /sign-in`: from the form to the page of the account's own server.
//!
//! The same form asks for further permissions: it names the account and what it is to allow.

use std::collections::BTreeSet;

use atproto::syntax::Handle;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::{FailedSignIn, OAuthState, SignInProblem};
use crate::accounts::oauth::{Permission, ReturnTo, SignInRequest, StartError};
use crate::handlers::form::Form;
use crate::handlers::middleware::browser_session::{SIGN_IN_PATH, Viewer};
use crate::handlers::middleware::client_address::ClientAddress;
use crate::handlers::web::{Onward, lead_on};
use crate::rate_limit::TooOften;

/// Begins a sign-in.
pub async fn post(
    State(state): State<OAuthState>,
    viewer: Viewer,
    client: ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = match Form::read(body).await {
        Ok(form) => form,
        Err(error) => return error.into_response(),
    };
    let identifier = form.find("identifier").unwrap_or_default().to_owned();
    let return_to = ReturnTo::new(form.find("return_to").unwrap_or_default());
    if let Err(too_often) = state.limits.begin_sign_in(client) {
        let failure = FailedSignIn {
            status: StatusCode::TOO_MANY_REQUESTS,
            identifier,
            return_to: return_to.as_str().to_owned(),
            problem: SignInProblem::TooMany(too_often),
            viewer,
            headers,
        };
        return come_back_later(state.show_failure(failure).await, too_often);
    }
    let wanted: BTreeSet<_> = form.all("allow").filter_map(Permission::find).collect();
    let fresh = form.find("fresh").is_some();
    let permissions = if fresh || !wanted.is_empty() {
        with_granted(&state, &viewer, &identifier, wanted).await
    } else {
        wanted
    };
    let request = SignInRequest {
        permissions,
        identifier: identifier.clone(),
        return_to: return_to.clone(),
        fresh,
    };
    match state.oauth.start_sign_in(request).await {
        Ok(started) => {
            let onward = Onward::ToServer(&started.server);
            let mut response = lead_on(started.address.as_str(), onward);
            let cookie = secrecy::ExposeSecret::expose_secret(&started.cookie);
            response.headers_mut().append(
                header::SET_COOKIE,
                state.cookies.set_sign_in(&started.cookie_name, cookie),
            );
            response
        }
        Err(error) => {
            let failure = FailedSignIn {
                status: status(&error),
                identifier,
                return_to: return_to.as_str().to_owned(),
                problem: SignInProblem::Failed(error.to_string()),
                viewer,
                headers,
            };
            let response = state.show_failure(failure).await;
            match error {
                StartError::BusyHost { too_often, .. } => come_back_later(response, too_often),
                _ => response,
            }
        }
    }
}

fn come_back_later(mut response: Response, too_often: TooOften) -> Response {
    let seconds = HeaderValue::from(too_often.seconds());
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

/// Forgets which accounts signed in on this device.
pub async fn forget(State(state): State<OAuthState>) -> Response {
    let mut response = Redirect::to(SIGN_IN_PATH).into_response();
    response
        .headers_mut()
        .append(header::SET_COOKIE, state.cookies.clear_accounts());
    response
}

/// Somebody who allows more, or shows who they are once more, keeps what they allowed before.
async fn with_granted(
    state: &OAuthState,
    viewer: &Viewer,
    identifier: &str,
    mut wanted: BTreeSet<Permission>,
) -> BTreeSet<Permission> {
    let Some(signed_in) = &viewer.0 else {
        return wanted;
    };
    let handle = signed_in.handle.as_ref().map(Handle::as_str);
    if signed_in.did.as_str() == identifier || handle == Some(identifier) {
        let session = &signed_in.browser_session.oauth_session_id;
        // Without the answer the person is asked for less, which is no harm.
        wanted.extend(state.oauth.granted_to(session).await.unwrap_or_default());
    }
    wanted
}

fn status(error: &StartError) -> StatusCode {
    match error {
        StartError::Identity(error) if error.is_transient() => StatusCode::BAD_GATEWAY,
        StartError::NobodyNamed | StartError::Identity(_) => StatusCode::BAD_REQUEST,
        StartError::Discovery(error) if !error.is_transient() => StatusCode::BAD_REQUEST,
        StartError::Discovery(_) | StartError::Server(_) => {
            tracing::info!(
                error = error as &dyn std::error::Error,
                "a sign-in did not begin"
            );
            StatusCode::BAD_GATEWAY
        }
        StartError::Busy => StatusCode::SERVICE_UNAVAILABLE,
        StartError::BusyHost { .. } => StatusCode::TOO_MANY_REQUESTS,
        StartError::Database(_) | StartError::Seal(_) => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a sign-in did not begin"
            );
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
