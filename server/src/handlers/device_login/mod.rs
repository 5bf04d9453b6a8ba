//! `/auth/device`, `/auth/device/token`, `/auth/revoke`: what `docker-credential-longshore` asks, in OAuth's forms.
//! The pages on which people approve are in `handlers/web`.
//!
//! Nobody is signed in here and no cookie is read, so there is nothing to forge a request for.

mod begin;
mod error;
mod form;
mod revoke;
mod token;

use axum::Router;
use axum::routing::post;
use url::Url;

use crate::accounts::{AccessTokens, DeviceLogins};
use crate::clock::Clock;
use crate::handlers::middleware::client_limits::ClientLimits;

/// Where people type the code of a device.
pub const DEVICE_PAGE: &str = "/device";

/// What logins of devices need.
#[derive(Clone)]
pub struct DeviceLoginState {
    /// Begins and ends them.
    pub logins: DeviceLogins,
    /// Revokes tokens.
    pub access_tokens: AccessTokens,
    /// How often one client may begin.
    pub limits: ClientLimits,
    /// Where the page is.
    pub public_url: Url,
    /// The time.
    pub clock: Clock,
}

/// The three endpoints.
pub fn routes(state: DeviceLoginState) -> Router {
    Router::new()
        .route("/auth/device", post(begin::begin))
        .route("/auth/device/token", post(token::token))
        .route("/auth/revoke", post(revoke::revoke))
        .with_state(state)
}
