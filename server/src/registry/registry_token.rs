//! Registry tokens: what `docker` presents on every request. Signed by us, read only by us.
//!
//! A compact JWS with HMAC-SHA256: issuer and reader are the same server (its replicas share the key), so
//! nothing is gained from a public key. The header is a constant, so there is no algorithm to confuse.
//! Docker Registry token specification, "Token format"; the `typ` keeps our token kinds apart.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use atproto::syntax::Did;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use moka::sync::Cache;
use oci::{Action, RepositoryName};
use ring::hmac;
use serde::{Deserialize, Serialize};

/// Tokens longer than this are refused unread. 64 scopes with the longest names fit.
const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// `{"alg":"HS256","typ":"registry-token+jwt"}`, the only header there is.
const HEADER: &str = r#"{"alg":"HS256","typ":"registry-token+jwt"}"#;

/// What one resource of a token allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Grant {
    /// A repository of the person who `owner` was when the token was made: a name that has moved to
    /// somebody else since grants nothing.
    Repository {
        /// The name the client asked for.
        name: RepositoryName,
        /// Who had the name.
        owner: Did,
        /// What may be done.
        actions: BTreeSet<Action>,
    },
    /// The registry's own resources.
    Registry {
        /// Always `catalog`.
        name: CatalogName,
        /// Always `*`.
        actions: [AllActions; 1],
    },
}

/// The one registry resource there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CatalogName {
    /// `registry:catalog`
    #[serde(rename = "catalog")]
    Catalog,
}

/// The one action on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AllActions {
    /// `*`
    #[serde(rename = "*")]
    All,
}

impl Grant {
    /// The right to list the catalogue.
    pub const fn catalog() -> Self {
        Self::Registry {
            name: CatalogName::Catalog,
            actions: [AllActions::All],
        }
    }
}

/// The claims of a registry token. All are required and typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryTokenClaims {
    /// Issuer: the public URL of this registry.
    pub iss: String,
    /// Audience: the service name of this registry.
    pub aud: String,
    /// Subject: the DID of the person, or the empty string for nobody in particular.
    pub sub: String,
    /// Issued at, unix seconds.
    pub iat: i64,
    /// Not before, unix seconds.
    pub nbf: i64,
    /// Expires at, unix seconds.
    pub exp: i64,
    /// Unique id of the token.
    pub jti: String,
    /// The PDS session that pushes with this token write with; empty where there is none.
    pub sid: String,
    /// The id of the access token that this one was made from; empty where there is none.
    pub atk: String,
    /// What the token allows.
    #[serde(with = "shared_slice")]
    pub access: Arc<[Grant]>,
}

/// A list in JSON, shared by everybody who holds it here.
mod shared_slice {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(
        slice: &Arc<[T]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        slice.as_ref().serialize(serializer)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<[T]>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into())
    }
}

/// For whom a registry token is made; by default for nobody in particular.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokenSubject<'a> {
    /// Who.
    pub did: Option<&'a Did>,
    /// The PDS session that their pushes write with.
    pub session: Option<&'a str>,
    /// The id of the access token that they logged in with.
    pub access_token: Option<&'a str>,
}

/// Why a token was not accepted. One answer for all: the cause is for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegistryTokenError {
    /// Not three base64url parts with our header, or too long.
    #[error("the registry token is malformed")]
    Malformed,
    /// Not signed by us.
    #[error("the registry token has a wrong signature")]
    BadSignature,
    /// Made by another registry, or for another one.
    #[error("the registry token is for another registry")]
    WrongAudience,
    /// Too late, or too early.
    #[error("the registry token has expired")]
    Expired,
}

/// Makes and reads registry tokens.
pub struct RegistryTokens {
    key: hmac::Key,
    header: String,
    issuer: String,
    service: String,
    lifetime_seconds: i64,
    /// Claims of tokens that were read before, by signature. A client presents the same token with every
    /// request of a pull or push, and reading what it says costs several times as much as checking it.
    read_before: Cache<Signature, Arc<RegistryTokenClaims>>,
}

/// HMAC-SHA256 of the rest of the token.
type Signature = [u8; 32];

/// How many tokens are remembered; one with few scopes takes about a kilobyte.
const TOKENS_REMEMBERED: u64 = 10_000;

