//! Texts that name content in one of the many forms of CIDs.

use std::str::FromStr;

use super::{SyntaxError, string_type};

const SHORTEST: usize = 8;
const LONGEST: usize = 256;

/// A text that may be a CID of any base, codec and hash but version 0: the format `cid` of lexicons.
/// atproto.com/specs/lexicon#cid
///
/// Whoever looks something up by it needs a [`Cid`](crate::data::Cid), which is of the one flavour that atproto uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CidText(String);

string_type!(CidText);

impl FromStr for CidText {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| SyntaxError::new("CID", reason);
        if !(SHORTEST..=LONGEST).contains(&text.len()) {
            return Err(error("not 8 to 256 characters long"));
        }
        // The digits of all bases that multibase knows for texts.
        let is_digit = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
        };
        if !text.bytes().all(is_digit) {
            return Err(error("holds a character that no base has as a digit"));
        }
        if text.starts_with("Qm") {
            return Err(error("of version 0"));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Cid;

    #[test]
    fn the_flavour_of_atproto_is_one_of_them() {
        let cid = Cid::raw_sha256(b"").to_string();
        assert_eq!(cid.parse::<CidText>().expect("a CID").as_str(), cid);
        for text in ["", "bafkrei", "bafkreih.dwdcef", "sha256:e3b0c442"] {
            assert!(text.parse::<CidText>().is_err(), "{text:?}");
        }
    }
}
