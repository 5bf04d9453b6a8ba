//! Decentralised identifiers: the lasting name of an account or a hold.

use std::str::FromStr;

use super::host::{has_permitted_top_level_domain, is_domain_name};
use super::{SyntaxError, string_type};

/// The longest DID in bytes that atproto accepts.
const MAX_LENGTH: usize = 2048;
/// Characters after `did:plc:`.
const PLC_IDENTIFIER_LENGTH: usize = 24;
const OCI_PLC_PREFIX: &str = "did-plc-";
/// The `_` cannot occur in a handle, so no handle can pass for a `did:web`.
const OCI_WEB_PREFIX: &str = "did-web_";

/// A DID of any method, case-sensitive. atproto.com/specs/did
///
/// Being well-formed does not make it usable: see [`Did::is_supported`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Did(String);

string_type!(Did);

impl Did {
    /// The method name, such as `plc` or `web`.
    pub fn method(&self) -> &str {
        self.split().0
    }

    /// What follows the method, such as the 24 characters of a `did:plc`.
    pub fn method_specific_id(&self) -> &str {
        self.split().1
    }

    /// Whether this DID can name an atproto account or service: a `did:plc` of 24 base32
    /// characters, or a `did:web` that is a whole host (no path) under a public top-level domain.
    ///
    /// With `allow_loopback_ports`, which is for development networks only, `did:web:localhost`,
    /// `did:web:localhost%3A<port>` and hosts under `.test` are supported as well.
    pub fn is_supported(&self, allow_loopback_ports: bool) -> bool {
        match self.split() {
            ("plc", identifier) => is_plc_identifier(identifier),
            ("web", host) => {
                is_web_host(host, allow_loopback_ports)
                    || (allow_loopback_ports && is_loopback_host(host))
            }
            _ => false,
        }
    }

    /// The host of a `did:web`, with its port decoded (`localhost:1234`); `None` for other methods
    /// and for a `did:web` that is not a host alone.
    pub fn web_host(&self) -> Option<String> {
        match self.split() {
            ("web", host) if is_web_host(host, true) || is_loopback_host(host) => {
                Some(host.replace("%3A", ":"))
            }
            _ => None,
        }
    }

    /// The spelling of this DID as one path component of an OCI repository name, where `:` is not
    /// legal: `did-plc-<24 characters>` or `did-web_<host>`.
    ///
    /// `None` for other methods and for a `did:web` with a path, a port or no public domain.
    pub fn to_oci_component(&self) -> Option<String> {
        match self.split() {
            ("plc", identifier) if is_plc_identifier(identifier) => {
                Some(format!("{OCI_PLC_PREFIX}{identifier}"))
            }
            ("web", host) if is_web_host(host, true) => Some(format!("{OCI_WEB_PREFIX}{host}")),
            _ => None,
        }
    }

    /// Reads back what [`Did::to_oci_component`] wrote; `None` for everything else.
    pub fn from_oci_component(component: &str) -> Option<Self> {
        if let Some(identifier) = component.strip_prefix(OCI_PLC_PREFIX) {
            return is_plc_identifier(identifier).then(|| Self(format!("did:plc:{identifier}")));
        }
        let host = component.strip_prefix(OCI_WEB_PREFIX)?;
        is_web_host(host, true).then(|| Self(format!("did:web:{host}")))
    }

    fn split(&self) -> (&str, &str) {
        self.0["did:".len()..]
            .split_once(':')
            .expect("a parsed DID has two colons")
    }
}

impl FromStr for Did {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| SyntaxError::new("DID", reason);
        if text.len() > MAX_LENGTH {
            return Err(error("longer than 2048 bytes"));
        }
        let rest = text
            .strip_prefix("did:")
            .ok_or(error("does not start with `did:`"))?;
        let (method, identifier) = rest
            .split_once(':')
            .ok_or(error("has no method-specific part"))?;
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Err(error("method is not lower-case letters"));
        }
        if identifier.is_empty() {
            return Err(error("has no method-specific part"));
        }
        if identifier.ends_with([':', '%']) {
            return Err(error("ends with `:` or `%`"));
        }
        let is_permitted = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'%' | b'-')
        };
        if !identifier.bytes().all(is_permitted) {
            return Err(error("holds a character outside A-Z a-z 0-9 . _ : % -"));
        }
        Ok(Self(text.to_owned()))
    }
}

fn is_plc_identifier(identifier: &str) -> bool {
    identifier.len() == PLC_IDENTIFIER_LENGTH
        && identifier
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}

/// A public host in lower case. DIDs are compared byte for byte while hosts ignore case, so only
/// one spelling of a host may stand for it.
fn is_web_host(host: &str, allow_test: bool) -> bool {
    is_domain_name(host)
        && !host.bytes().any(|byte| byte.is_ascii_uppercase())
        && has_permitted_top_level_domain(host, allow_test)
}

/// `localhost` or `localhost%3A<port>`.
fn is_loopback_host(host: &str) -> bool {
    match host.strip_prefix("localhost") {
        Some("") => true,
        Some(rest) => rest.strip_prefix("%3A").is_some_and(is_port),
        None => false,
    }
}

