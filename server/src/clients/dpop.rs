//! Requests with a DPoP proof: one of their own for each, with the nonce that the server gave last. RFC 9449

use std::fmt;
use std::time::Duration;

use atproto::oauth::{DpopTarget, ErrorCode, ErrorResponse, KeyId, Nonce, OAuthKey, Proof};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use moka::sync::Cache;
use secrecy::{ExposeSecret as _, SecretString};

use super::outbound::{
    FetchLimits, OutboundAnswer, OutboundClient, OutboundError, OutboundRequest,
};
use crate::clock::Clock;
use crate::secrets::random_bytes;

const DPOP: HeaderName = HeaderName::from_static("dpop");
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// Servers that are remembered with the nonce they gave.
const NONCES: u64 = 20_000;
/// Servers change nonces every few minutes. One that is too old costs a round trip, and no more.
const NONCE_LIFETIME: Duration = Duration::from_mins(10);

/// Sends requests with proofs. Cheap to clone; clones share the nonces.
#[derive(Clone)]
pub struct DpopClient {
    outbound: OutboundClient,
    clock: Clock,
    /// By the server's origin and the key: a nonce may be bound to either.
    nonces: Cache<(String, KeyId), Nonce>,
}

/// A token with the key that it is bound to. It is never sent without a proof of the key (checklist DP-08).
#[derive(Clone)]
pub struct DpopToken {
    /// Who sends it.
    pub client: DpopClient,
    /// The key.
    pub key: OAuthKey,
    /// The token.
    pub access_token: SecretString,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum DpopError {
    /// The request failed.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// The server does not use nonces, so a stolen proof would be good for as long as its clock allows.
    /// atproto.com/specs/oauth#demonstrating-proof-of-possession-dpop
    #[error("the server's answer has no DPoP nonce")]
    NoNonce,
}

impl DpopClient {
    /// A client that goes out through `outbound`.
    pub fn new(outbound: OutboundClient, clock: Clock) -> Self {
        let nonces = Cache::builder()
            .max_capacity(NONCES)
            .time_to_live(NONCE_LIFETIME)
            .build();
        Self {
            outbound,
            clock,
            nonces,
        }
    }

    /// Sends a request with a proof, and once more when the server asks for another nonce. `request` makes the
    /// request anew each time, since parts of it may be good only once.
    pub async fn exchange(
        &self,
        key: &OAuthKey,
        access_token: Option<&SecretString>,
        request: impl Fn() -> OutboundRequest + Send + Sync,
        limits: &FetchLimits,
    ) -> Result<OutboundAnswer, DpopError> {
        let answer = self.send(key, access_token, request(), limits).await?;
        if asks_for_nonce(&answer) {
            return self.send(key, access_token, request(), limits).await;
        }
        Ok(answer)
    }

    async fn send(
        &self,
        key: &OAuthKey,
        access_token: Option<&SecretString>,
        request: OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<OutboundAnswer, DpopError> {
        let server = (request.url().origin().ascii_serialization(), key.id());
        let request = self.with_proof(
            key,
            access_token,
            request,
            self.nonces.get(&server).as_ref(),
        )?;
        let answer = self.outbound.exchange(request, limits).await?;
        match nonce_of(&answer.headers) {
            Some(nonce) => self.nonces.insert(server, nonce),
            None if answer.is_success() => return Err(DpopError::NoNonce),
            None => {}
        }
        Ok(answer)
    }

    fn with_proof(
        &self,
        key: &OAuthKey,
        access_token: Option<&SecretString>,
        request: OutboundRequest,
        nonce: Option<&Nonce>,
    ) -> Result<OutboundRequest, OutboundError> {
        let access_token = access_token.map(SecretString::expose_secret);
        let proof = Proof {
            key,
            nonce,
            id: &URL_SAFE_NO_PAD.encode(random_bytes::<16>()),
            now: self.clock.now().timestamp(),
        }
        .sign(&DpopTarget {
            method: request.method().as_str(),
            url: request.url(),
            access_token,
        });
        let request = request.header(DPOP, secret_header(&proof)?);
        match access_token {
            Some(token) => {
                Ok(request.header(AUTHORIZATION, secret_header(&format!("DPoP {token}"))?))
            }
            None => Ok(request),
        }
    }
}

impl DpopToken {
    /// Sends a request with the token and returns the body of a 2xx answer.
    pub async fn send(
        &self,
        request: &OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<Bytes, DpopError> {
        let answer = self
            .client
            .exchange(
                &self.key,
                Some(&self.access_token),
                || request.clone(),
                limits,
            )
            .await?;
        Ok(answer.into_success()?)
    }
}

impl fmt::Debug for DpopToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DpopToken(..)")
    }
}

impl fmt::Debug for DpopClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DpopClient")
    }
}

fn secret_header(text: &str) -> Result<HeaderValue, OutboundError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| OutboundError::InvalidBody)?;
    value.set_sensitive(true);
    Ok(value)
}

fn nonce_of(headers: &HeaderMap) -> Option<Nonce> {
    Nonce::parse(headers.get(DPOP_NONCE)?.to_str().ok()?).ok()
}

/// RFC 9449, sections 8 and 9: an authorization server says it in the body, a resource server in a header.
fn asks_for_nonce(answer: &OutboundAnswer) -> bool {
    let in_header = || {
        answer
            .headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.contains("use_dpop_nonce"))
    };
    let in_body = || {
        ErrorResponse::parse(&answer.body)
            .is_some_and(|error| error.code == ErrorCode::UseDpopNonce)
    };
    matches!(answer.status, 400 | 401)
        && nonce_of(&answer.headers).is_some()
        && (in_body() || in_header())
}
