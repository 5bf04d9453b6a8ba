//! Host names to addresses, checked at the moment of connecting.
//!
//! The check sits inside the HTTP client's own resolver, so the addresses that were checked are the ones it
//! connects to: there is no second look-up that could answer differently (DNS rebinding).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{AddressPolicy, is_allowed_address};
use super::error::Refusal;

const DNS_TIMEOUT: Duration = Duration::from_secs(3);
/// Honest hosts have a handful; a thousand addresses are an attempt to make us work.
const MAX_ADDRESSES: usize = 64;

/// Builds the DNS client: the system's name servers, or the given one. Shared with handle resolution.
pub fn dns_client(name_server: Option<SocketAddr>) -> Result<TokioResolver, NetError> {
    let mut builder = match name_server {
        Some(address) => {
            let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
            for connection in &mut connections {
                connection.port = address.port();
            }
            let server = NameServerConfig::new(address.ip(), true, connections);
            let config = ResolverConfig::from_name_servers(vec![server]);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        }
        None => TokioResolver::builder_tokio()?,
    };
    let options = builder.options_mut();
    options.timeout = Duration::from_millis(1400);
    options.attempts = 1;
    // How long an answer is believed is decided where it is used, and never for longer than this.
    options.positive_max_ttl = Some(Duration::from_mins(1));
    options.negative_max_ttl = Some(Duration::from_secs(30));
    options.cache_size = 4096;
    builder.build()
}

/// The resolver inside the HTTP client.
#[derive(Clone)]
pub struct CheckedResolver {
    dns: Arc<TokioResolver>,
    policy: Arc<AddressPolicy>,
}

/// A host name did not become addresses that may be used.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// One address of the host is not allowed, which condemns them all.
    #[error("the host has an address that is not public")]
    Refused(#[source] Refusal),
    /// The name has no address.
    #[error("the host name has no address")]
    NotFound,
    /// The name servers did not answer in time.
    #[error("the host name was not resolved in time")]
    Timeout,
    /// The name servers failed.
    #[error("the host name could not be resolved")]
    Dns(#[source] NetError),
}

impl CheckedResolver {
    /// A resolver that lets through what `policy` allows.
    pub fn new(dns: TokioResolver, policy: AddressPolicy) -> Self {
        Self {
            dns: Arc::new(dns),
            policy: Arc::new(policy),
        }
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        if self.policy.allow_loopback && is_localhost(host) {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        // The dot at the end keeps the search list of the machine's network out of it.
        let absolute = format!("{}.", host.trim_end_matches('.'));
        let lookup = tokio::time::timeout(DNS_TIMEOUT, self.dns.lookup_ip(absolute))
            .await
            .map_err(|_| ResolveError::Timeout)?
            .map_err(|error| match error {
                error if error.is_no_records_found() => ResolveError::NotFound,
                NetError::Timeout => ResolveError::Timeout,
                error => ResolveError::Dns(error),
            })?;
        let addresses: Vec<IpAddr> = lookup.iter().take(MAX_ADDRESSES).collect();
        match addresses
            .iter()
            .find(|address| !is_allowed_address(**address, &self.policy))
        {
            Some(refused) => Err(ResolveError::Refused(Refusal::Address(*refused))),
            None if addresses.is_empty() => Err(ResolveError::NotFound),
            None => Ok(addresses),
        }
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.addresses(name.as_str()).await?;
            // Port 0 is replaced by the one of the URL.
            let addresses: Addrs = Box::new(
                addresses
                    .into_iter()
                    .map(|address| SocketAddr::new(address, 0)),
            );
            Ok(addresses)
        })
    }
}

/// `localhost` and names below it, which never leave the machine (RFC 6761 section 6.3).
pub fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}
