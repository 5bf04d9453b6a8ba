//! Addresses of any scheme.

use std::str::FromStr;

use super::{SyntaxError, string_type};

/// The longest address in bytes.
const MAX_LENGTH: usize = 8 * 1024;

/// An address of any scheme, such as `https://example.com` or `dns:example.com`. RFC 3986,
/// atproto.com/specs/lexicon#uri
///
/// What follows the scheme is only known to be visible ASCII; who follows the address has to look closer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uri(String);

string_type!(Uri);

impl FromStr for Uri {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| SyntaxError::new("URI", reason);
        if text.len() > MAX_LENGTH {
            return Err(error("longer than 8 KiB"));
        }
        let (scheme, rest) = text.split_once(':').ok_or(error("has no scheme"))?;
        let is_of_scheme =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        if !scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            || !scheme.bytes().all(is_of_scheme)
        {
            return Err(error("scheme is not a letter and letters, digits, + - ."));
        }
        if rest.is_empty() {
            return Err(error("nothing follows the scheme"));
        }
        if !rest.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(error("holds a character that is not visible ASCII"));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_and_visible_ascii() {
        for text in ["https://example.com/?q#f", "a+b-c.1:x", "MAILTO:a@b"] {
            assert!(text.parse::<Uri>().is_ok(), "{text:?}");
        }
        for text in ["", ":", "a:", "1a:x", "a_b:x", "a:x y", "a:x\n", "a:ä", "x"] {
            assert!(text.parse::<Uri>().is_err(), "{text:?}");
        }
        let longest = format!("a:{}", "x".repeat(MAX_LENGTH - 2));
        assert!(longest.parse::<Uri>().is_ok());
        assert!(format!("{longest}x").parse::<Uri>().is_err());
    }
}
