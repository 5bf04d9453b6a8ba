//! How the text of a setting becomes a value. `None`: it is not what the setting expects.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use url::{Host, Url};

/// An http or https origin: scheme, host and port, without user, path, query or fragment.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin(Url);

impl Origin {
    /// Parses an origin; a trailing `/` is allowed, anything behind it is not.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        bare.then_some(Self(url))
    }

    /// The origin as a URL whose path is `/`.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The origin without a slash at its end: `https://registry.example.com`.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Host, and port where it is not the scheme's own: what stands before the first slash of an image
    /// name, and in a `Host` header.
    pub fn authority(&self) -> &str {
        self.0.authority()
    }

    /// Whether it is https.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it is on this machine: `localhost`, a name below it, or a loopback address.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// The did:web of this origin. A port is written `%3A5000` and only allowed on loopback
    /// (atproto.com/specs/did); an address in brackets has no did:web.
    pub fn did_web(&self) -> Option<String> {
        let host = match self.0.host()? {
            Host::Domain(domain) => domain.to_owned(),
            Host::Ipv4(address) if address.is_loopback() => address.to_string(),
            Host::Ipv4(_) | Host::Ipv6(_) => return None,
        };
        match self.0.port() {
            None => Some(format!("did:web:{host}")),
            Some(port) if self.is_loopback() => Some(format!("did:web:{host}%3A{port}")),
            Some(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Origin({self})")
    }
}

/// An origin that is https, or http on loopback.
pub(super) fn public_origin(text: &str) -> Option<Origin> {
    Origin::parse(text).filter(|origin| origin.is_https() || origin.is_loopback())
}

pub(super) fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

pub(super) fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty() && !text.contains('\0')).then(|| PathBuf::from(text))
}

pub(super) fn socket_address(text: &str) -> Option<SocketAddr> {
    match text.strip_prefix("localhost:") {
        Some(port) => Some(SocketAddr::new(
            IpAddr::from([127, 0, 0, 1]),
            port.parse().ok()?,
        )),
        None => text.parse().ok(),
    }
}

pub(super) fn whole_number(range: RangeInclusive<u64>) -> impl Fn(&str) -> Option<u64> {
    move |text| text.parse().ok().filter(|number| range.contains(number))
}

pub(super) fn seconds(range: RangeInclusive<u64>) -> impl Fn(&str) -> Option<Duration> {
    move |text| whole_number(range.clone())(text).map(Duration::from_secs)
}

pub(super) fn hours(range: RangeInclusive<u64>) -> impl Fn(&str) -> Option<Duration> {
    move |text| whole_number(range.clone())(text).map(|hours| Duration::from_secs(hours * 3600))
}

/// A number of bytes: `1000`, `500MB` (decimal units) or `50GiB` (binary units), with or without a space.
pub(super) fn byte_size(text: &str) -> Option<u64> {
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "mb" => 1000_u64.pow(2),
        "gb" => 1000_u64.pow(3),
        "tb" => 1000_u64.pow(4),
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        "pib" => 1 << 50,
        _ => return None,
    };
    number.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_sizes_have_decimal_and_binary_units() {
        let cases = [
            ("7", 7),
            ("50GB", 50_000_000_000),
            ("50 GiB", 50 << 30),
            ("1kb", 1000),
            ("2MiB", 2 << 20),
        ];
        for (text, bytes) in cases {
            assert_eq!(byte_size(text), Some(bytes), "{text}");
        }
        for text in ["", "GB", "-1", "1.5GB", "10 parsecs", "99999999TiB"] {
            assert_eq!(byte_size(text), None, "{text}");
        }
    }

    #[test]
    fn an_origin_has_no_path_user_or_query() {
        for text in [
            "https://a.example",
            "https://a.example/",
            "http://localhost:5000",
            "https://a.example:8443",
        ] {
            assert!(Origin::parse(text).is_some(), "{text}");
        }
        for text in [
            "a.example",
            "ftp://a.example",
            "https://a.example/x",
            "https://u@a.example",
            "https://a.example?x",
            "https://",
        ] {
            assert!(Origin::parse(text).is_none(), "{text}");
        }
        assert!(public_origin("http://a.example").is_none());
        assert_eq!(
            Origin::parse("https://a.example:443/").unwrap().authority(),
            "a.example"
        );
    }

    #[test]
    fn did_web_has_a_port_on_loopback_only() {
        let did = |text| Origin::parse(text).unwrap().did_web();
        assert_eq!(
            did("https://hold.example.com").as_deref(),
            Some("did:web:hold.example.com")
        );
        assert_eq!(
            did("http://localhost:5000").as_deref(),
            Some("did:web:localhost%3A5000")
        );
        assert_eq!(did("https://hold.example.com:8443"), None);
        assert_eq!(did("https://192.0.2.1"), None);
        assert_eq!(did("http://[::1]:5000"), None);
    }
}
