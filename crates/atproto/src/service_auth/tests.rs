//! Service tokens, one check after the other.

use super::*;
use crate::crypto::Curve;

const NOW: i64 = 1_800_000_000;
const METHOD: &str = "io.atcr.hold.getQuota";

fn key(curve: Curve) -> SigningKey {
    SigningKey::from_bytes(curve, &[9; 32]).expect("a key")
}

fn hold() -> Did {
    "did:web:hold.example".parse().expect("a DID")
}

fn claims() -> Claims {
    Claims {
        issuer: "did:plc:ewvi7nxzyoun6zhxrhs64oiz".parse().expect("a DID"),
        audience: hold().to_string(),
        method: METHOD.parse().expect("an NSID"),
        expires_at: NOW + 60,
        issued_at: NOW,
        id: "once".to_owned(),
    }
}

fn check(token: &str, key: &SigningKey) -> Result<(), ServiceTokenError> {
    let token = ServiceToken::parse(token)?;
    token.check(&Expected {
        audience: &hold(),
        service: "atcr_hold",
        method: METHOD,
        now: NOW,
    })?;
    token.verify_signature(&key.public_key())
}

/// A token with exactly these parts, well signed.
fn token_of(header: &str, claims: &str, key: &SigningKey) -> String {
    let signing_input = [header, claims]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signing_input.as_bytes()));
    format!("{signing_input}.{signature}")
}

fn header_json() -> Value {
    json!({ "typ": "JWT", "alg": "ES256K" })
}

fn claims_json() -> Value {
    let token = mint(&key(Curve::K256), &claims());
    let part = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

#[test]
fn tokens_of_both_curves_are_accepted() {
    for curve in [Curve::K256, Curve::P256] {
        let key = key(curve);
        assert_eq!(check(&mint(&key, &claims()), &key), Ok(()));
    }
}

#[test]
fn sa_01_only_three_unpadded_parts_of_strict_json_are_a_token() {
    let key = key(Curve::K256);
    let good = mint(&key, &claims());
    let parts: Vec<&str> = good.split('.').collect();
    for bad in [
        String::new(),
        "a.b".to_owned(),
        format!("{good}."),
        format!("{good}=="),
        format!(".{good}"),
        format!("{}=.{}.{}", parts[0], parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{good}{}", "A".repeat(4096)),
        token_of(
            r#"{"alg":"ES256K","alg":"ES256K"}"#,
            &claims_json().to_string(),
            &key,
        ),
        token_of("[]", &claims_json().to_string(), &key),
        token_of(
            &header_json().to_string(),
            r#"{"iss":"did:web:a.example","iss":"did:web:b.example"}"#,
            &key,
        ),
    ] {
        assert!(
            matches!(check(&bad, &key), Err(ServiceTokenError::Malformed(_))),
            "{bad}"
        );
    }
}

#[test]
fn sa_02_to_04_the_header_decides_nothing() {
    let key = key(Curve::K256);
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("RS256")),
        ("alg", json!(null)),
        ("typ", json!("at+jwt")),
        ("typ", json!("refresh+jwt")),
        ("typ", json!("dpop+jwt")),
        ("typ", json!(1)),
        ("kid", json!("#atproto_label")),
        ("kid", json!("did:plc:ewvi7nxzyoun6zhxrhs64oiz#atproto")),
        ("kid", json!("../key")),
        ("jwk", json!({})),
        ("jku", json!("https://a.example")),
        ("x5u", json!("https://a.example")),
        ("crit", json!([])),
    ] {
        let mut header = header_json();
        header[name] = value.clone();
        let token = token_of(&header.to_string(), &claims_json().to_string(), &key);
        assert!(
            matches!(check(&token, &key), Err(ServiceTokenError::Malformed(_))),
            "{name}: {value}"
        );
    }
    // The other algorithm of the two is still not this key's.
    let mut header = header_json();
    header["alg"] = json!("ES256");
    let token = token_of(&header.to_string(), &claims_json().to_string(), &key);
    assert_eq!(check(&token, &key), Err(ServiceTokenError::Signature));
    for header in [
        json!({ "alg": "ES256K" }),
        json!({ "alg": "ES256K", "kid": "#atproto" }),
    ] {
        let token = token_of(&header.to_string(), &claims_json().to_string(), &key);
        assert_eq!(check(&token, &key), Ok(()), "{header}");
    }
}

