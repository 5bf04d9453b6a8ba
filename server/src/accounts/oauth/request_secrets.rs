//! The secrets of a sign-in in progress, sealed between its two halves.

use atproto::oauth::{CodeVerifier, KEY_BYTES, OAuthKey};
use sha2::{Digest as _, Sha256};

use crate::secrets::{SealError, Sealer, UnsealError};

/// What the second half needs of the first.
pub(super) struct RequestSecrets {
    /// The session's key, which begins with the request.
    pub(super) dpop_key: OAuthKey,
    /// Shows that the code was asked for here.
    pub(super) verifier: CodeVerifier,
}

impl RequestSecrets {
    /// Seals them to one request: the key's bytes, then the verifier.
    pub(super) fn seal(&self, sealer: &Sealer, state_hash: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut plain = self.dpop_key.to_bytes().to_vec();
        plain.extend_from_slice(self.verifier.secret_text().as_bytes());
        sealer.seal(state_hash, &plain)
    }

    /// Opens them for the same request.
    pub(super) fn open(
        sealer: &Sealer,
        state_hash: &[u8],
        sealed: &[u8],
    ) -> Result<Self, UnsealError> {
        let plain = sealer.open(state_hash, sealed)?;
        let (key, verifier) = plain.split_first_chunk::<KEY_BYTES>().ok_or(UnsealError)?;
        let verifier = std::str::from_utf8(verifier).map_err(|_| UnsealError)?;
        Ok(Self {
            dpop_key: OAuthKey::from_bytes(key).map_err(|_| UnsealError)?,
            verifier: CodeVerifier::from_text(verifier).ok_or(UnsealError)?,
        })
    }
}

/// What stands in the database for a secret of 256 random bits. A hash without a key is enough: nobody can try them
/// all.
pub fn secret_hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}
