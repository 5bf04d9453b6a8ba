//! Upload ids: the last path segment of an upload's `Location`.

use std::fmt;
use std::str::FromStr;

use crate::string_form::serde_as_string;

/// The longest upload id, in characters.
const MAX_UPLOAD_ID_CHARACTERS: usize = 128;

/// A text is not an upload id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an upload id has 1 to 128 letters, digits, `-` or `_`")]
pub struct UploadIdParseError;

/// An upload id: `[A-Za-z0-9_-]{1,128}`. The specification leaves the form to the registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(String);

impl UploadId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for UploadId {
    type Err = UploadIdParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=MAX_UPLOAD_ID_CHARACTERS).contains(&text.len());
        if fits
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(UploadIdParseError)
        }
    }
}

serde_as_string!(UploadId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_url_safe_words_of_limited_length() {
        for text in ["a", "0190-f3_Z", &"x".repeat(128)] {
            assert_eq!(text.parse::<UploadId>().expect("an id").as_str(), text);
        }
        for text in ["", "a.b", "a/b", "a b", "é", &"x".repeat(129)] {
            assert_eq!(
                text.parse::<UploadId>(),
                Err(UploadIdParseError),
                "{text:?}"
            );
        }
    }
}
