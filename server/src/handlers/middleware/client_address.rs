//! From which address a request comes.
//!
//! Whoever connects is the client, unless it is a reverse proxy that the operator trusts: then the client is whom the
//! proxy names in `X-Forwarded-For`. What anybody else writes there counts for nothing. Addresses are compared and
//! shortened, and never logged.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

use crate::config::AddressRange;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Reverse proxies that say for whom they ask.
#[derive(Clone)]
pub struct TrustedProxies {
    ranges: Arc<[AddressRange]>,
    has_warned: Arc<AtomicBool>,
}

/// Where a request comes from; nothing where that is not known. `Debug` does not tell.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct ClientAddress(Option<IpAddr>);

/// Whoever shares an address, as limits see it: one of IPv4, or a network of 64 bits of IPv6, which one customer has.
/// `Debug` does not tell.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientNetwork(IpAddr);

impl TrustedProxies {
    /// Trusts these.
    pub fn new(ranges: &[AddressRange]) -> Self {
        Self {
            ranges: ranges.into(),
            has_warned: Arc::default(),
        }
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(address))
    }

    /// The client of a request that `peer` sent: the last one named whom no trusted proxy vouches for as a proxy.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let lines = headers.get_all(FORWARDED_FOR);
        if !self.trust(client) {
            if lines.iter().next().is_some() {
                self.warn_once();
            }
            return client;
        }
        let lines: Vec<&str> = lines.iter().filter_map(|line| line.to_str().ok()).collect();
        let named = lines.iter().rev().flat_map(|line| line.rsplit(','));
        for name in named {
            // What cannot be read was not written by a proxy that is configured well; nor is what is before it.
            let Some(address) = parse(name) else { break };
            client = address;
            if !self.trust(client) {
                break;
            }
        }
        client
    }

    fn warn_once(&self) {
        if !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "requests come through a proxy that is not trusted, so everybody behind it shares one limit; \
                 name it in LONGSHORE_TRUSTED_PROXIES if it is yours"
            );
        }
    }
}

/// An address, with or without brackets and port.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text
        .parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())?;
    Some(address.to_canonical())
}

/// Notes the client's address for handlers, for [`axum::middleware::from_fn_with_state`].
pub async fn find_client_address(
    State(proxies): State<TrustedProxies>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let client = peer.map(|ConnectInfo(peer)| proxies.client(peer.ip(), request.headers()));
    request.extensions_mut().insert(ClientAddress(client));
    next.run(request).await
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl ClientAddress {
    /// Of a request; nothing where the layer is not in use.
    pub fn of(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().copied().unwrap_or_default()
    }

    /// By which limits know the client. Nothing on this machine is limited: it is the operator, or a proxy that does
    /// not say for whom it asks, and then all people of the world would share one limit.
    pub fn network(self) -> Option<ClientNetwork> {
        let address = self.0.filter(|address| !address.is_loopback())?;
        Some(ClientNetwork(shorten(address, 32, 64)))
    }

    /// Roughly where it is, for the list of a person's own sessions: enough to tell home from somewhere else, such as
    /// `203.0.113.0/24` or `2001:db8:12::/48`.
    pub fn place(self) -> Option<String> {
        let address = self.0.filter(|address| !address.is_loopback())?;
        let bits = if address.is_ipv4() { 24 } else { 48 };
        Some(format!("{}/{bits}", shorten(address, 24, 48)))
    }
}

/// The first bits of an address, and zeros.
fn shorten(address: IpAddr, ipv4_bits: u32, ipv6_bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - ipv4_bits).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - ipv6_bits).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

impl fmt::Debug for ClientAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientAddress(…)")
    }
}

impl fmt::Debug for ClientNetwork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientNetwork(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let ranges: Vec<AddressRange> = trusted
            .iter()
            .map(|range| AddressRange::parse(range).unwrap())
            .collect();
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let proxies = TrustedProxies::new(&ranges);
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_for_whom_it_asks() {
        let trusted = &["127.0.0.0/8", "::1", "10.0.0.0/8"];
        for (peer, forwarded, expected) in [
            ("198.51.100.1", &["203.0.113.7"][..], "198.51.100.1"),
            ("127.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("::ffff:127.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &[], "127.0.0.1"),
            // A client writes what it likes to the left of what the proxy adds.
            ("127.0.0.1", &["192.0.2.1, 203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &["192.0.2.1", "203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &["203.0.113.7, 10.1.2.3"], "203.0.113.7"),
            ("127.0.0.1", &["nonsense, 10.1.2.3"], "10.1.2.3"),
            ("127.0.0.1", &["203.0.113.7, nonsense"], "127.0.0.1"),
            ("127.0.0.1", &["[2001:db8::7]:443"], "2001:db8::7"),
            ("::1", &["::ffff:203.0.113.7"], "203.0.113.7"),
        ] {
            assert_eq!(
                client(trusted, peer, forwarded),
                expected,
                "{peer} {forwarded:?}"
            );
        }
        assert_eq!(client(&[], "127.0.0.1", &["203.0.113.7"]), "127.0.0.1");
    }

    #[test]
    fn addresses_are_shortened_and_not_told() {
        let of = |text: &str| ClientAddress(Some(text.parse().unwrap()));
        assert_eq!(of("203.0.113.77").place().unwrap(), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2::3").place().unwrap(), "2001:db8:1::/48");
        assert_eq!(
            of("2001:db8::1").network(),
            of("2001:db8::ffff:2").network()
        );
        assert_ne!(of("203.0.113.7").network(), of("203.0.113.8").network());
        assert_eq!(of("127.0.0.1").network(), None);
        assert_eq!(of("::1").place(), None);
        assert_eq!(ClientAddress::default().network(), None);
        assert!(!format!("{:?} {:?}", of("192.0.2.1"), of("192.0.2.1").network()).contains("192"));
    }
}
