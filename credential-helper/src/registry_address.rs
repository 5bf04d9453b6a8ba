//! Where a registry is: host and port, as image names carry them.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use url::Url;

/// Host and port of a registry, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegistryAddress(String);

/// What a caller of the docker protocol names: a registry, and with some callers a part of an image's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerName {
    /// The registry.
    pub registry: RegistryAddress,
    /// The first part of the path, if there is one: whose images.
    pub owner: Option<String>,
}

/// Not a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the host of a registry, such as registry.example or localhost:5000")]
pub struct AddressParseError(String);

impl RegistryAddress {
    /// Host and port.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this computer; then, as with docker, plain HTTP will do.
    fn is_loopback(&self) -> bool {
        let host = self
            .0
            .rsplit_once(':')
            .map_or(self.0.as_str(), |(host, port)| {
                if port.bytes().all(|byte| byte.is_ascii_digit()) {
                    host
                } else {
                    &self.0
                }
            });
        matches!(host, "localhost" | "[::1]")
            || host
                .parse::<Ipv4Addr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// The URL of a path of the registry, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.is_loopback() { "http" } else { "https" };
        format!("{scheme}://{}{path}", self.0)
    }
}

impl FromStr for RegistryAddress {
    type Err = AddressParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse::<ServerName>()?.registry)
    }
}

impl FromStr for ServerName {
    type Err = AddressParseError;

    /// With or without scheme and path: docker names some registries as URLs.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || AddressParseError(text.to_owned());
        let trimmed = text.trim();
        let bare = trimmed
            .strip_prefix("https://")
            .or_else(|| trimmed.strip_prefix("http://"))
            .unwrap_or(trimmed);
        let (authority, path) = bare.split_once('/').unwrap_or((bare, ""));
        // The URL parser drops line breaks without a word.
        if authority
            .chars()
            .any(|character| character.is_whitespace() || character.is_control())
        {
            return Err(wrong());
        }
        // A URL's own rules for hosts, with a scheme that has no default port to leave out.
        let parsed = Url::parse(&format!("oci://{authority}/")).map_err(|_| wrong())?;
        let host = parsed
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or_else(wrong)?;
        let is_plain = parsed.username().is_empty()
            && parsed.password().is_none()
            && parsed.path() == "/"
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_[]:".contains(&byte));
        if !is_plain {
            return Err(wrong());
        }
        let mut registry = host.to_ascii_lowercase();
        if let Some(port) = parsed.port() {
            registry = format!("{registry}:{port}");
        }
        let owner = path.split('/').next().filter(|owner| !owner.is_empty());
        Ok(Self {
            registry: RegistryAddress(registry),
            owner: owner.map(str::to_owned),
        })
    }
}

impl fmt::Display for RegistryAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_found_in_every_spelling_that_docker_uses() {
        let table = [
            ("registry.example", "registry.example", None),
            ("Registry.Example:5000\n", "registry.example:5000", None),
            ("https://registry.example", "registry.example", None),
            (
                "https://registry.example/v2/",
                "registry.example",
                Some("v2"),
            ),
            ("http://localhost:5000/", "localhost:5000", None),
            (
                "registry.example/alice.example/app",
                "registry.example",
                Some("alice.example"),
            ),
            ("[::1]:5000", "[::1]:5000", None),
        ];
        for (text, registry, owner) in table {
            let parsed: ServerName = text.parse().unwrap();
            assert_eq!(parsed.registry.as_str(), registry, "{text}");
            assert_eq!(parsed.owner.as_deref(), owner, "{text}");
        }
    }

    #[test]
    fn dv_07_what_only_looks_like_a_host_is_refused() {
        for text in [
            "",
            " ",
            "/",
            "https://",
            "a b",
            "user@registry.example",
            "user:pw@registry.example",
            "registry.example:x",
            "registry.example?x",
            "registry.example#x",
            "r\u{e9}gistry.example",
            "registry.example\\@evil.example",
            "registry.example\nevil.example",
        ] {
            assert!(text.parse::<ServerName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_this_computer_is_spoken_to_without_tls() {
        for (address, url) in [
            ("localhost:5000", "http://localhost:5000/x"),
            ("127.0.0.1", "http://127.0.0.1/x"),
            ("[::1]:80", "http://[::1]:80/x"),
            ("registry.example:80", "https://registry.example:80/x"),
            ("localhost.example", "https://localhost.example/x"),
            ("127.0.0.1.example", "https://127.0.0.1.example/x"),
        ] {
            assert_eq!(address.parse::<RegistryAddress>().unwrap().url("/x"), url);
        }
    }
}
