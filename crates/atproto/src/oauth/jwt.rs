//! What we sign: compact JSON web signatures with ES256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::OAuthKey;

/// `header.claims.signature`.
pub(super) fn sign(key: &OAuthKey, header: &Value, claims: &Value) -> String {
    let signing_input = [header, claims]
        .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
        .join(".");
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signing_input.as_bytes()));
    format!("{signing_input}.{signature}")
}

/// Header and claims of a token whose signature is checked against its own key set, for tests.
#[cfg(test)]
pub(super) fn open(key: &OAuthKey, token: &str) -> (Value, Value) {
    use p256::ecdsa::signature::Verifier as _;

    let (signing_input, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let signature = p256::ecdsa::Signature::from_slice(&signature).unwrap();
    let private = p256::ecdsa::SigningKey::from_slice(&key.to_bytes()).unwrap();
    private
        .verifying_key()
        .verify(signing_input.as_bytes(), &signature)
        .unwrap();
    let (header, claims) = signing_input.split_once('.').unwrap();
    let read = |part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (read(header), read(claims))
}
