//! The one guarded HTTP client: the only way out to hosts that a stranger can name.
//!
//! HTTPS only, no redirects, no proxy, no cookies, addresses checked where the connection is made, limits
//! in time and bytes per purpose, slots per host. It knows nothing of DIDs, PDSes or registries.

mod address;
mod concurrency;
mod destination;
mod error;
mod exchange;
mod limits;
mod probe;
mod resolver;
mod streaming;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::DateTime;
use futures::StreamExt as _;
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER,
};
use http::{HeaderName, HeaderValue, Method};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use url::Url;

pub use address::{AddressBlock, AddressPolicy, InvalidAddressBlock, is_allowed_address};
pub use error::{OutboundError, Refusal, RemoteMessage};
pub use exchange::OutboundAnswer;
pub use limits::{FetchLimits, Ports};
pub use probe::ProbedHead;
pub use resolver::{ResolveError, dns_client};
pub use streaming::{OpenedAnswer, StreamedBody};

use concurrency::Slots;
use destination::check_destination;
use resolver::CheckedResolver;

const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// An error answer is read this far, for its `error` name.
const ERROR_BODY_LIMIT: usize = 16 * 1024;

/// How the client behaves. Read from the configuration at start.
#[derive(Debug, Clone, Default)]
pub struct OutboundPolicy {
    /// Lets `http://localhost`, loopback addresses and any port through. Development only.
    pub allow_loopback_http: bool,
    /// Addresses that are refused beside all that are not public.
    pub extra_blocked: Vec<AddressBlock>,
    /// Who we say we are, with an address where we can be reached.
    pub user_agent: String,
    /// One or more PEM certificates that are trusted beside the public ones.
    pub extra_root_ca: Option<String>,
    /// The name server to ask; without it those of the machine.
    pub name_server: Option<SocketAddr>,
}

/// The client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum OutboundSetupError {
    /// The extra certificates do not parse.
    #[error("the extra root certificates are not PEM certificates")]
    Certificates,
    /// The machine's name servers could not be read.
    #[error("the machine's name servers are not known")]
    NameServers(#[source] hickory_resolver::net::NetError),
    /// TLS or HTTP could not be set up.
    #[error("the HTTP client could not be set up")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// One request. Only what a caller sets is sent.
#[derive(Debug, Clone)]
pub struct OutboundRequest {
    method: Method,
    url: Url,
    bearer: Option<SecretString>,
    headers: HeaderMap,
    body: Option<(HeaderValue, Bytes)>,
}

impl OutboundRequest {
    /// Asks for `url`.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// Asks for the head of `url` alone.
    pub fn head(url: Url) -> Self {
        Self::new(Method::HEAD, url)
    }

    /// Posts to `url`, without a body.
    pub fn post(url: Url) -> Self {
        Self::new(Method::POST, url)
    }

    /// Puts to `url`, without a body.
    pub fn put(url: Url) -> Self {
        Self::new(Method::PUT, url)
    }

    fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            bearer: None,
            headers: HeaderMap::new(),
            body: None,
        }
    }

    /// The method.
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// Where it goes.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Sends this header too.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sends this token in the `Authorization` header.
    #[must_use]
    pub fn bearer(mut self, token: &SecretString) -> Self {
        self.bearer = Some(token.clone());
        self
    }

    /// Sends these bytes. A media type that cannot be a header becomes `application/octet-stream`.
    #[must_use]
    pub fn bytes(mut self, media_type: &str, body: Bytes) -> Self {
        let media_type = HeaderValue::from_str(media_type)
            .unwrap_or(HeaderValue::from_static("application/octet-stream"));
        self.body = Some((media_type, body));
        self
    }

    /// Sends a value as JSON.
    ///
    /// # Errors
    /// When the value has no JSON form, such as a map with keys that are not text.
    pub fn json(mut self, value: &impl Serialize) -> Result<Self, OutboundError> {
        let body = serde_json::to_vec(value).map_err(|_| OutboundError::InvalidBody)?;
        self.body = Some((HeaderValue::from_static("application/json"), body.into()));
        Ok(self)
    }
}

/// The guarded client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct OutboundClient {
    http: reqwest::Client,
    addresses: Arc<AddressPolicy>,
    slots: Arc<Slots>,
}

