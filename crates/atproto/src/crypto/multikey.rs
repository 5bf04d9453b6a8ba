//! Public keys as DID documents and `did:key` write them.

use std::fmt;

use multibase::Base;
use p256::ecdsa::signature::Verifier as _;

/// Multicodec `p256-pub` (0x1200) as a varint.
const P256_PREFIX: [u8; 2] = [0x80, 0x24];
/// Multicodec `secp256k1-pub` (0xe7) as a varint.
const K256_PREFIX: [u8; 2] = [0xe7, 0x01];
/// Bytes of a compressed point.
const COMPRESSED_LENGTH: usize = 33;
/// Bytes of an uncompressed point.
const UNCOMPRESSED_LENGTH: usize = 65;

/// A public key on one of the two curves of atproto. atproto.com/specs/cryptography
///
/// The point has been checked to lie on its curve.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PublicKey {
    /// NIST P-256, also called secp256r1; `ES256` in tokens.
    P256(p256::ecdsa::VerifyingKey),
    /// secp256k1; `ES256K` in tokens.
    K256(k256::ecdsa::VerifyingKey),
}

/// Why a text is not a public key that atproto accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not base58btc with the multibase prefix `z`.
    #[error("key is not multibase in base58btc")]
    Encoding,
    /// A `did:key` was expected and something else found.
    #[error("not a did:key")]
    NotDidKey,
    /// A kind of key other than P-256 and secp256k1, or a verification method of another type.
    #[error("key is neither P-256 nor secp256k1")]
    UnknownType,
    /// Not a point of the expected length on the curve.
    #[error("key is not a point on its curve")]
    Point,
}

/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not two numbers of 32 bytes each; DER is not accepted.
    #[error("signature is not 64 bytes of two scalars")]
    Malformed,
    /// The second number is in the upper half, which would give every signature a twin.
    #[error("signature is not in low-S form")]
    HighS,
    /// Made by another key or over another message.
    #[error("signature does not match")]
    Mismatch,
}

impl PublicKey {
    /// Reads the `publicKeyMultibase` of a `Multikey`: base58btc over the curve's multicodec and the
    /// compressed point.
    pub fn from_multikey(multibase: &str) -> Result<Self, KeyError> {
        let bytes = decode_base58btc(multibase)?;
        let (prefix, point) = bytes.split_at_checked(2).ok_or(KeyError::UnknownType)?;
        let curve = match prefix.try_into() {
            Ok(P256_PREFIX) => Curve::P256,
            Ok(K256_PREFIX) => Curve::K256,
            _ => return Err(KeyError::UnknownType),
        };
        if point.len() != COMPRESSED_LENGTH {
            return Err(KeyError::Point);
        }
        Self::from_point(curve, point)
    }

    /// Reads a `did:key`, which is a Multikey behind a fixed prefix.
    pub fn from_did_key(did_key: &str) -> Result<Self, KeyError> {
        let multikey = did_key
            .strip_prefix("did:key:")
            .ok_or(KeyError::NotDidKey)?;
        Self::from_multikey(multikey)
    }

    /// Reads the key of a verification method by the method's `type`: `Multikey`, or one of the two
    /// suites of 2019, whose point comes without multicodec and usually uncompressed.
    pub fn from_verification_method(
        method_type: &str,
        public_key_multibase: &str,
    ) -> Result<Self, KeyError> {
        let curve = match method_type {
            "Multikey" => return Self::from_multikey(public_key_multibase),
            "EcdsaSecp256r1VerificationKey2019" => Curve::P256,
            "EcdsaSecp256k1VerificationKey2019" => Curve::K256,
            _ => return Err(KeyError::UnknownType),
        };
        let point = decode_base58btc(public_key_multibase)?;
        if ![COMPRESSED_LENGTH, UNCOMPRESSED_LENGTH].contains(&point.len()) {
            return Err(KeyError::Point);
        }
        Self::from_point(curve, &point)
    }

