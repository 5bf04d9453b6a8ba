//! `/auth`: registry tokens for docker and its kin.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use url::Url;

use crate::accounts::{AccessTokens, ActiveAccounts, PdsSessions};
use crate::clock::Clock;
use crate::handlers::middleware::client_limits::ClientLimits;
use crate::registry::Registry;
use crate::registry::registry_token::RegistryTokens;

mod error;
mod grants;
mod login;
mod registry_token;

/// The path of the token endpoint, which the realm of every challenge ends in.
pub const TOKEN_PATH: &str = "/auth/token";

/// What the token endpoint needs.
#[derive(Clone)]
pub struct TokenState {
    /// Says what may be granted.
    pub registry: Registry,
    /// Signs tokens.
    pub tokens: Arc<RegistryTokens>,
    /// Checks app passwords at their owner's PDS.
    pub sessions: PdsSessions,
    /// Checks access tokens.
    pub access_tokens: AccessTokens,
    /// Whether accounts are still there.
    pub active_accounts: ActiveAccounts,
    /// How often one client may guess.
    pub limits: ClientLimits,
    /// Where people sign in and make access tokens.
    pub public_url: Url,
    /// The time.
    pub clock: Clock,
}

/// `GET` with Basic credentials or none, and the OAuth 2 form of `POST` (Docker Registry token specification).
pub fn routes(state: TokenState) -> Router {
    Router::new()
        .route(
            TOKEN_PATH,
            get(registry_token::get)
                .post(registry_token::post)
                .fallback(error::method_not_allowed),
        )
        .with_state(state)
}
