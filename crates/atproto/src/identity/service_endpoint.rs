//! The addresses that DID documents give for services.

use url::{Host, Url};

/// Which service addresses are good enough to send requests to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EndpointPolicy {
    /// Accept `http://localhost:<port>` and `http://127.0.0.1:<port>`. For development networks
    /// only: on the open network it would let any DID document point at the server's own ports.
    pub allow_loopback_http: bool,
}

impl EndpointPolicy {
    /// The address as an origin, if it is `https://host[:port]` and nothing more, or one of the
    /// loopback forms this policy allows.
    ///
    /// It says nothing about where the host leads; the client that connects has to check that.
    pub(crate) fn accept(self, endpoint: &str) -> Option<Url> {
        // The URL parser forgives much (tabs, backslashes, userinfo). Only characters that occur in
        // an origin get that far, which leaves no room for two readings of one address.
        let is_permitted =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'/');
        if !endpoint.bytes().all(is_permitted) {
            return None;
        }
        let (scheme, rest) = endpoint.split_once("://")?;
        if rest.strip_suffix('/').unwrap_or(rest).contains('/') {
            return None;
        }
        let url = Url::parse(endpoint).ok()?;
        if url.path() != "/" || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        match scheme {
            "https" => Some(url),
            "http" if self.allow_loopback_http && is_loopback_with_port(&url) => Some(url),
            _ => None,
        }
    }
}

fn is_loopback_with_port(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(_)) | None => false,
    };
    is_loopback && url.port().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN_NETWORK: EndpointPolicy = EndpointPolicy {
        allow_loopback_http: false,
    };
    const DEVELOPMENT: EndpointPolicy = EndpointPolicy {
        allow_loopback_http: true,
    };

    #[test]
    fn id_06_https_origins_are_accepted() {
        for (endpoint, origin) in [
            ("https://pds.example.com", "https://pds.example.com/"),
            ("https://pds.example.com/", "https://pds.example.com/"),
            (
                "https://pds.example.com:8443",
                "https://pds.example.com:8443/",
            ),
        ] {
            let url = OPEN_NETWORK.accept(endpoint).expect(endpoint);
            assert_eq!(url.as_str(), origin);
        }
    }

    #[test]
    fn id_06_everything_but_an_origin_is_refused() {
        for endpoint in [
            "",
            "pds.example.com",
            "http://pds.example.com",
            "HTTPS://pds.example.com",
            "ftp://pds.example.com",
            "https://",
            "https:///pds.example.com",
            "https://pds.example.com/path",
            "https://pds.example.com//",
            "https://pds.example.com/..",
            "https://pds.example.com?query",
            "https://pds.example.com#fragment",
            "https://user@pds.example.com",
            "https://user:password@pds.example.com",
            "https://pds.example.com\\@evil.example",
            "https://pds.exa\tmple.com",
            " https://pds.example.com",
            "https://pds.example.com:99999",
            "https://pds.example.com:80:80",
            "https://b\u{fc}cher.example",
            "https://pds%2eexample.com",
        ] {
            assert_eq!(OPEN_NETWORK.accept(endpoint), None, "{endpoint:?}");
            assert_eq!(DEVELOPMENT.accept(endpoint), None, "{endpoint:?}");
        }
    }

    #[test]
    fn id_06_plain_http_to_loopback_needs_the_development_policy() {
        for endpoint in ["http://localhost:2583", "http://127.0.0.1:2583"] {
            assert!(DEVELOPMENT.accept(endpoint).is_some(), "{endpoint}");
            assert_eq!(OPEN_NETWORK.accept(endpoint), None, "{endpoint}");
        }
        for endpoint in [
            "http://localhost",
            "http://127.0.0.2:2583",
            "http://10.0.0.1:2583",
            "http://localhost.evil.example:2583",
        ] {
            assert_eq!(DEVELOPMENT.accept(endpoint), None, "{endpoint}");
        }
    }
}
