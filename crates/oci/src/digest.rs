//! Content digests: `sha256:<64 hex>` and `sha512:<128 hex>`.
//!
//! Grammar and registered algorithms: OCI image-spec, `descriptor.md`, "Digests".

use std::fmt;
use std::str::FromStr;

use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sha2::{Digest as _, Sha256, Sha512};

use crate::string_form::serde_as_string;

/// A hash algorithm this crate can compute and verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DigestAlgorithm {
    /// SHA-256, the algorithm every client uses unless told otherwise.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// Every supported algorithm.
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Sha512];

    /// The name before the colon of a digest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// How many hexadecimal digits a digest of this algorithm has.
    pub const fn hex_length(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Why a text is not a usable digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestParseError {
    /// The text does not follow the digest grammar, or the hash has the wrong length or upper-case
    /// letters.
    #[error("a digest looks like sha256: followed by 64 lower-case hexadecimal digits")]
    Malformed,
    /// The text is a digest by the grammar, but of an algorithm that is not supported here.
    #[error("digest algorithm {0:?} is not supported; use sha256 or sha512")]
    UnsupportedAlgorithm(String),
}

/// The digest of some content, in canonical lower-case form.
///
/// Ordered as its text is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: DigestAlgorithm,
    hex: String,
}

impl Digest {
    /// The SHA-256 digest of `content`.
    pub fn sha256_of(content: &[u8]) -> Self {
        Self::of(DigestAlgorithm::Sha256, content)
    }

    /// The digest of `content` by `algorithm`.
    pub fn of(algorithm: DigestAlgorithm, content: &[u8]) -> Self {
        let mut digester = Digester::new(algorithm);
        digester.update(content);
        digester.finish()
    }

    /// The algorithm that made this digest.
    pub const fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// The hash in lower-case hexadecimal, without the algorithm.
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.algorithm, self.hex)
    }
}

impl FromStr for Digest {
    type Err = DigestParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, encoded) = text.split_once(':').ok_or(DigestParseError::Malformed)?;
        if !is_algorithm_name(name) || !is_encoded(encoded) {
            return Err(DigestParseError::Malformed);
        }
        let algorithm = DigestAlgorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or_else(|| DigestParseError::UnsupportedAlgorithm(name.to_owned()))?;
        let is_hex = encoded
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if encoded.len() != algorithm.hex_length() || !is_hex {
            return Err(DigestParseError::Malformed);
        }
        Ok(Self {
            algorithm,
            hex: encoded.to_owned(),
        })
    }
}

serde_as_string!(Digest);