    /// The `publicKeyMultibase` of this key as a `Multikey`.
    pub fn to_multikey(&self) -> String {
        let mut bytes = Vec::with_capacity(P256_PREFIX.len() + COMPRESSED_LENGTH);
        match self {
            Self::P256(key) => {
                bytes.extend_from_slice(&P256_PREFIX);
                bytes.extend_from_slice(key.to_encoded_point(true).as_bytes());
            }
            Self::K256(key) => {
                bytes.extend_from_slice(&K256_PREFIX);
                bytes.extend_from_slice(key.to_encoded_point(true).as_bytes());
            }
        }
        multibase::encode(Base::Base58Btc, bytes)
    }

    /// This key as a `did:key`.
    pub fn to_did_key(&self) -> String {
        format!("did:key:{}", self.to_multikey())
    }

    /// The only `alg` a token signed with this key may carry.
    pub const fn jwt_algorithm(&self) -> &'static str {
        match self {
            Self::P256(_) => "ES256",
            Self::K256(_) => "ES256K",
        }
    }

    /// Checks `signature`, 64 bytes in low-S form, over the SHA-256 of `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        match self {
            Self::P256(key) => {
                let signature = p256::ecdsa::Signature::from_slice(signature)
                    .map_err(|_| SignatureError::Malformed)?;
                if signature.normalize_s().is_some() {
                    return Err(SignatureError::HighS);
                }
                key.verify(message, &signature)
            }
            Self::K256(key) => {
                let signature = k256::ecdsa::Signature::from_slice(signature)
                    .map_err(|_| SignatureError::Malformed)?;
                if signature.normalize_s().is_some() {
                    return Err(SignatureError::HighS);
                }
                key.verify(message, &signature)
            }
        }
        .map_err(|_| SignatureError::Mismatch)
    }

    /// As [`Self::verify`], and accepts the twin that every signature has in the upper half: deployed issuers of
    /// tokens are not all strict. Whoever uses this must not take the signature for a name of what was signed.
    pub fn verify_either_form(
        &self,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let lower: Vec<u8> = match self {
            Self::P256(_) => {
                let signature = p256::ecdsa::Signature::from_slice(signature)
                    .map_err(|_| SignatureError::Malformed)?;
                signature.normalize_s().unwrap_or(signature).to_vec()
            }
            Self::K256(_) => {
                let signature = k256::ecdsa::Signature::from_slice(signature)
                    .map_err(|_| SignatureError::Malformed)?;
                signature.normalize_s().unwrap_or(signature).to_vec()
            }
        };
        self.verify(message, &lower)
    }

    fn from_point(curve: Curve, point: &[u8]) -> Result<Self, KeyError> {
        match curve {
            Curve::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Self::P256),
            Curve::K256 => k256::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Self::K256),
        }
        .map_err(|_| KeyError::Point)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({})", self.to_did_key())
    }
}

#[derive(Clone, Copy)]
enum Curve {
    P256,
    K256,
}

