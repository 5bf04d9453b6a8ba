//! `/v2`: the OCI distribution API. Bytes in, a call to `registry`, bytes out.

use std::sync::Arc;

use axum::Router;
use axum::routing::any;

use crate::accounts::{AccessTokens, ActiveAccounts, PdsSessions};
use crate::clock::Clock;
use crate::registry::Registry;
use crate::registry::registry_token::RegistryTokens;

mod authenticate;
mod blobs;
mod catalog;
mod dispatch;
mod error;
mod manifests;
mod referrers;
mod tags;
mod uploads;

pub use error::OciError;

/// What the distribution API needs.
#[derive(Clone)]
pub struct OciState {
    /// The registry.
    pub registry: Registry,
    /// Reads the tokens that clients present.
    pub tokens: Arc<RegistryTokens>,
    /// Says whether the access tokens behind them still stand.
    pub access_tokens: AccessTokens,
    /// Says whether the logins with app passwords behind them do.
    pub sessions: PdsSessions,
    /// Says whether their accounts are still there.
    pub active_accounts: ActiveAccounts,
    /// Where clients get tokens: from configuration, never from a request (checklist TK-07).
    pub token_realm: Arc<str>,
    /// The time.
    pub clock: Clock,
}

/// Every URL below `/v2`. One handler for all of them: names have any number of segments, so
/// [`oci::Operation::parse`] is the router.
pub fn routes(state: OciState) -> Router {
    Router::new()
        .route("/v2", any(dispatch::dispatch))
        .route("/v2/", any(dispatch::dispatch))
        .route("/v2/{*rest}", any(dispatch::dispatch))
        .with_state(state)
}