impl RegistryTokens {
    /// `issuer` is the public URL, `service` the registry's host and port; `lifetime_seconds` of a token.
    pub fn new(key: &[u8], issuer: String, service: String, lifetime_seconds: i64) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            header: URL_SAFE_NO_PAD.encode(HEADER),
            issuer,
            service,
            lifetime_seconds,
            read_before: Cache::builder()
                .max_capacity(TOKENS_REMEMBERED)
                .time_to_live(Duration::from_secs(lifetime_seconds.unsigned_abs()))
                .build(),
        }
    }

    /// The name of this registry in challenges and token requests.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// How long a token lives, in seconds.
    pub const fn lifetime_seconds(&self) -> i64 {
        self.lifetime_seconds
    }

    /// Signs a token for `subject` from `now` (unix seconds) on.
    pub fn issue(&self, subject: TokenSubject<'_>, access: Vec<Grant>, now: i64) -> String {
        let claims = RegistryTokenClaims {
            iss: self.issuer.clone(),
            aud: self.service.clone(),
            sub: subject.did.map(ToString::to_string).unwrap_or_default(),
            iat: now,
            nbf: now,
            exp: now + self.lifetime_seconds,
            jti: uuid::Uuid::now_v7().simple().to_string(),
            sid: subject.session.unwrap_or_default().to_owned(),
            atk: subject.access_token.unwrap_or_default().to_owned(),
            access: access.into(),
        };
        let payload = serde_json::to_vec(&claims).expect("claims are plain data");
        let signed = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(payload));
        let tag = hmac::sign(&self.key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// Reads a token at `now` (unix seconds). The signature is checked before anything else, every time; only
    /// what a genuine token says is remembered.
    pub fn verify(
        &self,
        token: &str,
        now: i64,
    ) -> Result<Arc<RegistryTokenClaims>, RegistryTokenError> {
        let (payload, signature) = self.check_signature(token)?;
        let claims = if let Some(claims) = self.read_before.get(&signature) {
            claims
        } else {
            let claims = Arc::new(self.read_claims(payload)?);
            self.read_before.insert(signature, Arc::clone(&claims));
            claims
        };
        if now >= claims.exp || now < claims.nbf - CLOCK_SKEW_SECONDS {
            return Err(RegistryTokenError::Expired);
        }
        Ok(claims)
    }

    /// The payload of a token that we signed, still encoded, and the signature.
    fn check_signature<'a>(
        &self,
        token: &'a str,
    ) -> Result<(&'a str, Signature), RegistryTokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(RegistryTokenError::Malformed);
        }
        let (signed, signature) = token
            .rsplit_once('.')
            .ok_or(RegistryTokenError::Malformed)?;
        let (header, payload) = signed
            .split_once('.')
            .ok_or(RegistryTokenError::Malformed)?;
        if header != self.header {
            return Err(RegistryTokenError::Malformed);
        }
        let signature: Signature = URL_SAFE_NO_PAD
            .decode(signature)
            .ok()
            .and_then(|signature| signature.try_into().ok())
            .ok_or(RegistryTokenError::Malformed)?;
        hmac::verify(&self.key, signed.as_bytes(), &signature)
            .map_err(|_| RegistryTokenError::BadSignature)?;
        Ok((payload, signature))
    }

    /// What a genuine token says.
    fn read_claims(&self, payload: &str) -> Result<RegistryTokenClaims, RegistryTokenError> {
        let payload = URL_SAFE_NO_PAD
            .decode(payload)
            .map_err(|_| RegistryTokenError::Malformed)?;
        let claims: RegistryTokenClaims =
            serde_json::from_slice(&payload).map_err(|_| RegistryTokenError::Malformed)?;
        if claims.iss != self.issuer || claims.aud != self.service {
            return Err(RegistryTokenError::WrongAudience);
        }
        Ok(claims)
    }
}