impl OutboundClient {
    /// Sets the client up. Opens no connection.
    pub fn new(policy: &OutboundPolicy) -> Result<Self, OutboundSetupError> {
        let addresses = AddressPolicy {
            allow_loopback: policy.allow_loopback_http,
            extra_blocked: policy.extra_blocked.clone(),
        };
        let dns = dns_client(policy.name_server).map_err(OutboundSetupError::NameServers)?;
        #[expect(clippy::disallowed_methods, reason = "this is the guarded client")]
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_configuration(policy.extra_root_ca.as_deref())?)
            .dns_resolver(CheckedResolver::new(dns, addresses.clone()))
            .user_agent(&policy.user_agent)
            // HTTP/2 would let one connection serve every host on its certificate, around the address check.
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .no_proxy()
            .tcp_nodelay(true)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(4)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| OutboundSetupError::Client(error.into()))?;
        Ok(Self {
            http,
            addresses: Arc::new(addresses),
            slots: Arc::new(Slots::new()),
        })
    }

    /// Whether this client serves a development network, with services on loopback.
    pub fn is_development(&self) -> bool {
        self.addresses.allow_loopback
    }

    /// Fetches text in UTF-8.
    pub async fn get_text(&self, url: Url, limits: &FetchLimits) -> Result<String, OutboundError> {
        let body = self.get_bytes(url, limits).await?;
        String::from_utf8(body.into()).map_err(|_| OutboundError::InvalidBody)
    }

    /// Fetches bytes of any kind.
    pub async fn get_bytes(&self, url: Url, limits: &FetchLimits) -> Result<Bytes, OutboundError> {
        self.send(OutboundRequest::get(url), limits).await
    }

    /// Sends a request and reads its answer as JSON.
    pub async fn send_for_json<T: DeserializeOwned>(
        &self,
        request: OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<T, OutboundError> {
        let body = self.send(request, limits).await?;
        serde_json::from_slice(&body).map_err(|_| OutboundError::InvalidBody)
    }

    /// Sends a request and returns the body of a 2xx answer.
    pub async fn send(
        &self,
        request: OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<Bytes, OutboundError> {
        let read = async {
            let _slot = self.slots.take(request.url.authority()).await;
            let response = self.request(request, limits).await?;
            if !response.status().is_success() {
                return Err(read_refusal(response).await);
            }
            refuse_encoded(response.headers())?;
            read_body(response, limits.max_bytes).await
        };
        timeout(limits.total, read)
            .await
            .unwrap_or(Err(OutboundError::Timeout))
    }

    /// Sends a request and waits for the head of its answer, whatever it says.
    async fn request(
        &self,
        request: OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<reqwest::Response, OutboundError> {
        check_destination(&request.url, limits.ports, &self.addresses)
            .map_err(|reason| OutboundError::Refused { reason })?;
        let mut builder = self
            .http
            .request(request.method, request.url)
            .header(ACCEPT, "*/*")
            .headers(request.headers);
        if let Some(token) = &request.bearer {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
                .map_err(|_| OutboundError::InvalidBody)?;
            value.set_sensitive(true);
            builder = builder.header(AUTHORIZATION, value);
        }
        if let Some((media_type, body)) = request.body {
            builder = builder.header(CONTENT_TYPE, media_type).body(body);
        }
        timeout(limits.first_byte, builder.send())
            .await
            .map_err(|_| OutboundError::Timeout)?
            .map_err(sort_error)
    }
}

/// Nothing was asked to be compressed, so nothing is unpacked: a gzip bomb stays a small file.
fn refuse_encoded(headers: &HeaderMap) -> Result<(), OutboundError> {
    match headers.get(CONTENT_ENCODING) {
        Some(coding) if coding != "identity" => Err(OutboundError::InvalidBody),
        _ => Ok(()),
    }
}

async fn read_body(response: reqwest::Response, limit: usize) -> Result<Bytes, OutboundError> {
    if response
        .content_length()
        .is_some_and(|length| length > limit as u64)
    {
        return Err(OutboundError::TooLarge { limit });
    }
    let mut body = BytesMut::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(sort_error)?;
        if body.len() + chunk.len() > limit {
            return Err(OutboundError::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Finds our own refusal inside the HTTP client's error, where the resolver put it.
fn sort_error(error: reqwest::Error) -> OutboundError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(current) = cause {
        match current.downcast_ref::<ResolveError>() {
            Some(ResolveError::Refused(reason)) => {
                return OutboundError::Refused {
                    reason: reason.clone(),
                };
            }
            Some(ResolveError::Timeout) => return OutboundError::Timeout,
            Some(ResolveError::NotFound) => return OutboundError::NoSuchHost,
            Some(ResolveError::Dns(_)) | None => cause = current.source(),
        }
    }
    if error.is_timeout() {
        return OutboundError::Timeout;
    }
    // The URL may carry what a log should not keep.
    OutboundError::Connect(error.without_url().into())
}

#[derive(serde::Deserialize)]
struct XrpcErrorBody {
    error: Option<String>,
    message: Option<String>,
}

/// What an answer that is no success says.
async fn read_refusal(response: reqwest::Response) -> OutboundError {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = read_body(response, ERROR_BODY_LIMIT)
        .await
        .unwrap_or_default();
    refusal_of(status, &headers, &body)
}

fn refusal_of(status: u16, headers: &HeaderMap, body: &[u8]) -> OutboundError {
    let body: Option<XrpcErrorBody> = serde_json::from_slice(body).ok();
    let (error, message) = body.map_or((None, None), |body| (body.error, body.message));
    let is_name = |error: &String| {
        (1..=64).contains(&error.len()) && error.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let seconds = number_in(headers, &RETRY_AFTER).or_else(|| seconds_to_reset(headers));
    OutboundError::Status {
        status,
        xrpc_error: error.filter(is_name),
        message: message.as_deref().map(RemoteMessage::new),
        retry_after: seconds.map(|seconds: u64| Duration::from_secs(seconds.min(3600))),
    }
}

fn number_in(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// When a limit is over that the server tells of in `RateLimit-Reset`: in unix seconds, as the reference PDS does it, or
/// in seconds from now.
fn seconds_to_reset(headers: &HeaderMap) -> Option<u64> {
    let reset = number_in(headers, &RATE_LIMIT_RESET)?;
    let date = headers.get(DATE)?.to_str().ok()?;
    // By the server's own clock, which may differ from ours.
    let now = DateTime::parse_from_rfc2822(date).ok()?.timestamp();
    let now = u64::try_from(now).ok()?;
    Some(if reset < now / 2 {
        reset
    } else {
        reset.saturating_sub(now)
    })
}

fn tls_configuration(extra: Option<&str>) -> Result<rustls::ClientConfig, OutboundSetupError> {
    let mut roots: rustls::RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    if let Some(pem) = extra {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|_| OutboundSetupError::Certificates)?;
            roots
                .add(certificate)
                .map_err(|_| OutboundSetupError::Certificates)?;
        }
        if roots.len() == before {
            return Err(OutboundSetupError::Certificates);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut configuration = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| OutboundSetupError::Client(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(configuration)
}
