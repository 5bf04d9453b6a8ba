//! The protocol's own key and signature vectors.

mod vectors;

use atproto::crypto::{Curve, PublicKey, SignatureError, SigningKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use multibase::Base;
use serde_json::Value;

fn cases(file: &str) -> Vec<Value> {
    let text = vectors::read(&format!("crypto/{file}")).unwrap_or_else(|| "[]".to_owned());
    serde_json::from_str(&text).expect("a vector file is a JSON array")
}

fn text<'case>(case: &'case Value, key: &str) -> &'case str {
    case[key].as_str().expect("the field is a string")
}

fn bytes(case: &Value, key: &str) -> Vec<u8> {
    BASE64_STANDARD_NO_PAD
        .decode(text(case, key))
        .expect("the field is base64")
}

#[test]
fn signatures_count_exactly_when_the_fixtures_say_so() {
    for case in cases("signature-fixtures.json") {
        let comment = text(&case, "comment");
        let key = PublicKey::from_did_key(text(&case, "publicKeyDid")).expect(comment);
        assert_eq!(key.jwt_algorithm(), text(&case, "algorithm"), "{comment}");
        assert_eq!(key.to_did_key(), text(&case, "publicKeyDid"), "{comment}");

        let verdict = key.verify(
            &bytes(&case, "messageBase64"),
            &bytes(&case, "signatureBase64"),
        );
        let expected = match case["tags"][0].as_str() {
            None => Ok(()),
            Some("high-s") => Err(SignatureError::HighS),
            Some("der-encoded") => Err(SignatureError::Malformed),
            Some(other) => panic!("unknown tag {other}"),
        };
        assert_eq!(verdict, expected, "{comment}");
        assert_eq!(Value::from(verdict.is_ok()), case["validSignature"]);
    }
}

#[test]
fn keys_of_the_2019_suites_equal_their_did_key() {
    for case in cases("signature-fixtures.json") {
        let of_suite = PublicKey::from_verification_method(
            text(&case, "didDocSuite"),
            text(&case, "publicKeyMultibase"),
        );
        let of_did_key = PublicKey::from_did_key(text(&case, "publicKeyDid"));
        assert_eq!(of_suite, of_did_key);
    }
}

#[test]
fn did_keys_belong_to_their_private_keys() {
    for case in cases("w3c_didkey_K256.json") {
        let private = hex::decode(text(&case, "privateKeyBytesHex")).expect("hex");
        assert_eq!(
            did_key_of(Curve::K256, private),
            text(&case, "publicDidKey")
        );
    }
    for case in cases("w3c_didkey_P256.json") {
        let private = Base::Base58Btc
            .decode(text(&case, "privateKeyBytesBase58"))
            .expect("base58");
        assert_eq!(
            did_key_of(Curve::P256, private),
            text(&case, "publicDidKey")
        );
    }
}

fn did_key_of(curve: Curve, private: Vec<u8>) -> String {
    let private = private.try_into().expect("32 bytes");
    let key = SigningKey::from_bytes(curve, &private).expect("a private key");
    let signature = key.sign(b"message");
    assert_eq!(key.public_key().verify(b"message", &signature), Ok(()));
    key.public_key().to_did_key()
}
