//! OAuth as atproto profiles it, from the client's side: the messages, and what makes them acceptable.
//! atproto.com/specs/oauth
//!
//! Pure: random bytes, times and answers come in as parameters. Whoever speaks to servers decides when to send what.
//!
//! There are public crates for this. They follow redirects, accept a token of any type, send the query in `htu`, do
//! not compare the account with the one that was asked for, and abort on some answers of a hostile server. What is
//! left once all of that is replaced is a handful of messages, which are here, with a type and a limit for each.

mod authorization_request;
mod authorization_response;
mod client_assertion;
mod client_metadata;
mod dpop;
mod error_response;
mod jwt;
mod key;
mod pkce;
mod scope;
mod server_metadata;
mod token_request;
mod token_response;

pub use authorization_request::{AuthorizationRequest, InvalidPushedResponse, Prompt, RequestUri};
pub use authorization_response::{
    AuthorizationCode, AuthorizationResponse, InvalidCallback, Outcome,
};
pub use client_assertion::{ASSERTION_LIFETIME_SECONDS, client_assertion};
pub use client_metadata::{ClientDescription, ClientId, ClientMetadata, jwks_document};
pub use dpop::{DpopTarget, InvalidNonce, Nonce, Proof};
pub use error_response::{ErrorCode, ErrorResponse};
pub use key::{InvalidKey, KEY_BYTES, KeyId, OAuthKey, PublicJwk};
pub use pkce::{CodeChallenge, CodeVerifier};
pub use scope::{InvalidScope, Scopes};
pub use server_metadata::{
    AuthorizationServer, Issuer, MetadataError, ProtectedResource, authorization_server_url,
    protected_resource_url,
};
pub use token_request::{TokenForm, revocation_form};
pub use token_response::{InvalidTokenResponse, TokenResponse, token_to_give_back};

/// Seconds that times in what we sign lie back, so that a server whose clock is behind accepts it.
pub const BACKDATED_SECONDS: i64 = 5;

/// The longest token that is stored or sent, in bytes. Requests carry it in a header.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;
