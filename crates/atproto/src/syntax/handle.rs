//! Handles: the domain name an account is known by.

use std::str::FromStr;

use super::host::{MAX_HOST_LENGTH, has_permitted_top_level_domain, is_domain_name};
use super::{SyntaxError, string_type};

/// A handle in lower case. atproto.com/specs/handle
///
/// A handle in hand is only well-formed. Whether it belongs to an account takes a look-up in both
/// directions, which is not this crate's business.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(String);

string_type!(Handle);

impl Handle {
    /// Whether the top-level domain may lead to an account. `.test` is for development networks
    /// and passes only with `allow_test`.
    pub fn is_resolvable(&self, allow_test: bool) -> bool {
        has_permitted_top_level_domain(&self.0, allow_test)
    }
}

impl FromStr for Handle {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_HOST_LENGTH {
            return Err(SyntaxError::new("handle", "longer than 253 bytes"));
        }
        if !is_domain_name(text) {
            return Err(SyntaxError::new("handle", "not a domain name"));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(text: &str) -> Handle {
        text.parse().expect("a well-formed handle")
    }

    #[test]
    fn id_10_handles_are_lower_case_inside() {
        assert_eq!(handle("Alice.Example.COM"), handle("alice.example.com"));
        assert_eq!(handle("A.ISI.EDU").as_str(), "a.isi.edu");
    }

    #[test]
    fn id_10_only_ascii_domain_names_parse() {
        for text in [
            "@alice.com",
            "alice",
            "alice.com.",
            ".alice.com",
            "al_ice.com",
            "alice.4",
            "127.0.0.1",
            "bücher.test",
            "аlice.com",
            "-a.com",
            "a-.com",
            "did:web:a.com",
            "",
        ] {
            assert!(text.parse::<Handle>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn id_10_a_handle_has_at_most_253_bytes_and_63_in_a_label() {
        let label = "a".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}.com", "a".repeat(57));
        assert_eq!(longest.len(), 253);
        assert!(longest.parse::<Handle>().is_ok());
        assert!(format!("a{longest}").parse::<Handle>().is_err());
        assert!(
            format!("{label}.{label}.{label}.{}.com", "a".repeat(58))
                .parse::<Handle>()
                .is_err()
        );
    }

    #[test]
    fn id_02_reserved_top_level_domains_are_not_resolvable() {
        for top_level in [
            "alt",
            "arpa",
            "example",
            "internal",
            "invalid",
            "local",
            "localhost",
            "onion",
        ] {
            let handle = handle(&format!("alice.{}", top_level.to_uppercase()));
            assert!(!handle.is_resolvable(false), "{top_level}");
            assert!(!handle.is_resolvable(true), "{top_level}");
        }
        assert!(handle("alice.example.com").is_resolvable(false));
    }

    #[test]
    fn id_02_test_is_resolvable_in_development_only() {
        assert!(!handle("alice.test").is_resolvable(false));
        assert!(handle("alice.test").is_resolvable(true));
    }

    #[test]
    fn json_is_a_plain_string() {
        let handle: Handle = serde_json::from_str("\"Alice.com\"").expect("a handle");
        assert_eq!(
            serde_json::to_string(&handle).expect("JSON"),
            "\"alice.com\""
        );
        assert!(serde_json::from_str::<Handle>("\"alice\"").is_err());
        assert!(serde_json::from_str::<Handle>("5").is_err());
    }
}
