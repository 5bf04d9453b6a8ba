//! Record keys: the name of a record in its collection.

use std::str::FromStr;

use super::{SyntaxError, Tid, string_type};

/// A record key ("rkey") of any kind. atproto.com/specs/record-key
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(String);

string_type!(RecordKey);

impl RecordKey {
    /// The longest record key in bytes.
    pub const MAX_LENGTH: usize = 512;

    /// The key of records that exist once per repository (`literal:self` in lexicons).
    pub fn literal_self() -> Self {
        Self("self".to_owned())
    }
}

impl FromStr for RecordKey {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| SyntaxError::new("record key", reason);
        if text.is_empty() || text.len() > Self::MAX_LENGTH {
            return Err(error("not 1 to 512 bytes long"));
        }
        if text == "." || text == ".." {
            return Err(error("`.` and `..` are reserved"));
        }
        let is_permitted = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'~' | b'-')
        };
        if !text.bytes().all(is_permitted) {
            return Err(error("holds a character outside A-Z a-z 0-9 . _ : ~ -"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl From<Tid> for RecordKey {
    fn from(tid: Tid) -> Self {
        Self(tid.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_at_most_512_bytes_of_few_characters() {
        for text in ["self", "~1.2-3_", "pre:fix", "...", "_"] {
            assert!(text.parse::<RecordKey>().is_ok(), "{text:?}");
        }
        for text in [
            "", ".", "..", "a/b", "a b", "a+b", "a@b", "a=", "a%20b", "ä",
        ] {
            assert!(text.parse::<RecordKey>().is_err(), "{text:?}");
        }
        assert!("o".repeat(512).parse::<RecordKey>().is_ok());
        assert!("o".repeat(513).parse::<RecordKey>().is_err());
    }
}
