//! The limits of lexicon schemas, for those that the Rust types do not already keep.

use unicode_segmentation::UnicodeSegmentation as _;

/// The largest integer that every JSON reader keeps exact, 2^53 - 1.
const MAX_INTEGER: u64 = 9_007_199_254_740_991;
/// The longest URI in bytes. atproto.com/specs/lexicon#uri
const MAX_URI_LENGTH: usize = 8192;

/// A record that its lexicon does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LexiconViolation {
    /// A string over its `maxLength`.
    #[error("`{field}` is longer than {max_bytes} bytes")]
    TooLong {
        /// The field as the lexicon spells it.
        field: &'static str,
        /// The most bytes of UTF-8 it may have.
        max_bytes: usize,
    },
    /// A string over its `maxGraphemes`.
    #[error("`{field}` is longer than {max_characters} characters")]
    TooManyCharacters {
        /// The field as the lexicon spells it.
        field: &'static str,
        /// The most characters, as people count them, that it may have.
        max_characters: usize,
    },
    /// An integer beyond what JSON carries exactly.
    #[error("`{field}` is beyond 2^53 - 1")]
    IntegerTooLarge {
        /// The field as the lexicon spells it.
        field: &'static str,
    },
    /// A string of format `uri` that is none.
    #[error("`{field}` is not a URI")]
    NotUri {
        /// The field as the lexicon spells it.
        field: &'static str,
    },
    /// A blob over its `maxSize`.
    #[error("`{field}` is a blob of more than {max_bytes} bytes")]
    BlobTooLarge {
        /// The field as the lexicon spells it.
        field: &'static str,
        /// The most bytes the blob may have.
        max_bytes: u64,
    },
    /// A blob of a media type that is not in `accept`.
    #[error("`{field}` is a blob of a media type that is not accepted")]
    BlobType {
        /// The field as the lexicon spells it.
        field: &'static str,
    },
}

/// `maxLength` of a string: bytes of UTF-8.
pub(crate) const fn max_length(
    field: &'static str,
    value: &str,
    max_bytes: usize,
) -> Result<(), LexiconViolation> {
    if value.len() > max_bytes {
        return Err(LexiconViolation::TooLong { field, max_bytes });
    }
    Ok(())
}

/// [`max_length`] of a field that may be absent.
pub(crate) fn optional_max_length(
    field: &'static str,
    value: Option<&String>,
    max_bytes: usize,
) -> Result<(), LexiconViolation> {
    value.map_or(Ok(()), |value| max_length(field, value, max_bytes))
}

/// `maxGraphemes` of a string: characters as people count them.
pub(crate) fn max_graphemes(
    field: &'static str,
    value: &str,
    max_characters: usize,
) -> Result<(), LexiconViolation> {
    // No text has more of them than bytes, and most have far fewer bytes than they may have characters.
    if value.len() > max_characters && value.graphemes(true).count() > max_characters {
        return Err(LexiconViolation::TooManyCharacters {
            field,
            max_characters,
        });
    }
    Ok(())
}

/// An integer that must survive the trip through JSON.
pub(crate) const fn integer(field: &'static str, value: u64) -> Result<(), LexiconViolation> {
    if value > MAX_INTEGER {
        return Err(LexiconViolation::IntegerTooLarge { field });
    }
    Ok(())
}

/// The lexicon format `uri`: a scheme, a colon and something without white space.
pub(crate) fn uri(field: &'static str, value: &str) -> Result<(), LexiconViolation> {
    max_length(field, value, MAX_URI_LENGTH)?;
    let is_uri = value.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|first: char| first.is_ascii_lowercase())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'))
            && !rest.is_empty()
            && !rest.contains(char::is_whitespace)
    });
    if is_uri {
        Ok(())
    } else {
        Err(LexiconViolation::NotUri { field })
    }
}
