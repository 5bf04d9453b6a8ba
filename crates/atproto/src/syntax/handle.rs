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
