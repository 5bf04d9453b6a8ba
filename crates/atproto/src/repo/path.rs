//! Repo paths: the keys of the tree.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::syntax::{Nsid, RecordKey, SyntaxError};

/// The longest path in bytes.
const MAX_LENGTH: usize = 1024;

/// The path of a record in a repo, `<collection>/<record key>`, with its height in the tree.
/// atproto.com/specs/repository#repo-data-structure-v3
///
/// A path that is parsed has the tree's own, looser syntax, which every NSID and record key fits;
/// [`RepoPath::split`] tells whether both halves are what they should be.
#[derive(Clone)]
pub struct RepoPath {
    text: Arc<str>,
    height: u8,
}

impl RepoPath {
    /// The path of a record.
    pub fn new(collection: &Nsid, record_key: &RecordKey) -> Self {
        Self::unchecked(&format!("{collection}/{record_key}"))
    }

    fn unchecked(text: &str) -> Self {
        Self {
            text: text.into(),
            height: key_height(text.as_bytes()),
        }
    }

    /// `<collection>/<record key>`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The layer of the tree that holds the path, counted from the bottom.
    pub fn height(&self) -> u8 {
        self.height
    }

    /// The collection and the record key, in their full syntax.
    pub fn split(&self) -> Result<(Nsid, RecordKey), SyntaxError> {
        let (collection, record_key) = self.text.split_once('/').expect("a path has a slash");
        Ok((collection.parse()?, record_key.parse()?))
    }
}

/// The layer of a key in the tree: half the number of leading zero bits of its SHA-256, at most 128.
pub fn key_height(key: &[u8]) -> u8 {
    let mut zeros: u32 = 0;
    for byte in Sha256::digest(key) {
        zeros += byte.leading_zeros();
        if byte != 0 {
            break;
        }
    }
    u8::try_from(zeros / 2).expect("256 bits have 128 pairs")
}

impl FromStr for RepoPath {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| SyntaxError::new("repo path", reason);
        if text.len() > MAX_LENGTH {
            return Err(error("longer than 1024 bytes"));
        }
        let (collection, record_key) = text.split_once('/').ok_or(error("has no slash"))?;
        if collection.is_empty() || record_key.is_empty() {
            return Err(error("collection or record key is empty"));
        }
        let is_permitted = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'~' | b'-')
        };
        if !collection
            .bytes()
            .chain(record_key.bytes())
            .all(is_permitted)
        {
            return Err(error("holds a character outside A-Z a-z 0-9 . _ : ~ -"));
        }
        Ok(Self::unchecked(text))
    }
}

impl PartialEq for RepoPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RepoPath {}

impl PartialOrd for RepoPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RepoPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for RepoPath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_height_counts_pairs_of_zero_bits() {
        for (key, expected) in [
            ("", 0),
            ("asdf", 0),
            ("blue", 1),
            ("88bfafc7", 2),
            ("2a92d355", 4),
            ("884976f5", 6),
        ] {
            assert_eq!(key_height(key.as_bytes()), expected, "{key}");
        }
        let path: RepoPath = "app.bsky.feed.post/9adeb165882c".parse().expect("a path");
        assert_eq!(path.height(), 8);
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "", "a", "a/", "/b", "a/b/c", "a/b c", "a/é", "a/b\0", "a/b@",
        ] {
            assert!(text.parse::<RepoPath>().is_err(), "{text:?}");
        }
        assert!(
            format!("a/{}", "b".repeat(1022))
                .parse::<RepoPath>()
                .is_ok()
        );
        assert!(
            format!("a/{}", "b".repeat(1023))
                .parse::<RepoPath>()
                .is_err()
        );
    }
}