fn is_port(port: &str) -> bool {
    !port.starts_with('0')
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLC: &str = "did:plc:7iza6de2dwap2sbkpav7c6c6";

    fn did(text: &str) -> Did {
        text.parse().expect("a well-formed DID")
    }

    #[test]
    fn id_01_only_the_grammar_of_the_specification_parses() {
        for text in [PLC, "did:web:example.com", "did:m:v", "did:m:-:_:.:%ab"] {
            assert_eq!(did(text).to_string(), text);
        }
        for text in [
            "",
            "did",
            "did:plc",
            "did:plc:",
            "DID:plc:abc",
            "did:PLC:abc",
            "did:m1:abc",
            "did:m:abc:",
            "did:m:abc%",
            "did:m:a/b",
            "did:m:a?b",
            "did:m:a#b",
            "did:m:a b",
            " did:m:a",
        ] {
            assert!(text.parse::<Did>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn id_01_a_did_has_at_most_2048_bytes() {
        let longest = format!("did:m:{}", "v".repeat(MAX_LENGTH - 6));
        assert!(longest.parse::<Did>().is_ok());
        assert!(format!("{longest}v").parse::<Did>().is_err());
    }

    #[test]
    fn id_01_only_plc_and_public_host_level_web_are_supported() {
        for text in [PLC, "did:web:example.com", "did:web:a-b.co.uk"] {
            assert!(did(text).is_supported(false), "{text}");
        }
        for text in [
            "did:plc:7IZA6DE2DWAP2SBKPAV7C6C6",
            "did:plc:7iza6de2dwap2sbkpav7c6c",
            "did:plc:7iza6de2dwap2sbkpav7c6c1",
            "did:web:host.com%3A8080",
            "did:web:host.com:path",
            "did:web:Host.com",
            "did:web:127.0.0.1",
            "did:web:127.0.0.1%3A8080",
            "did:web:host",
            "did:web:x.internal",
            "did:web:x.local",
            "did:web:x.onion",
            "did:key:zQ3shZc2QzApp2oymGvQbzP8eKheVshBHbU4ZYjeXqwSKEn6N",
            "did:example:123",
        ] {
            assert!(!did(text).is_supported(false), "{text}");
            assert!(!did(text).is_supported(true), "{text}");
        }
    }

    #[test]
    fn id_01_loopback_and_test_hosts_need_the_development_switch() {
        for text in [
            "did:web:localhost",
            "did:web:localhost%3A1234",
            "did:web:hold.test",
        ] {
            assert!(did(text).is_supported(true), "{text}");
            assert!(!did(text).is_supported(false), "{text}");
        }
        for text in [
            "did:web:localhost%3a1234",
            "did:web:localhost%3A0",
            "did:web:localhost%3A65536",
            "did:web:localhost%3A+80",
            "did:web:localhost:1234",
            "did:web:localhostile",
        ] {
            assert!(
                text.parse()
                    .map_or(true, |did: Did| !did.is_supported(true)),
                "{text}"
            );
        }
    }

    #[test]
    fn web_host_decodes_the_port() {
        let host = |text| did(text).web_host();
        assert_eq!(host("did:web:example.com").as_deref(), Some("example.com"));
        assert_eq!(
            host("did:web:localhost%3A1234").as_deref(),
            Some("localhost:1234")
        );
        assert_eq!(host("did:web:example.com:path"), None);
        assert_eq!(host(PLC), None);
    }

    #[test]
    fn id_13_oci_spellings_read_back() {
        for (text, component) in [
            (PLC, "did-plc-7iza6de2dwap2sbkpav7c6c6"),
            ("did:web:example.com", "did-web_example.com"),
            ("did:web:a--b.example-c.org", "did-web_a--b.example-c.org"),
        ] {
            assert_eq!(did(text).to_oci_component().as_deref(), Some(component));
            assert_eq!(Did::from_oci_component(component), Some(did(text)));
        }
    }

    #[test]
    fn id_13_no_oci_spelling_is_a_handle() {
        for text in [PLC, "did:web:example.com"] {
            let component = did(text).to_oci_component().expect("has a spelling");
            assert!(component.parse::<crate::syntax::Handle>().is_err());
        }
    }

    #[test]
    fn id_13_other_components_are_no_dids() {
        for text in [
            "did-web-example.com",
            "did-web_",
            "did-web_localhost",
            "did-web_a.local",
            "did-web_A.com",
            "did-plc-short",
            "did-plc_7iza6de2dwap2sbkpav7c6c6",
            "alice.example.com",
            "",
        ] {
            assert_eq!(Did::from_oci_component(text), None, "{text}");
        }
        assert_eq!(did("did:web:localhost%3A1234").to_oci_component(), None);
        assert_eq!(did("did:key:z").to_oci_component(), None);
    }

    proptest! {
        #[test]
        fn id_13_every_web_host_round_trips(host in "[a-z0-9]{1,9}(-{1,3}[a-z0-9]{1,9}){0,2}\\.(com|dev|test)") {
            let did = did(&format!("did:web:{host}"));
            let component = did.to_oci_component().expect("a public host");
            prop_assert_eq!(Did::from_oci_component(&component), Some(did));
        }

        #[test]
        fn id_13_whatever_reads_as_a_did_is_written_the_same(component in "did-(plc-|web_)[a-z0-9.-]{0,30}") {
            if let Some(did) = Did::from_oci_component(&component) {
                prop_assert_eq!(did.to_oci_component(), Some(component));
            }
        }
    }
}