/// Replicas' clocks may differ by this much.
const CLOCK_SKEW_SECONDS: i64 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> RegistryTokens {
        RegistryTokens::new(
            &[7; 32],
            "https://registry.example.com".into(),
            "registry.example.com".into(),
            300,
        )
    }

    fn grant() -> Grant {
        Grant::Repository {
            name: "alice.example.com/app".parse().unwrap(),
            owner: "did:plc:ewvi7nxzyoun6zhxrhs64oiz".parse().unwrap(),
            actions: BTreeSet::from([Action::Pull]),
        }
    }

    fn signed_by_us(tokens: &RegistryTokens, payload: &serde_json::Value) -> String {
        let signed = format!(
            "{}.{}",
            tokens.header,
            URL_SAFE_NO_PAD.encode(payload.to_string())
        );
        format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(hmac::sign(&tokens.key, signed.as_bytes()))
        )
    }

    #[test]
    fn a_token_says_again_what_it_was_made_of() {
        let did: Did = "did:plc:ewvi7nxzyoun6zhxrhs64oiz".parse().unwrap();
        let token = tokens().issue(
            TokenSubject {
                did: Some(&did),
                session: Some("session"),
                access_token: Some("access token"),
            },
            vec![grant(), Grant::catalog()],
            1000,
        );
        let claims = tokens().verify(&token, 1299).unwrap();
        assert_eq!(claims.sub, did.to_string());
        assert_eq!(claims.sid, "session");
        assert_eq!(claims.atk, "access token");
        assert_eq!(*claims.access, [grant(), Grant::catalog()]);
    }

    #[test]
    fn a_token_ends_after_its_lifetime_and_does_not_begin_early() {
        let token = tokens().issue(TokenSubject::default(), vec![], 1000);
        assert_eq!(
            tokens().verify(&token, 1300),
            Err(RegistryTokenError::Expired)
        );
        assert_eq!(
            tokens().verify(&token, 900),
            Err(RegistryTokenError::Expired)
        );
    }

    #[test]
    fn a_token_that_was_read_before_still_ends_and_its_forgeries_are_still_noticed() {
        let tokens = tokens();
        let token = tokens.issue(TokenSubject::default(), vec![grant()], 1000);
        let first = tokens.verify(&token, 1001).unwrap();
        assert!(Arc::ptr_eq(&first, &tokens.verify(&token, 1299).unwrap()));
        assert_eq!(
            tokens.verify(&token, 1300),
            Err(RegistryTokenError::Expired)
        );
        // Another payload under a signature that is remembered.
        let other = tokens.issue(TokenSubject::default(), vec![Grant::catalog()], 1000);
        let (signed, _) = other.rsplit_once('.').unwrap();
        let (_, signature) = token.rsplit_once('.').unwrap();
        assert_eq!(
            tokens.verify(&format!("{signed}.{signature}"), 1001),
            Err(RegistryTokenError::BadSignature)
        );
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let token = tokens().issue(TokenSubject::default(), vec![grant()], 1000);
        for index in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            // The last character of the signature has bits that do not count; the decoder refuses those too.
            assert!(
                changed == token || tokens().verify(&changed, 1001).is_err(),
                "byte {index}"
            );
        }
    }

    #[test]
    fn another_registry_s_token_is_refused() {
        let other = RegistryTokens::new(
            &[7; 32],
            "https://other.example.com".into(),
            "registry.example.com".into(),
            300,
        );
        let token = other.issue(TokenSubject::default(), vec![], 1000);
        assert_eq!(
            tokens().verify(&token, 1001),
            Err(RegistryTokenError::WrongAudience)
        );
        let key = RegistryTokens::new(
            &[8; 32],
            "https://registry.example.com".into(),
            "registry.example.com".into(),
            300,
        );
        assert_eq!(
            tokens().verify(&key.issue(TokenSubject::default(), vec![], 1000), 1001),
            Err(RegistryTokenError::BadSignature)
        );
    }

    #[test]
    fn tk_01_every_claim_is_required_and_typed() {
        let tokens = tokens();
        let whole = serde_json::json!({
            "iss": "https://registry.example.com", "aud": "registry.example.com", "sub": "", "iat": 1000,
            "nbf": 1000, "exp": 1300, "jti": "x", "sid": "", "atk": "", "access": []
        });
        assert!(tokens.verify(&signed_by_us(&tokens, &whole), 1001).is_ok());
        for claim in whole.as_object().unwrap().keys() {
            let mut without = whole.clone();
            without.as_object_mut().unwrap().remove(claim);
            assert!(
                tokens
                    .verify(&signed_by_us(&tokens, &without), 1001)
                    .is_err(),
                "without {claim}"
            );
            for odd in [
                serde_json::json!(null),
                serde_json::json!({}),
                serde_json::json!(1.5),
                serde_json::json!(true),
            ] {
                let mut retyped = whole.clone();
                retyped[claim] = odd.clone();
                assert!(
                    tokens
                        .verify(&signed_by_us(&tokens, &retyped), 1001)
                        .is_err(),
                    "{claim} = {odd}"
                );
            }
        }
    }

    #[test]
    fn other_algorithms_and_kinds_are_refused() {
        let tokens = tokens();
        let token = tokens.issue(TokenSubject::default(), vec![], 1000);
        let (_, rest) = token.split_once('.').unwrap();
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256","typ":"JWT"}"#,
            r#"{"alg":"RS256","typ":"registry-token+jwt"}"#,
        ] {
            let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
            assert!(tokens.verify(&forged, 1001).is_err(), "{header}");
        }
        for nonsense in ["", ".", "..", "a.b.c", "a.b", &"x".repeat(100_000)] {
            assert!(tokens.verify(nonsense, 1001).is_err());
        }
    }
}