fn decode_base58btc(multibase: &str) -> Result<Vec<u8>, KeyError> {
    // The longest key accepted, an uncompressed point, takes 90 characters. Decoding base58 costs
    // the square of the length, so longer text is not looked at.
    const MAX_TEXT_LENGTH: usize = 128;
    if multibase.len() > MAX_TEXT_LENGTH {
        return Err(KeyError::Encoding);
    }
    match multibase::decode(multibase) {
        Ok((Base::Base58Btc, bytes)) => Ok(bytes),
        _ => Err(KeyError::Encoding),
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::signature::Signer as _;

    use super::*;

    const SECRET: [u8; 32] = [7; 32];

    fn p256_key() -> p256::ecdsa::SigningKey {
        p256::ecdsa::SigningKey::from_slice(&SECRET).expect("a private key")
    }

    fn k256_key() -> k256::ecdsa::SigningKey {
        k256::ecdsa::SigningKey::from_slice(&SECRET).expect("a private key")
    }

    fn keys() -> [PublicKey; 2] {
        [
            PublicKey::P256(*p256_key().verifying_key()),
            PublicKey::K256(*k256_key().verifying_key()),
        ]
    }

    #[test]
    fn keys_round_trip_as_multikey_and_did_key() {
        for key in keys() {
            assert_eq!(PublicKey::from_multikey(&key.to_multikey()), Ok(key));
            assert_eq!(PublicKey::from_did_key(&key.to_did_key()), Ok(key));
            assert_eq!(
                PublicKey::from_did_key(&key.to_multikey()),
                Err(KeyError::NotDidKey)
            );
        }
        let [p256, k256] = keys();
        assert!(p256.to_multikey().starts_with("zDn"));
        assert!(k256.to_multikey().starts_with("zQ3s"));
    }

    #[test]
    fn the_suites_of_2019_carry_uncompressed_points_of_their_own_curve() {
        let k256 = k256_key();
        let uncompressed = multibase::encode(
            Base::Base58Btc,
            k256.verifying_key().to_encoded_point(false).as_bytes(),
        );
        assert_eq!(
            PublicKey::from_verification_method("EcdsaSecp256k1VerificationKey2019", &uncompressed),
            Ok(keys()[1])
        );
        assert_eq!(
            PublicKey::from_verification_method("EcdsaSecp256r1VerificationKey2019", &uncompressed),
            Err(KeyError::Point)
        );
        assert_eq!(
            PublicKey::from_verification_method("JsonWebKey2020", &uncompressed),
            Err(KeyError::UnknownType)
        );
    }

    #[test]
    fn id_05_points_must_be_compressed_and_on_the_curve() {
        let multikey = |bytes: Vec<u8>| multibase::encode(Base::Base58Btc, bytes);
        let uncompressed = k256_key().verifying_key().to_encoded_point(false);
        let long = [&K256_PREFIX, uncompressed.as_bytes()].concat();
        assert_eq!(
            PublicKey::from_multikey(&multikey(long)),
            Err(KeyError::Point)
        );
        // No point of secp256k1 has x = 5.
        let mut off_curve = [&K256_PREFIX[..], &[2], &[0; 32]].concat();
        off_curve[34] = 5;
        assert_eq!(
            PublicKey::from_multikey(&multikey(off_curve)),
            Err(KeyError::Point)
        );
        let ed25519 = [&[0xed, 0x01][..], &[1; 32]].concat();
        assert_eq!(
            PublicKey::from_multikey(&multikey(ed25519)),
            Err(KeyError::UnknownType)
        );
        assert_eq!(PublicKey::from_multikey("z"), Err(KeyError::UnknownType));
        assert_eq!(PublicKey::from_multikey("bafk"), Err(KeyError::Encoding));
        assert_eq!(
            PublicKey::from_multikey(&"z1".repeat(4000)),
            Err(KeyError::Encoding)
        );
    }

    #[test]
    fn signatures_of_the_key_over_the_message_count() {
        let [p256, k256] = keys();
        let nist_signature: p256::ecdsa::Signature = p256_key().sign(b"message");
        let nist_signature = nist_signature
            .normalize_s()
            .unwrap_or(nist_signature)
            .to_bytes();
        let koblitz_signature: k256::ecdsa::Signature = k256_key().sign(b"message");
        let koblitz_signature = koblitz_signature.to_bytes();
        assert_eq!(p256.verify(b"message", &nist_signature), Ok(()));
        assert_eq!(k256.verify(b"message", &koblitz_signature), Ok(()));
        assert_eq!(
            p256.verify(b"massage", &nist_signature),
            Err(SignatureError::Mismatch)
        );
        assert_eq!(
            k256.verify(b"message", &nist_signature),
            Err(SignatureError::Mismatch)
        );
        assert_eq!(
            k256.verify(b"message", &koblitz_signature[..63]),
            Err(SignatureError::Malformed)
        );
        assert_eq!(
            k256.verify(b"message", &[0; 64]),
            Err(SignatureError::Malformed)
        );
    }

    #[test]
    fn the_high_s_twin_of_a_signature_does_not_count() {
        let signature: p256::ecdsa::Signature = p256_key().sign(b"message");
        let low = signature.normalize_s().unwrap_or(signature);
        let (r, s) = low.split_scalars();
        let high = p256::ecdsa::Signature::from_scalars(r, -s).expect("two scalars");
        assert_eq!(
            keys()[0].verify(b"message", &high.to_bytes()),
            Err(SignatureError::HighS)
        );
    }
}
