//! `at://` addresses of repositories, collections and records.

use std::fmt;
use std::str::FromStr;

use super::{AtIdentifier, Nsid, RecordKey, SyntaxError, serde_as_string};

/// The longest `at://` URI in bytes.
const MAX_LENGTH: usize = 8192;

/// An `at://` URI in the restricted form that records may hold: no query, no fragment.
/// atproto.com/specs/at-uri-scheme
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AtUri {
    authority: AtIdentifier,
    /// The second part is never there without the first.
    path: Option<(Nsid, Option<RecordKey>)>,
}

impl AtUri {
    /// The address of one record.
    pub fn record(
        authority: impl Into<AtIdentifier>,
        collection: Nsid,
        record_key: RecordKey,
    ) -> Self {
        Self {
            authority: authority.into(),
            path: Some((collection, Some(record_key))),
        }
    }

    /// The account whose repository is meant.
    pub const fn authority(&self) -> &AtIdentifier {
        &self.authority
    }

    /// The collection, if the address goes that far.
    pub fn collection(&self) -> Option<&Nsid> {
        self.path.as_ref().map(|(collection, _)| collection)
    }

    /// The key of the record, if the address goes that far.
    pub fn record_key(&self) -> Option<&RecordKey> {
        self.path.as_ref()?.1.as_ref()
    }
}

impl FromStr for AtUri {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| SyntaxError::new("at:// URI", reason);
        if text.len() > MAX_LENGTH {
            return Err(error("longer than 8192 bytes"));
        }
        let rest = text
            .strip_prefix("at://")
            .ok_or(error("does not start with `at://`"))?;
        let mut segments = rest.split('/');
        let authority = segments.next().unwrap_or_default().parse()?;
        let collection = segments.next().map(str::parse).transpose()?;
        let record_key = segments.next().map(str::parse).transpose()?;
        if segments.next().is_some() {
            return Err(error("has more than three segments"));
        }
        Ok(Self {
            authority,
            path: collection.map(|collection| (collection, record_key)),
        })
    }
}

impl fmt::Display for AtUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at://{}", self.authority)?;
        if let Some(collection) = self.collection() {
            write!(formatter, "/{collection}")?;
        }
        if let Some(record_key) = self.record_key() {
            write!(formatter, "/{record_key}")?;
        }
        Ok(())
    }
}

serde_as_string!(AtUri);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_record_address_are_found() {
        let text = "at://did:plc:asdf123/io.atcr.manifest/abc_def~1";
        let uri: AtUri = text.parse().expect("an at:// URI");
        assert_eq!(uri.authority().as_str(), "did:plc:asdf123");
        assert_eq!(uri.collection().map(Nsid::as_str), Some("io.atcr.manifest"));
        assert_eq!(uri.record_key().map(RecordKey::as_str), Some("abc_def~1"));
        assert_eq!(uri.to_string(), text);
    }

    #[test]
    fn collection_and_record_key_may_be_absent() {
        for text in ["at://alice.com", "at://alice.com/io.atcr.tag"] {
            let uri: AtUri = text.parse().expect("an at:// URI");
            assert_eq!(uri.record_key(), None);
            assert_eq!(uri.to_string(), text);
        }
    }

    #[test]
    fn nothing_else_may_be_there() {
        for text in [
            "at://",
            "at:///io.atcr.tag",
            "at://alice.com/",
            "at://alice.com/io.atcr.tag/",
            "at://alice.com/io.atcr.tag/..",
            "at://alice.com/io.atcr.tag/%61",
            "at://alice.com/io.atcr.tag/a/b",
            "at://alice.com/io.atcr.tag/a?b",
            "at://alice.com#a",
            "at://me@alice.com",
            "https://alice.com",
        ] {
            assert!(text.parse::<AtUri>().is_err(), "{text:?}");
        }
    }
}
