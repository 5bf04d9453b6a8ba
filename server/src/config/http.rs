//! `[http]`: where the server listens and what the world calls it.

use std::net::SocketAddr;
use std::time::Duration;

use super::address_range::{AddressRange, address_ranges};
use super::settings::{LISTEN, PUBLIC_URL, SHUTDOWN_SECONDS, TRUSTED_PROXIES};
use super::source::Reader;
use super::value::{self, Origin};

/// Where the server listens and what the world calls it.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// What people and clients type. Never taken from a request.
    pub public_url: Origin,
    /// How long requests in progress may take after a stop signal.
    pub shutdown: Duration,
    /// Reverse proxies that say for whom they ask.
    pub trusted_proxies: Vec<AddressRange>,
}

pub(super) fn read(reader: &mut Reader) -> Option<HttpConfig> {
    let listen = reader.value(&LISTEN, value::socket_address);
    let shutdown = reader.value(&SHUTDOWN_SECONDS, value::seconds(0..=3600));
    let trusted_proxies = reader.value(&TRUSTED_PROXIES, address_ranges);
    let public_url = if reader.is_given(&PUBLIC_URL) {
        reader.optional(&PUBLIC_URL, value::public_origin)
    } else {
        derive_public_url(reader, listen?)
    };
    Some(HttpConfig {
        listen: listen?,
        public_url: public_url?,
        shutdown: shutdown?,
        trusted_proxies: trusted_proxies?,
    })
}

/// Clients treat `localhost` as safe without TLS, which they do for few other names.
fn derive_public_url(reader: &mut Reader, listen: SocketAddr) -> Option<Origin> {
    reader.note_read(&PUBLIC_URL);
    let here = listen.ip().is_loopback() || listen.ip().is_unspecified();
    if here && listen.port() != 0 {
        return Origin::parse(&format!("http://localhost:{}", listen.port()));
    }
    let message = format!(
        "is missing and does not follow from the listen address {listen}; expected {}",
        PUBLIC_URL.expects
    );
    reader.refuse(&PUBLIC_URL, message);
    None
}
