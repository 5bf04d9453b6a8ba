//! Namespaced identifiers: the name of a lexicon.

use std::str::FromStr;

use super::host::is_label;
use super::{SyntaxError, string_type};

/// The longest NSID in bytes: a host name, a dot and a name of 63.
const MAX_LENGTH: usize = 317;
const MAX_NAME_LENGTH: usize = 63;

/// A namespaced identifier, such as `io.atcr.manifest`. atproto.com/specs/nsid
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nsid(String);

string_type!(Nsid);

impl Nsid {
    /// The last segment, such as `manifest`.
    pub fn name(&self) -> &str {
        self.split().1
    }

    /// All but the last segment: a host name in reverse order, such as `io.atcr`.
    pub fn authority(&self) -> &str {
        self.split().0
    }

    fn split(&self) -> (&str, &str) {
        self.0.rsplit_once('.').expect("a parsed NSID has dots")
    }
}

impl FromStr for Nsid {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| SyntaxError::new("NSID", reason);
        if text.len() > MAX_LENGTH {
            return Err(error("longer than 317 bytes"));
        }
        let (authority, name) = text.rsplit_once('.').ok_or(error("has no dot"))?;
        if !authority.contains('.') {
            return Err(error("has fewer than three segments"));
        }
        let starts_with_letter =
            |segment: &str| segment.starts_with(|first: char| first.is_ascii_alphabetic());
        if !authority.split('.').all(is_label) || !starts_with_letter(authority) {
            return Err(error("authority is not a reversed domain name"));
        }
        if name.len() > MAX_NAME_LENGTH
            || !starts_with_letter(name)
            || !name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return Err(error("name is not a letter followed by letters and digits"));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authority_and_name_are_told_apart() {
        let nsid: Nsid = "io.atcr.hold.notifyManifest".parse().expect("an NSID");
        assert_eq!(nsid.authority(), "io.atcr.hold");
        assert_eq!(nsid.name(), "notifyManifest");
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "io",
            "io.atcr",
            "io..tag",
            "1o.atcr.tag",
            "io.at_cr.tag",
            "io.atcr.t-ag",
            "io.atcr.2tag",
            "io.atcr.*",
            "io.atcr.tag#main",
        ] {
            assert!(text.parse::<Nsid>().is_err(), "{text:?}");
        }
    }
}
