//! Service tokens: with one, somebody's PDS vouches to another service that they ask it for one method.
//! atproto.com/specs/xrpc#inter-service-authentication-jwt
//!
//! A token is read, then its claims are checked, then its signature, with the key that the issuer's DID
//! document names *now*; whoever accepts it must also remember its [`Claims::id`] until it expires, because it
//! is good once. The signature of a token has two spellings, so the token's text is no name for it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Value, json};

use crate::crypto::{PublicKey, SignatureError, SigningKey};
use crate::syntax::{Did, Nsid};

/// The longest token, in bytes.
const MAX_TOKEN_BYTES: usize = 4096;
/// The longest `jti`, in bytes.
const MAX_ID_BYTES: usize = 256;
/// The furthest an expiry may lie ahead, and the oldest a token may be, in seconds.
pub const MAX_LIFETIME_SECONDS: i64 = 300;
/// How far the issuer's clock may be ahead, in seconds.
const CLOCK_SKEW_SECONDS: i64 = 60;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Who asks: the account whose key signed.
    pub issuer: Did,
    /// Whom they ask: a service's DID, with or without the `#fragment` of the service.
    pub audience: String,
    /// For which method.
    pub method: Nsid,
    /// Until when, in unix seconds.
    pub expires_at: i64,
    /// Since when, in unix seconds.
    pub issued_at: i64,
    /// The token's own name (`jti`), once per issuer; 1 to 256 bytes without control characters, so that it can be
    /// kept wherever text can.
    pub id: String,
}

/// What an accepting service expects of a token.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Its own DID.
    pub audience: &'a Did,
    /// The fragment of its service, without `#`.
    pub service: &'a str,
    /// The method that is being called.
    pub method: &'a str,
    /// Its clock, in unix seconds.
    pub now: i64,
}

/// Why a token does not count. The texts are for whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceTokenError {
    /// Not a JWT of this kind at all.
    #[error("Invalid token: {0}")]
    Malformed(&'static str),
    /// For another service.
    #[error("Audience mismatch: the token is for {actual}, this is {expected}")]
    Audience {
        /// Whom the token names.
        actual: String,
        /// Whom it reached.
        expected: Did,
    },
    /// For another method.
    #[error(
        "Method mismatch: the token is for {actual}, this is {expected}; ask for one with lxm={expected}"
    )]
    Method {
        /// The method the token names.
        actual: String,
        /// The method called.
        expected: String,
    },
    /// Its time is over.
    #[error("Token expired: service tokens live for about a minute, get a fresh one")]
    Expired,
    /// It would live too long, or comes from the future.
    #[error("Invalid token: {0}")]
    Lifetime(&'static str),
    /// Signed by another key, or changed.
    #[error("Invalid token: the signature is not that of the issuer's current key")]
    Signature,
}

/// A token whose form is right. Nothing it says is true before its signature is verified.
#[derive(Debug, Clone)]
pub struct ServiceToken {
    algorithm: String,
    claims: Claims,
    signing_input: String,
    signature: [u8; 64],
}

impl ServiceToken {
    /// Reads a token.
    pub fn parse(token: &str) -> Result<Self, ServiceTokenError> {
        use ServiceTokenError::Malformed;
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Malformed("it is longer than 4096 bytes"));
        }
        let (signing_input, signature) =
            token.rsplit_once('.').ok_or(Malformed("it is not a JWT"))?;
        let (header, claims) = signing_input
            .split_once('.')
            .filter(|(_, claims)| !claims.contains('.'))
            .ok_or(Malformed("it is not a JWT of three parts"))?;
        let algorithm = read_header(&read_object(header)?)?;
        let claims = read_claims(&read_object(claims)?)?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(Malformed("its signature is not 64 bytes"))?;
        Ok(Self {
            algorithm,
            claims,
            signing_input: signing_input.to_owned(),
            signature,
        })
    }

    /// What it says.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Checks what it says.
    pub fn check(&self, expected: &Expected<'_>) -> Result<(), ServiceTokenError> {
        let Claims {
            audience,
            method,
            expires_at,
            issued_at,
            ..
        } = &self.claims;
        let is_ours = match audience.strip_prefix(expected.audience.as_str()) {
            Some("") => true,
            Some(fragment) => fragment.strip_prefix('#') == Some(expected.service),
            None => false,
        };
        if !is_ours {
            return Err(ServiceTokenError::Audience {
                actual: audience.clone(),
                expected: expected.audience.clone(),
            });
        }
        if method.as_str() != expected.method {
            return Err(ServiceTokenError::Method {
                actual: method.to_string(),
                expected: expected.method.to_owned(),
            });
        }
        if *expires_at <= expected.now {
            return Err(ServiceTokenError::Expired);
        }
        if expires_at - expected.now > MAX_LIFETIME_SECONDS {
            return Err(ServiceTokenError::Lifetime(
                "it would live longer than five minutes",
            ));
        }
        if issued_at - expected.now > CLOCK_SKEW_SECONDS {
            return Err(ServiceTokenError::Lifetime(
                "it was issued in the future; a clock is wrong",
            ));
        }
        if expected.now - issued_at > MAX_LIFETIME_SECONDS {
            return Err(ServiceTokenError::Lifetime("it was issued too long ago"));
        }
        Ok(())
    }

    /// Checks that `key`, which must be the issuer's, signed this.
    pub fn verify_signature(&self, key: &PublicKey) -> Result<(), ServiceTokenError> {
        if self.algorithm != key.jwt_algorithm() {
            return Err(ServiceTokenError::Signature);
        }
        key.verify_either_form(self.signing_input.as_bytes(), &self.signature)
            .map_err(|_: SignatureError| ServiceTokenError::Signature)
    }
}

