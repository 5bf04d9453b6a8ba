//! Private keys for client assertions and DPoP: P-256 only, the one curve that every server has.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Bytes of a private key.
pub const KEY_BYTES: usize = 32;

/// A P-256 key that signs with ES256. It does not print, and its memory is cleared when it is dropped.
#[derive(Clone)]
pub struct OAuthKey(p256::ecdsa::SigningKey);

/// The name of a key: the RFC 7638 thumbprint of its public half, SHA-256 in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct KeyId(String);

/// The bytes are no key: zero, or not below the order of the curve. Of random bytes, one in 2^32 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not a private key on P-256")]
pub struct InvalidKey;

/// The public half as a JSON Web Key (RFC 7517). There is no field for a private part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicJwk {
    kty: &'static str,
    crv: &'static str,
    x: String,
    y: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<KeyId>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    usage: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<&'static str>,
}

impl OAuthKey {
    /// Reads a key from 32 bytes.
    pub fn from_bytes(bytes: &[u8; KEY_BYTES]) -> Result<Self, InvalidKey> {
        p256::ecdsa::SigningKey::from_slice(bytes)
            .map(Self)
            .map_err(|_| InvalidKey)
    }

    /// The private key, for whoever stores it under lock.
    pub fn to_bytes(&self) -> [u8; KEY_BYTES] {
        self.0.to_bytes().into()
    }

    /// The public half, with nothing but what a proof carries.
    pub fn public_jwk(&self) -> PublicJwk {
        let point = self.0.verifying_key().to_encoded_point(false);
        let coordinate = |bytes: Option<&p256::FieldBytes>| {
            URL_SAFE_NO_PAD.encode(bytes.expect("an uncompressed point of a key has both"))
        };
        PublicJwk {
            kty: "EC",
            crv: "P-256",
            x: coordinate(point.x()),
            y: coordinate(point.y()),
            kid: None,
            usage: None,
            alg: None,
        }
    }

    /// The public half as a key set publishes it: with its name and what it is for.
    pub fn published_jwk(&self) -> PublicJwk {
        PublicJwk {
            kid: Some(self.id()),
            usage: Some("sig"),
            alg: Some("ES256"),
            ..self.public_jwk()
        }
    }

    /// The key's name.
    pub fn id(&self) -> KeyId {
        let jwk = self.public_jwk();
        // RFC 7638, section 3: the required members, in the order of the alphabet, without spaces.
        let canonical = format!(
            r#"{{"crv":"{}","kty":"{}","x":"{}","y":"{}"}}"#,
            jwk.crv, jwk.kty, jwk.x, jwk.y
        );
        KeyId(URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)))
    }

    /// Signs the SHA-256 of `message`: two scalars of 32 bytes.
    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        let signature: p256::ecdsa::Signature = self.0.sign(message);
        signature.to_bytes().into()
    }
}

impl KeyId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for OAuthKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OAuthKey({})", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dp_02_the_public_half_has_no_private_part() {
        let key = OAuthKey::from_bytes(&[7; 32]).unwrap();
        for jwk in [key.public_jwk(), key.published_jwk()] {
            let json = serde_json::to_value(jwk).unwrap();
            assert!(json.get("d").is_none());
            assert_eq!(json["crv"], "P-256");
            assert_eq!(json["x"].as_str().unwrap().len(), 43);
        }
        let secret = URL_SAFE_NO_PAD.encode(key.to_bytes());
        assert!(!format!("{key:?}").contains(&secret));
    }

    #[test]
    fn a_key_is_named_by_its_thumbprint_and_round_trips() {
        let key = OAuthKey::from_bytes(&[7; 32]).unwrap();
        let again = OAuthKey::from_bytes(&key.to_bytes()).unwrap();
        assert_eq!(key.id(), again.id());
        assert_ne!(key.id(), OAuthKey::from_bytes(&[8; 32]).unwrap().id());
        assert_eq!(key.id().as_str().len(), 43);
        assert_eq!(OAuthKey::from_bytes(&[0; 32]).unwrap_err(), InvalidKey);
    }
}
