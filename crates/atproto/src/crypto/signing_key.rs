//! Private keys.

use p256::ecdsa::signature::Signer as _;

use super::PublicKey;

/// Bytes of a private key.
pub const SIGNING_KEY_BYTES: usize = 32;

/// The curves of atproto. atproto.com/specs/cryptography
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// secp256k1.
    K256,
}

/// A private key. It does not print, and its memory is cleared when it is dropped.
#[derive(Clone)]
pub enum SigningKey {
    /// On NIST P-256.
    P256(p256::ecdsa::SigningKey),
    /// On secp256k1.
    K256(k256::ecdsa::SigningKey),
}

/// The bytes are no key: zero, or not below the order of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not a private key on this curve")]
pub struct InvalidSigningKey;

impl SigningKey {
    /// Reads a key. Random bytes are one, except once in 2^32 times on P-256 and hardly ever on secp256k1.
    pub fn from_bytes(
        curve: Curve,
        bytes: &[u8; SIGNING_KEY_BYTES],
    ) -> Result<Self, InvalidSigningKey> {
        match curve {
            Curve::P256 => p256::ecdsa::SigningKey::from_slice(bytes)
                .map(Self::P256)
                .map_err(|_| InvalidSigningKey),
            Curve::K256 => k256::ecdsa::SigningKey::from_slice(bytes)
                .map(Self::K256)
                .map_err(|_| InvalidSigningKey),
        }
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        match self {
            Self::P256(key) => PublicKey::P256(*key.verifying_key()),
            Self::K256(key) => PublicKey::K256(*key.verifying_key()),
        }
    }

    /// Signs the SHA-256 of `message`: 64 bytes of two scalars, the second in its lower half. The same key and
    /// message give the same signature.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                // The crate leaves the upper half to the caller.
                signature
                    .normalize_s()
                    .unwrap_or(signature)
                    .to_bytes()
                    .into()
            }
            Self::K256(key) => {
                let signature: k256::ecdsa::Signature = key.sign(message);
                signature
                    .normalize_s()
                    .unwrap_or(signature)
                    .to_bytes()
                    .into()
            }
        }
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SigningKey({})", self.public_key().to_did_key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_of_both_curves_are_in_their_lower_half() {
        for curve in [Curve::P256, Curve::K256] {
            let key = SigningKey::from_bytes(curve, &[7; 32]).expect("a key");
            for number in 0..100_u8 {
                let signature = key.sign(&[number]);
                assert_eq!(key.public_key().verify(&[number], &signature), Ok(()));
                assert!(key.public_key().verify(&[number, 0], &signature).is_err());
            }
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for curve in [Curve::P256, Curve::K256] {
            for bytes in [[0; 32], [0xff; 32]] {
                assert!(SigningKey::from_bytes(curve, &bytes).is_err());
            }
        }
    }

    #[test]
    fn a_key_does_not_print_its_secret() {
        let key = SigningKey::from_bytes(Curve::K256, &[0xab; 32]).expect("a key");
        let printed = format!("{key:?}");
        assert!(printed.starts_with("SigningKey(did:key:z"), "{printed}");
        assert!(!printed.contains("171"), "{printed}");
    }
}
