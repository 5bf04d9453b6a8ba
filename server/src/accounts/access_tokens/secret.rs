//! What an access token looks like: `longshore_`, 43 random characters, 6 of checksum.
//!
//! The prefix and the checksum let secret scanners find a leaked token without asking us and without false alarms:
//! `longshore_[0-9A-Za-z]{49}`. The checksum also tells a token that was cut short from one that was revoked.

use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::AccessTokenError;

/// What every access token begins with, and no app password: those are groups of four characters.
pub const PREFIX: &str = "longshore_";

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^43 > 2^256.
const RANDOM_CHARACTERS: usize = 43;
/// 62^6 > 2^32.
const CHECKSUM_CHARACTERS: usize = 6;

/// SHA-256 of a secret: fast, since nobody guesses 256 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Of a secret of ours that is random through and through.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Whether somebody presents an access token, whole or not, rather than a password.
pub fn is_access_token(secret: &SecretString) -> bool {
    secret.expose_secret().starts_with(PREFIX)
}

/// A token that nobody has yet.
pub(super) fn generate() -> Result<SecretString, AccessTokenError> {
    let random = random_characters(ALPHABET, RANDOM_CHARACTERS)?;
    let checksum = checksum(&random);
    Ok(format!("{PREFIX}{random}{checksum}").into())
}

/// The hash of a token by which it is found, when it is whole.
pub(super) fn read(secret: &SecretString) -> Result<SecretHash, AccessTokenError> {
    let text = secret.expose_secret();
    let is_whole = text.strip_prefix(PREFIX).is_some_and(|rest| {
        rest.len() == RANDOM_CHARACTERS + CHECKSUM_CHARACTERS
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && checksum(&rest[..RANDOM_CHARACTERS]) == rest[RANDOM_CHARACTERS..]
    });
    if !is_whole {
        return Err(AccessTokenError::NotWhole);
    }
    Ok(SecretHash::of(text))
}

/// Characters of `alphabet`, which has 256 at most, each as likely as any other.
pub(in crate::accounts) fn random_characters(
    alphabet: &[u8],
    count: usize,
) -> Result<String, AccessTokenError> {
    // Bytes above the last whole multiple would prefer the first characters.
    let fair = 256 - 256 % alphabet.len();
    let random = SystemRandom::new();
    let mut text = String::with_capacity(count);
    let mut bytes = [0; 64];
    while text.len() < count {
        random
            .fill(&mut bytes)
            .map_err(|_| AccessTokenError::NoRandomness)?;
        let characters = bytes
            .iter()
            .map(|byte| usize::from(*byte))
            .filter(|byte| *byte < fair)
            .map(|byte| char::from(alphabet[byte % alphabet.len()]));
        text.extend(characters.take(count - text.len()));
    }
    Ok(text)
}

/// The first 32 bits of the SHA-256 of prefix and random characters, in base 62, most significant digit first.
fn checksum(random: &str) -> String {
    let hash = SecretHash::of(&format!("{PREFIX}{random}"));
    let [a, b, c, d, ..] = hash.0;
    let mut number = u32::from_be_bytes([a, b, c, d]) as usize;
    let mut digits = [b'0'; CHECKSUM_CHARACTERS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[number % ALPHABET.len()];
        number /= ALPHABET.len();
    }
    digits.map(char::from).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tk_20_a_token_has_prefix_random_characters_and_checksum() {
        let one = generate().unwrap();
        let other = generate().unwrap();
        assert_ne!(one.expose_secret(), other.expose_secret());
        for token in [&one, &other] {
            let text = token.expose_secret();
            assert_eq!(text.len(), "longshore_".len() + 49, "{text}");
            assert!(is_access_token(token));
            assert_eq!(read(token).unwrap(), SecretHash::of(text));
        }
    }

    #[test]
    fn a_scanner_in_any_language_computes_the_same_checksum() {
        // python3: n = int(sha256(b"longshore_" + b"0" * 43).hexdigest()[:8], 16), then base 62.
        assert_eq!(checksum(&"0".repeat(43)), "2UgKea");
    }

    #[test]
    fn a_token_that_was_cut_or_mistyped_is_not_whole() {
        let token = generate().unwrap();
        let text = token.expose_secret();
        for index in PREFIX.len()..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[index] = if bytes[index] == b'a' { b'b' } else { b'a' };
            let changed = SecretString::from(String::from_utf8(bytes).unwrap());
            assert!(read(&changed).is_err(), "character {index}");
        }
        let wrong = [
            text[..text.len() - 1].to_owned(),
            format!("{text}0"),
            format!("{text} "),
            text.replace("longshore_", "longshore-"),
            PREFIX.to_owned(),
            format!("{PREFIX}{}", "ä".repeat(25)),
            format!("{PREFIX}0{}", "é".repeat(24)),
        ];
        for wrong in wrong {
            assert!(read(&wrong.clone().into()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_character_of_an_alphabet_comes_about_as_often() {
        let text = random_characters(b"abc", 30_000).unwrap();
        for letter in ['a', 'b', 'c'] {
            let count = text.matches(letter).count();
            assert!((9_500..10_500).contains(&count), "{letter}: {count}");
        }
    }
}
