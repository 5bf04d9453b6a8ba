//! `POST /sign-out`.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::OAuthState;
use crate::handlers::form::Form;
use crate::handlers::middleware::browser_session::Viewer;

/// Signs this browser out. The session here ends at once, that at the account's server when it can be reached; a page
/// of an old session may sign out too, since its form token is as old.
pub async fn post(
    State(state): State<OAuthState>,
    viewer: Viewer,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Some(signed_in) = &viewer.0
        && let Err(error) = Form::read_of(signed_in, body).await
    {
        return error.into_response();
    }
    if let Some(cookie) = state.cookies.session(&headers)
        && let Err(error) = state.browsers.sign_out(&cookie).await
    {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a browser was not signed out"
        );
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "Longshore cannot sign you out at the moment. Try again shortly.\n",
        )
            .into_response();
    }
    let mut response = Redirect::to("/").into_response();
    let own = response.headers_mut();
    own.append(header::SET_COOKIE, state.cookies.clear_session());
    // Nothing private is kept in storage, where the theme is.
    own.insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\""),
    );
    response
}
