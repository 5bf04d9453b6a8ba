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
