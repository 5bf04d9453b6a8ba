//! Which URLs may be requested at all, before any name is resolved.

use std::net::IpAddr;

use url::{Host, Url};

use super::address::{AddressPolicy, is_allowed_address};
use super::error::Refusal;
use super::limits::Ports;
use super::resolver::is_localhost;

/// Top-level domains that no public host has (atproto.com/specs/handle, RFC 6761, RFC 9476). Asking for
/// them could only find something on the inside of our own network.
const NEVER_PUBLIC: [&str; 9] = [
    "alt",
    "arpa",
    "example",
    "internal",
    "invalid",
    "local",
    "localhost",
    "onion",
    "test",
];

/// Checks everything about a URL that can be checked without a look-up.
pub(super) fn check_destination(
    url: &Url,
    ports: Ports,
    policy: &AddressPolicy,
) -> Result<(), Refusal> {
    let development = policy.allow_loopback;
    let host = url.host().ok_or(Refusal::Host)?;
    match url.scheme() {
        "https" => {}
        "http" if development && is_this_machine(&host) => {}
        _ => return Err(Refusal::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::UserInfo);
    }
    let port = url.port_or_known_default().ok_or(Refusal::Scheme)?;
    let port_allowed = match ports {
        _ if development => true,
        Ports::Https => port == 443,
        Ports::Service => port == 443 || port >= 1024,
    };
    if !port_allowed {
        return Err(Refusal::Port(port));
    }
    match host {
        Host::Ipv4(address) => check_address(address.into(), policy),
        Host::Ipv6(address) => check_address(address.into(), policy),
        Host::Domain(_) if development => Ok(()),
        Host::Domain(name) if is_public_name(name) => Ok(()),
        Host::Domain(_) => Err(Refusal::Host),
    }
}

fn check_address(address: IpAddr, policy: &AddressPolicy) -> Result<(), Refusal> {
    if is_allowed_address(address, policy) {
        Ok(())
    } else {
        Err(Refusal::Address(address))
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => is_localhost(name),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Letters, digits and inner hyphens, at least two labels, and a top-level domain that can be public.
fn is_public_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let Some((_, top_level)) = name.rsplit_once('.') else {
        return false;
    };
    name.len() <= 253
        && name.split('.').all(is_label)
        && top_level.starts_with(|first: char| first.is_ascii_alphabetic())
        && !NEVER_PUBLIC.contains(&top_level.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, ports: Ports, allow_loopback: bool) -> Result<(), Refusal> {
        let policy = AddressPolicy {
            allow_loopback,
            extra_blocked: Vec::new(),
        };
        check_destination(&Url::parse(url).unwrap(), ports, &policy)
    }

    #[test]
    fn fe_01_only_https_on_allowed_ports() {
        for allowed in ["https://pds.example.com/", "https://pds.example.com:443/x"] {
            assert_eq!(check(allowed, Ports::Https, false), Ok(()), "{allowed}");
        }
        for scheme in [
            "http://a.com/",
            "ftp://a.com/",
            "gopher://a.com/",
            "ws://a.com/",
            "file://a.com/etc",
        ] {
            assert_eq!(
                check(scheme, Ports::Service, false),
                Err(Refusal::Scheme),
                "{scheme}"
            );
            assert_eq!(
                check(scheme, Ports::Service, true),
                Err(Refusal::Scheme),
                "{scheme}"
            );
        }
        for port in [22_u16, 25, 80, 444, 1023, 6379, 8443] {
            let url = format!("https://a.com:{port}/");
            assert_eq!(
                check(&url, Ports::Https, false),
                Err(Refusal::Port(port)),
                "{url}"
            );
            let expected = if port >= 1024 {
                Ok(())
            } else {
                Err(Refusal::Port(port))
            };
            assert_eq!(check(&url, Ports::Service, false), expected, "{url}");
        }
        assert_eq!(
            check("https://me:pw@a.com/", Ports::Https, false),
            Err(Refusal::UserInfo)
        );
        assert_eq!(
            check("https://me@a.com/", Ports::Https, true),
            Err(Refusal::UserInfo)
        );
    }

    #[test]
    fn fe_01_development_adds_http_to_this_machine_only() {
        for allowed in [
            "http://localhost:2583/",
            "http://127.0.0.1:1/",
            "http://[::1]:80/",
            "https://a.test/",
        ] {
            assert_eq!(check(allowed, Ports::Https, true), Ok(()), "{allowed}");
            assert!(check(allowed, Ports::Https, false).is_err(), "{allowed}");
        }
        for refused in [
            "http://10.0.0.1/",
            "http://a.com/",
            "https://10.0.0.1/",
            "https://169.254.169.254/",
        ] {
            assert!(check(refused, Ports::Service, true).is_err(), "{refused}");
        }
    }

    #[test]
    fn id_02_names_that_cannot_be_public_are_refused_before_any_look_up() {
        for name in NEVER_PUBLIC {
            let url = format!("https://pds.{name}/");
            assert_eq!(
                check(&url, Ports::Https, false),
                Err(Refusal::Host),
                "{url}"
            );
        }
        for host in [
            "localhost",
            "metadata",
            "a.com.",
            "a..com",
            "-a.com",
            "a.c0m.7up",
        ] {
            let url = format!("https://{host}/");
            assert_eq!(
                check(&url, Ports::Https, false),
                Err(Refusal::Host),
                "{url}"
            );
        }
    }
}
