//! The code that a person types: 8 of 20 consonants, so that no word comes about and no letter is taken for a digit.
//! RFC 8628, section 6.1: 20^8 is 34.5 bits.

use std::fmt;
use std::str::FromStr;

use crate::accounts::access_tokens::{AccessTokenError, random_characters};

const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// A code that a person types, such as `BCDF-GHJK`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCode(String);

/// Not a code, whoever might have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has eight letters, such as BCDF-GHJK")]
pub struct UserCodeParseError;

impl UserCode {
    /// A code that nobody knows.
    pub(super) fn generate() -> Result<Self, AccessTokenError> {
        random_characters(ALPHABET, LENGTH).map(Self)
    }

    /// Without the hyphen, as it is stored.
    pub(super) fn as_stored(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(LENGTH / 2);
        write!(formatter, "{first}-{second}")
    }
}

impl FromStr for UserCode {
    type Err = UserCodeParseError;

    /// As people type it: in any case, with hyphens and blanks anywhere.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters: String = text
            .chars()
            .filter(|character| !matches!(character, '-' | '\u{2010}'..='\u{2015}' | ' '))
            .map(|character| character.to_ascii_uppercase())
            .take(LENGTH + 1)
            .collect();
        let is_code =
            letters.len() == LENGTH && letters.bytes().all(|byte| ALPHABET.contains(&byte));
        if is_code {
            Ok(Self(letters))
        } else {
            Err(UserCodeParseError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dv_04_a_code_is_read_as_people_type_it() {
        let code = UserCode::generate().unwrap();
        let shown = code.to_string();
        assert_eq!(shown.len(), 9);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', ""),
            shown.replace('-', " \u{2013} "),
        ] {
            assert_eq!(typed.parse::<UserCode>().unwrap(), code, "{typed}");
        }
        for wrong in [
            "",
            "BCDF-GHJ",
            "BCDF-GHJKL",
            "ACDF-GHJK",
            "BCDF-GHJ1",
            "BCDF_GHJK",
            "ÄCDF-GHJK",
        ] {
            assert!(wrong.parse::<UserCode>().is_err(), "{wrong}");
        }
    }
}
