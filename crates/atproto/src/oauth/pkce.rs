//! PKCE: whoever redeems a code must be who asked for it. RFC 7636
//!
//! Only `S256`; there is no type for `plain`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The secret of one authorization request.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeVerifier(String);

/// The hash of a verifier, which goes with the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

impl CodeVerifier {
    /// A verifier of 32 random bytes, 43 characters.
    pub fn new(random: &[u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// A verifier that was stored. `None` when it is not one of ours.
    pub fn from_text(text: &str) -> Option<Self> {
        let is_one = URL_SAFE_NO_PAD
            .decode(text)
            .is_ok_and(|bytes| bytes.len() == 32);
        is_one.then(|| Self(text.to_owned()))
    }

    /// The text, for the token request and for storing it under lock.
    pub fn secret_text(&self) -> &str {
        &self.0
    }

    /// Its hash.
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge(URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0)))
    }
}

impl CodeChallenge {
    /// The text, for the authorization request.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CodeVerifier(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oa_15_the_challenge_is_that_of_rfc_7636_appendix_b() {
        let octets = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212,
            37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let verifier = CodeVerifier::new(&octets);
        assert_eq!(
            verifier.secret_text(),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
        assert_eq!(
            verifier.challenge().as_str(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert_eq!(format!("{verifier:?}"), "CodeVerifier(..)");
    }

    #[test]
    fn a_stored_verifier_comes_back_whole_or_not_at_all() {
        let verifier = CodeVerifier::new(&[9; 32]);
        assert_eq!(
            CodeVerifier::from_text(verifier.secret_text()),
            Some(verifier)
        );
        assert_eq!(CodeVerifier::from_text("short"), None);
    }
}