/// `algorithm ::= component ([+._-] component)*`, `component ::= [a-z0-9]+`.
fn is_algorithm_name(name: &str) -> bool {
    name.split(['+', '.', '_', '-']).all(|component| {
        !component.is_empty()
            && component
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// `encoded ::= [a-zA-Z0-9=_-]+`.
fn is_encoded(encoded: &str) -> bool {
    !encoded.is_empty()
        && encoded
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'=' | b'_' | b'-'))
}

/// Computes a digest piece by piece, for content that does not fit in memory.
///
/// A clone carries on from the state it was taken in, so an upload can be digested so far without
/// ending it.
#[derive(Debug, Clone)]
pub struct Digester {
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Sha256(Sha256),
    Sha512(Sha512),
}

impl Digester {
    /// A digester that has seen nothing yet.
    pub fn new(algorithm: DigestAlgorithm) -> Self {
        let state = match algorithm {
            DigestAlgorithm::Sha256 => State::Sha256(Sha256::new()),
            DigestAlgorithm::Sha512 => State::Sha512(Sha512::new()),
        };
        Self { state }
    }

    /// The algorithm of the digest to come.
    pub const fn algorithm(&self) -> DigestAlgorithm {
        match self.state {
            State::Sha256(_) => DigestAlgorithm::Sha256,
            State::Sha512(_) => DigestAlgorithm::Sha512,
        }
    }

    /// Takes in the next piece of the content.
    pub fn update(&mut self, piece: &[u8]) {
        match &mut self.state {
            State::Sha256(hasher) => hasher.update(piece),
            State::Sha512(hasher) => hasher.update(piece),
        }
    }

    /// Everything there is to know about what was taken in, to go on with by [`Digester::restore`]: about a hundred
    /// bytes, or two hundred for SHA-512. Not a secret unless the content is.
    pub fn save(&self) -> Vec<u8> {
        match &self.state {
            State::Sha256(hasher) => hasher.serialize().to_vec(),
            State::Sha512(hasher) => hasher.serialize().to_vec(),
        }
    }

    /// The digester that was saved. `None` for what is no saved state of this algorithm.
    pub fn restore(algorithm: DigestAlgorithm, saved: &[u8]) -> Option<Self> {
        fn hasher<H: SerializableState>(saved: &[u8]) -> Option<H> {
            let saved = <&SerializedState<H>>::try_from(saved).ok()?;
            H::deserialize(saved).ok()
        }
        let state = match algorithm {
            DigestAlgorithm::Sha256 => State::Sha256(hasher(saved)?),
            DigestAlgorithm::Sha512 => State::Sha512(hasher(saved)?),
        };
        Some(Self { state })
    }

    /// The digest of everything taken in.
    pub fn finish(self) -> Digest {
        let algorithm = self.algorithm();
        let hex = match self.state {
            State::Sha256(hasher) => hex::encode(hasher.finalize()),
            State::Sha512(hasher) => hex::encode(hasher.finalize()),
        };
        Digest { algorithm, hex }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EMPTY_SHA256: &str =
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn the_empty_content_has_its_well_known_digest() {
        assert_eq!(Digest::sha256_of(b"").to_string(), EMPTY_SHA256);
        // The value that image-spec gives for the empty descriptor `{}`.
        assert_eq!(
            Digest::sha256_of(b"{}").hex(),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        );
    }

    #[test]
    fn sha512_is_computed_and_parsed() {
        let digest = Digest::of(DigestAlgorithm::Sha512, b"abc");
        assert!(digest.hex().starts_with("ddaf35a193617abacc417349ae204131"));
        assert_eq!(digest.hex().len(), 128);
        assert_eq!(digest.to_string().parse(), Ok(digest));
    }

    #[test]
    fn a_saved_digester_goes_on_where_it_was() {
        let content: Vec<u8> = (0..1000u32).flat_map(u32::to_le_bytes).collect();
        for algorithm in DigestAlgorithm::ALL {
            for cut in [0, 1, 63, 64, 127, 128, 129, 4000] {
                let mut digester = Digester::new(algorithm);
                digester.update(&content[..cut]);
                let mut restored = Digester::restore(algorithm, &digester.save()).unwrap();
                restored.update(&content[cut..]);
                assert_eq!(restored.finish(), Digest::of(algorithm, &content), "{cut}");
            }
        }
        assert!(Digester::restore(DigestAlgorithm::Sha256, b"short").is_none());
    }

    #[test]
    fn malformed_digests_are_refused() {
        let upper = EMPTY_SHA256.to_uppercase().replace("SHA256", "sha256");
        let long = format!("{EMPTY_SHA256}0");
        let spaced = format!(" {EMPTY_SHA256}");
        for text in [
            "",
            ":",
            "sha256",
            "sha256:",
            ":abc",
            "sha256:abc",
            "SHA256:abc",
            "sha256:a/b",
            "+:abc",
            "a++b:abc",
            "sha256:sha256:00",
            &upper,
            &long,
            &spaced,
        ] {
            assert_eq!(
                text.parse::<Digest>(),
                Err(DigestParseError::Malformed),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_well_formed_digest_of_an_unknown_algorithm_is_told_apart() {
        for (text, name) in [
            ("md5:abc", "md5"),
            ("sha256+b64u:LCa0a2j_xo", "sha256+b64u"),
            ("blake3:00", "blake3"),
        ] {
            let expected = DigestParseError::UnsupportedAlgorithm(name.to_owned());
            assert_eq!(text.parse::<Digest>(), Err(expected));
        }
    }

    #[test]
    fn serde_uses_the_text_and_checks_it() {
        let digest = Digest::sha256_of(b"");
        let json = serde_json::to_string(&digest).expect("a string");
        assert_eq!(json, format!("{EMPTY_SHA256:?}"));
        assert_eq!(
            serde_json::from_str::<Digest>(&json).expect("a digest"),
            digest
        );
        assert!(serde_json::from_str::<Digest>("\"sha256:00\"").is_err());
    }

    #[test]
    fn a_cloned_digester_carries_on_by_itself() {
        let mut digester = Digester::new(DigestAlgorithm::Sha256);
        digester.update(b"layer");
        let so_far = digester.clone().finish();
        digester.update(b" and more");
        assert_eq!(so_far, Digest::sha256_of(b"layer"));
        assert_eq!(digester.finish(), Digest::sha256_of(b"layer and more"));
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_keeps_the_text(text in "\\PC*") {
            if let Ok(digest) = text.parse::<Digest>() {
                prop_assert_eq!(digest.to_string(), text);
            }
        }

        #[test]
        fn every_computed_digest_parses_back(content: Vec<u8>, long: bool) {
            let algorithm = if long { DigestAlgorithm::Sha512 } else { DigestAlgorithm::Sha256 };
            let digest = Digest::of(algorithm, &content);
            prop_assert_eq!(digest.to_string().parse(), Ok(digest));
        }

        #[test]
        fn digests_sort_as_their_text(left: Vec<u8>, right: Vec<u8>) {
            let (left, right) = (Digest::sha256_of(&left), Digest::of(DigestAlgorithm::Sha512, &right));
            prop_assert_eq!(left.cmp(&right), left.to_string().cmp(&right.to_string()));
        }
    }
}
