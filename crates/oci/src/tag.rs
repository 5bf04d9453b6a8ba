//! Tags: the movable names of manifests within a repository.

use std::fmt;
use std::str::FromStr;

use crate::string_form::serde_as_string;

/// The longest tag, in characters.
const MAX_TAG_CHARACTERS: usize = 128;

/// A text is not a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tag has 1 to 128 letters, digits, `_`, `.` or `-`, and does not begin with `.` or `-`")]
pub struct TagParseError;

/// A tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}` (OCI distribution-spec, "Pulling manifests").
///
/// Ordered by its bytes, which is the order that tag lists have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

impl Tag {
    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Tag {
    type Err = TagParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let begins_well = text.bytes().next().is_some_and(is_word);
        let fits = text.len() <= MAX_TAG_CHARACTERS;
        if begins_well
            && fits
            && text
                .bytes()
                .all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(TagParseError)
        }
    }
}

serde_as_string!(Tag);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_of_128_characters_fits_and_one_more_does_not() {
        assert!("t".repeat(128).parse::<Tag>().is_ok());
        assert_eq!("t".repeat(129).parse::<Tag>(), Err(TagParseError));
    }

    #[test]
    fn tags_outside_the_grammar_are_refused() {
        for text in ["", ".a", "-a", "a b", "a/b", "a:b", "é", "a\n", "a%41"] {
            assert_eq!(text.parse::<Tag>(), Err(TagParseError), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn tags_made_by_the_grammar_parse_back(text in "[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}") {
            prop_assert_eq!(text.parse::<Tag>().expect("the grammar made it").to_string(), text);
        }
    }
}
