//! Signing in and out through the browser, and what authorization servers fetch from us.

mod callback;
mod client_metadata;
mod jwks;
mod sign_in;
mod sign_out;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use futures::future::BoxFuture;

use super::middleware::browser_session::{SIGN_IN_PATH, Viewer};
use super::middleware::client_limits::ClientLimits;
use super::middleware::cookies::Cookies;
use crate::accounts::oauth::{CALLBACK_PATH, CLIENT_METADATA_PATH, JWKS_PATH, OAuthSessions};
use crate::accounts::{ActiveAccounts, BrowserSessions};
use crate::rate_limit::TooOften;

/// Where other software looks for the client's description.
const OTHER_CLIENT_METADATA_PATH: &str = "/oauth-client-metadata.json";
/// Path of the form that signs out.
pub const SIGN_OUT_PATH: &str = "/sign-out";
/// Path of the form that forgets the accounts of a device.
const FORGET_PATH: &str = "/sign-in/forget";
/// Accounts that a device remembers.
const REMEMBERED_ACCOUNTS: usize = 5;

/// What the handlers need.
#[derive(Clone)]
pub struct OAuthState {
    /// Opens OAuth sessions.
    pub oauth: OAuthSessions,
    /// Signs browsers in.
    pub browsers: BrowserSessions,
    /// Whether accounts are still there.
    pub active_accounts: ActiveAccounts,
    /// How often one client may begin.
    pub limits: ClientLimits,
    /// Sets and reads cookies.
    pub cookies: Cookies,
    /// Shows the sign-in page with what went wrong.
    pub sign_in_page: SignInPage,
}

/// Renders the sign-in page.
pub type SignInPage = Arc<dyn Fn(FailedSignIn) -> BoxFuture<'static, Response> + Send + Sync>;

/// A sign-in that did not work, for the page where it can be tried again.
#[derive(Debug, Clone)]
pub struct FailedSignIn {
    /// The status of the answer.
    pub status: StatusCode,
    /// What was typed.
    pub identifier: String,
    /// Where the person wanted to go.
    pub return_to: String,
    /// What to tell them.
    pub problem: SignInProblem,
    /// Who looks.
    pub viewer: Viewer,
    /// The headers of the request, for its cookies.
    pub headers: HeaderMap,
}

/// Why a sign-in did not work.
#[derive(Debug, Clone)]
pub enum SignInProblem {
    /// Too many began at the client's address.
    TooMany(TooOften),
    /// This, in words for the person.
    Failed(String),
}

/// The routes, all but the sign-in page itself, which is a page like others.
pub fn routes(state: OAuthState) -> Router {
    Router::new()
        .route(SIGN_IN_PATH, post(sign_in::post))
        .route(FORGET_PATH, post(sign_in::forget))
        .route(CALLBACK_PATH, get(callback::get))
        .route(SIGN_OUT_PATH, post(sign_out::post))
        .route(CLIENT_METADATA_PATH, get(client_metadata::get))
        .route(OTHER_CLIENT_METADATA_PATH, get(client_metadata::get))
        .route(JWKS_PATH, get(jwks::get))
        .with_state(state)
}

impl OAuthState {
    async fn show_failure(&self, failure: FailedSignIn) -> Response {
        (self.sign_in_page)(failure).await
    }
}
