//! References: how a request names a manifest, by tag or by digest.

use std::fmt;
use std::str::FromStr;

use crate::string_form::serde_as_string;
use crate::{Digest, DigestParseError, Tag, TagParseError};

/// A text is neither a tag nor a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceParseError {
    /// The text has no colon, so it was meant as a tag.
    #[error(transparent)]
    Tag(#[from] TagParseError),
    /// The text has a colon, so it was meant as a digest.
    #[error(transparent)]
    Digest(#[from] DigestParseError),
}

/// A tag or a digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// Whatever manifest the tag stands for at the moment.
    Tag(Tag),
    /// Exactly the manifest with this digest.
    Digest(Digest),
}

impl Reference {
    /// The tag, where this is one.
    pub const fn tag(&self) -> Option<&Tag> {
        match self {
            Self::Tag(tag) => Some(tag),
            Self::Digest(_) => None,
        }
    }

    /// The digest, where this is one.
    pub const fn digest(&self) -> Option<&Digest> {
        match self {
            Self::Tag(_) => None,
            Self::Digest(digest) => Some(digest),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(formatter),
            Self::Digest(digest) => digest.fmt(formatter),
        }
    }
}

impl FromStr for Reference {
    type Err = ReferenceParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Tags cannot contain a colon, and every digest does.
        if text.contains(':') {
            Ok(Self::Digest(text.parse()?))
        } else {
            Ok(Self::Tag(text.parse()?))
        }
    }
}

serde_as_string!(Reference);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_makes_it_a_digest() {
        let digest = Digest::sha256_of(b"x");
        assert_eq!(digest.to_string().parse(), Ok(Reference::Digest(digest)));
        assert_eq!(
            "v1.0".parse::<Reference>().expect("a tag").to_string(),
            "v1.0"
        );
    }

    #[test]
    fn errors_say_what_was_meant() {
        assert_eq!(
            "-x".parse::<Reference>(),
            Err(ReferenceParseError::Tag(TagParseError))
        );
        assert_eq!(
            "a:b".parse::<Reference>(),
            Err(DigestParseError::UnsupportedAlgorithm("a".to_owned()).into())
        );
        assert_eq!(
            "sha256:".parse::<Reference>(),
            Err(DigestParseError::Malformed.into())
        );
    }
}