#[test]
fn sa_05_to_10_every_claim_is_there_and_means_this_call() {
    let key = key(Curve::K256);
    for (name, value) in [
        (
            "iss",
            json!("did:plc:ewvi7nxzyoun6zhxrhs64oiz#atproto_labeler"),
        ),
        ("iss", json!("alice.example")),
        ("iss", json!(null)),
        ("aud", json!(null)),
        ("aud", json!([hold()])),
        ("aud", json!("did:web:hold.example.evil")),
        ("aud", json!("did:web:hold.exampl")),
        ("aud", json!("did:web:hold.example#")),
        ("aud", json!("did:web:hold.example#atproto_pds")),
        ("aud", json!("did:web:hold.example#atcr_hold#x")),
        ("lxm", json!(null)),
        ("lxm", json!("io.atcr.hold.deleteUserData")),
        ("lxm", json!("*")),
        ("lxm", json!([METHOD])),
        ("exp", json!(null)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!(NOW)),
        ("exp", json!(NOW + 301)),
        ("exp", json!(1e300)),
        ("exp", json!(1_800_000_060.5)),
        ("exp", json!("1800000060")),
        ("exp", json!(u64::MAX)),
        ("iat", json!(null)),
        ("iat", json!(NOW + 61)),
        ("iat", json!(NOW - 301)),
        ("iat", json!(-1)),
        ("jti", json!(null)),
        ("jti", json!("")),
        ("jti", json!("x".repeat(257))),
        ("jti", json!("once\0")),
        ("jti", json!(1)),
    ] {
        let mut claims = claims_json();
        if value.is_null() {
            claims.as_object_mut().expect("an object").remove(name);
        } else {
            claims[name] = value.clone();
        }
        let token = token_of(&header_json().to_string(), &claims.to_string(), &key);
        assert!(check(&token, &key).is_err(), "{name}: {value}");
    }
    let mut claims = claims_json();
    claims["aud"] = json!("did:web:hold.example#atcr_hold");
    let token = token_of(&header_json().to_string(), &claims.to_string(), &key);
    assert_eq!(check(&token, &key), Ok(()));
}

#[test]
fn sa_08_and_09_the_last_second_before_each_limit_counts() {
    let key = key(Curve::P256);
    for (issued_at, expires_at) in [
        (NOW, NOW + 1),
        (NOW, NOW + 300),
        (NOW + 60, NOW + 300),
        (NOW - 300, NOW + 1),
    ] {
        let claims = Claims {
            expires_at,
            issued_at,
            ..claims()
        };
        assert_eq!(check(&mint(&key, &claims), &key), Ok(()));
    }
}

#[test]
fn refusals_begin_with_the_words_that_the_documents_of_holds_explain() {
    let key = key(Curve::K256);
    let refusal = |claims: &Claims| {
        check(&mint(&key, claims), &key)
            .expect_err("refused")
            .to_string()
    };
    let expired = Claims {
        issued_at: NOW - 61,
        expires_at: NOW - 1,
        ..claims()
    };
    assert!(refusal(&expired).starts_with("Token expired"));
    let elsewhere = Claims {
        audience: "did:web:other.example".to_owned(),
        ..claims()
    };
    assert_eq!(
        refusal(&elsewhere),
        "Audience mismatch: the token is for did:web:other.example, this is did:web:hold.example"
    );
    let unfitting = ServiceToken::parse("x").expect_err("refused").to_string();
    assert!(unfitting.starts_with("Invalid token"));
}

#[test]
fn sa_11_both_forms_of_a_signature_are_the_same_token() {
    for curve in [Curve::K256, Curve::P256] {
        let key = key(curve);
        let token = mint(&key, &claims());
        let (input, signature) = token.rsplit_once('.').expect("three parts");
        let bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        let (r, s): ([u8; 32], [u8; 32]) = (
            bytes[..32].try_into().expect("r"),
            bytes[32..].try_into().expect("s"),
        );
        let negated = match curve {
            Curve::K256 => {
                let signature = k256::ecdsa::Signature::from_scalars(r, s).expect("a signature");
                let (r, s) = signature.split_scalars();
                k256::ecdsa::Signature::from_scalars(r.to_bytes(), (-*s).to_bytes())
                    .expect("a signature")
                    .to_vec()
            }
            Curve::P256 => {
                let signature = p256::ecdsa::Signature::from_scalars(r, s).expect("a signature");
                let (r, s) = signature.split_scalars();
                p256::ecdsa::Signature::from_scalars(r.to_bytes(), (-*s).to_bytes())
                    .expect("a signature")
                    .to_vec()
            }
        };
        let twin = format!("{input}.{}", URL_SAFE_NO_PAD.encode(negated));
        assert_ne!(twin, token);
        assert_eq!(check(&twin, &key), Ok(()));
        assert_eq!(
            ServiceToken::parse(&twin).expect("a token").claims().id,
            ServiceToken::parse(&token).expect("a token").claims().id
        );
    }
}

#[test]
fn another_key_or_a_changed_byte_is_refused() {
    let key = key(Curve::K256);
    let token = mint(&key, &claims());
    let other = SigningKey::from_bytes(Curve::K256, &[10; 32]).expect("a key");
    assert_eq!(check(&token, &other), Err(ServiceTokenError::Signature));
    for place in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).expect("ASCII");
        assert!(check(&changed, &key).is_err(), "byte {place}");
    }
}