/// Makes a token.
pub fn mint(key: &SigningKey, claims: &Claims) -> String {
    let header = json!({ "typ": "JWT", "alg": key.public_key().jwt_algorithm() });
    let claims = json!({
        "iss": claims.issuer,
        "aud": claims.audience,
        "lxm": claims.method,
        "exp": claims.expires_at,
        "iat": claims.issued_at,
        "jti": claims.id,
    });
    let signing_input = [header, claims]
        .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
        .join(".");
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signing_input.as_bytes()));
    format!("{signing_input}.{signature}")
}

fn read_header(header: &Object) -> Result<String, ServiceTokenError> {
    use ServiceTokenError::Malformed;
    for refused in ["jwk", "jku", "x5u", "x5c", "crit"] {
        if header.0.contains_key(refused) {
            return Err(Malformed("its header names a key or an extension"));
        }
    }
    match header.0.get("typ") {
        None => {}
        Some(Value::String(kind)) if kind.eq_ignore_ascii_case("JWT") => {}
        Some(_) => {
            return Err(Malformed(
                "it is another kind of token than a service token",
            ));
        }
    }
    match header.0.get("kid") {
        None => {}
        Some(Value::String(id)) if id == "#atproto" => {}
        Some(_) => return Err(Malformed("it names another key than #atproto")),
    }
    match header.0.get("alg").and_then(Value::as_str) {
        Some(algorithm @ ("ES256" | "ES256K")) => Ok(algorithm.to_owned()),
        _ => Err(Malformed("its algorithm is neither ES256 nor ES256K")),
    }
}

fn read_claims(claims: &Object) -> Result<Claims, ServiceTokenError> {
    use ServiceTokenError::Malformed;
    let text = |name| claims.0.get(name).and_then(Value::as_str);
    let seconds = |name| {
        claims
            .0
            .get(name)
            .filter(|value| value.is_u64())
            .and_then(Value::as_i64)
    };
    let id = text("jti")
        .filter(|id| (1..=MAX_ID_BYTES).contains(&id.len()) && !id.contains(char::is_control))
        .ok_or(Malformed("it has no jti of 1 to 256 bytes of plain text"))?;
    Ok(Claims {
        issuer: text("iss")
            .and_then(|did| did.parse().ok())
            .ok_or(Malformed("its iss is not a DID"))?,
        audience: text("aud")
            .ok_or(Malformed("its aud is not one text"))?
            .to_owned(),
        method: text("lxm")
            .and_then(|method| method.parse().ok())
            .ok_or(Malformed(
                "it names no method; ask for a token with lxm=<the method you call>",
            ))?,
        expires_at: seconds("exp").ok_or(Malformed("its exp is not a time in whole seconds"))?,
        issued_at: seconds("iat").ok_or(Malformed("its iat is not a time in whole seconds"))?,
        id: id.to_owned(),
    })
}

/// A JSON object in which no name stands twice.
struct Object(BTreeMap<String, Value>);

fn read_object(part: &str) -> Result<Object, ServiceTokenError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| ServiceTokenError::Malformed("a part is not base64url"))?;
    serde_json::from_slice(&bytes).map_err(|_| {
        ServiceTokenError::Malformed("a part is not a JSON object, or has a name twice")
    })
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if fields.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name stands twice"));
                    }
                }
                Ok(Object(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests;
