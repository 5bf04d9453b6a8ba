//! From an account's server to the authorization server that it trusts. atproto.com/specs/oauth#identity-authentication

use std::sync::Arc;
use std::time::Duration;

use atproto::oauth::{
    AuthorizationServer, Issuer, ProtectedResource, authorization_server_url,
    protected_resource_url,
};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use moka::future::Cache;
use url::Url;

use super::DiscoveryError;
use crate::clients::outbound::{
    FetchLimits, OutboundAnswer, OutboundClient, OutboundError, OutboundRequest,
};

/// How long an answer is believed, a bad one too: all who sign in at one server meanwhile cost it one request
/// (checklist FE-09).
const BELIEVED: Duration = Duration::from_secs(60);
const REMEMBERED: u64 = 10_000;

/// Finds authorization servers. Asks each server once for all who want to know at the same time.
pub(super) struct Discovery {
    outbound: OutboundClient,
    issuers: Cache<String, Result<Issuer, DiscoveryError>>,
    servers: Cache<Issuer, Result<Arc<AuthorizationServer>, DiscoveryError>>,
}

impl Discovery {
    pub(super) fn new(outbound: OutboundClient) -> Self {
        Self {
            outbound,
            issuers: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(BELIEVED)
                .build(),
            servers: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(BELIEVED)
                .build(),
        }
    }

    /// The authorization server of the account server at the origin `pds`.
    pub(super) async fn of_pds(
        &self,
        pds: &Url,
    ) -> Result<Arc<AuthorizationServer>, DiscoveryError> {
        let issuer = self.issuer_of(pds).await?;
        self.server(&issuer).await
    }

    /// The issuer that the account server at the origin `pds` trusts.
    pub(super) async fn issuer_of(&self, pds: &Url) -> Result<Issuer, DiscoveryError> {
        let origin = pds.origin().ascii_serialization();
        self.issuers.get_with(origin, self.ask_pds(pds)).await
    }

    /// The authorization server of that name.
    pub(super) async fn server(
        &self,
        issuer: &Issuer,
    ) -> Result<Arc<AuthorizationServer>, DiscoveryError> {
        self.servers
            .get_with_by_ref(issuer, self.ask_server(issuer))
            .await
    }

    /// The authorization server for a server that somebody typed: that of an account server, or the server itself.
    pub(super) async fn of_typed(
        &self,
        server: &Url,
    ) -> Result<Arc<AuthorizationServer>, DiscoveryError> {
        let as_pds = match self.of_pds(server).await {
            Err(error @ DiscoveryError::Unusable { .. }) => error,
            outcome => return outcome,
        };
        let origin = server.origin().ascii_serialization();
        match Issuer::parse(&origin, self.outbound.is_development()) {
            Some(issuer) => self.server(&issuer).await.map_err(|_| as_pds),
            None => Err(as_pds),
        }
    }

    /// Forgets what a server said, when it turns out to contradict something newer.
    pub(super) async fn forget(&self, pds: &Url) {
        self.issuers
            .invalidate(&pds.origin().ascii_serialization())
            .await;
    }

    async fn ask_pds(&self, pds: &Url) -> Result<Issuer, DiscoveryError> {
        let host = pds.authority().to_owned();
        let body = self.fetch(protected_resource_url(pds), &host).await?;
        ProtectedResource::parse(&body, pds, self.outbound.is_development())
            .map(|resource| resource.issuer)
            .map_err(|error| DiscoveryError::of_metadata(&host, error))
    }

    async fn ask_server(
        &self,
        issuer: &Issuer,
    ) -> Result<Arc<AuthorizationServer>, DiscoveryError> {
        let host = issuer.url().authority().to_owned();
        let body = self.fetch(authorization_server_url(issuer), &host).await?;
        AuthorizationServer::parse(&body, issuer, self.outbound.is_development())
            .map(Arc::new)
            .map_err(|error| DiscoveryError::of_metadata(&host, error))
    }

    /// Exactly 200 and JSON (checklist OA-11): a redirect or a page is an answer of something else.
    async fn fetch(&self, url: Url, host: &str) -> Result<Bytes, DiscoveryError> {
        let unusable = |reason: String| DiscoveryError::Unusable {
            host: host.to_owned(),
            reason,
        };
        let answer = self
            .outbound
            .exchange(OutboundRequest::get(url), &FetchLimits::OAUTH_METADATA)
            .await
            .map_err(|error| match error {
                OutboundError::Refused { reason } => unusable(reason.to_string()),
                OutboundError::NoSuchHost => unusable("there is no such host".to_owned()),
                OutboundError::TooLarge { .. } => unusable("its answer is too long".to_owned()),
                OutboundError::InvalidBody => unusable("its answer is not readable".to_owned()),
                OutboundError::Timeout
                | OutboundError::Connect(_)
                | OutboundError::Status { .. } => DiscoveryError::Unavailable {
                    host: host.to_owned(),
                },
            })?;
        match answer.status {
            200 if is_json(&answer) => Ok(answer.body),
            200 => Err(unusable("its answer is not JSON".to_owned())),
            429 | 500.. => Err(DiscoveryError::Unavailable {
                host: host.to_owned(),
            }),
            404 => Err(unusable("it does not offer OAuth".to_owned())),
            status => Err(unusable(format!(
                "it answered with the status {status} instead of 200"
            ))),
        }
    }
}

fn is_json(answer: &OutboundAnswer) -> bool {
    let media_type = answer
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    media_type.is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json"))
}
