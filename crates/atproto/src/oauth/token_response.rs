//! Tokens as a server gives them. RFC 6749, section 5.1; atproto.com/specs/oauth
//!
//! A session of atproto has a token that is bound to its key, an account, and the scope `atproto`; an answer that
//! lacks one of these is no session, whatever else it has.

use std::fmt;

use serde::Deserialize;

use super::{MAX_TOKEN_BYTES, Scopes};
use crate::syntax::Did;

/// A token that does not say how long it is good is used for this long, in seconds.
const DEFAULT_LIFETIME_SECONDS: i64 = 300;
/// Longer lifetimes are cut, in seconds: a token is renewed at least once a day.
const MAX_LIFETIME_SECONDS: i64 = 24 * 60 * 60;

/// An acceptable answer of the token endpoint. It does not print its tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// For requests.
    pub access_token: String,
    /// For the next pair of tokens, once. Without it the session ends with the access token.
    pub refresh_token: Option<String>,
    /// Whose account the server says it is. To be verified: a server can name any account.
    pub subject: Did,
    /// What was granted.
    pub scopes: Scopes,
    /// How long the access token is good, in seconds.
    pub lifetime_seconds: i64,
}

/// Why an answer is no session. The texts are for the person who tries to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTokenResponse {
    /// Not a JSON object of the right form, or a token that cannot be one.
    #[error("the token answer is malformed")]
    Malformed,
    /// A token that anybody who finds it could use.
    #[error("the token is not bound to its key (token_type is not DPoP)")]
    NotBound,
    /// No account.
    #[error("the token answer names no account")]
    NoSubject,
    /// The scope is missing, broken, or lacks `atproto`.
    #[error("the token answer does not grant the scope atproto")]
    NoAtprotoScope,
}

#[derive(Deserialize)]
struct Body {
    access_token: String,
    token_type: String,
    refresh_token: Option<String>,
    scope: Option<String>,
    sub: Option<String>,
    expires_in: Option<f64>,
}

impl TokenResponse {
    /// Reads the body of a 200 answer.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidTokenResponse> {
        use InvalidTokenResponse::{Malformed, NoAtprotoScope, NoSubject, NotBound};

        let body: Body = serde_json::from_slice(body).map_err(|_| Malformed)?;
        // RFC 6749, section 7.1: in either case.
        if !body.token_type.eq_ignore_ascii_case("DPoP") {
            return Err(NotBound);
        }
        let refresh_is_sound = body.refresh_token.as_deref().is_none_or(is_token);
        if !is_token(&body.access_token) || !refresh_is_sound {
            return Err(Malformed);
        }
        let subject = body.sub.and_then(|sub| sub.parse().ok()).ok_or(NoSubject)?;
        let scopes = body
            .scope
            .and_then(|scope| Scopes::parse(&scope).ok())
            .filter(Scopes::is_atproto)
            .ok_or(NoAtprotoScope)?;
        Ok(Self {
            access_token: body.access_token,
            refresh_token: body.refresh_token,
            subject,
            scopes,
            lifetime_seconds: lifetime(body.expires_in),
        })
    }
}

/// The token of an answer that is not acceptable, so that it can be given back.
pub fn token_to_give_back(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Body {
        access_token: Option<String>,
        refresh_token: Option<String>,
    }
    let body: Body = serde_json::from_slice(body).ok()?;
    body.refresh_token
        .or(body.access_token)
        .filter(|token| is_token(token))
}

fn lifetime(expires_in: Option<f64>) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the number is between zero and a day"
    )]
    match expires_in {
        #[expect(clippy::cast_precision_loss, reason = "a day in seconds is exact")]
        Some(seconds) if seconds.is_finite() => {
            seconds.clamp(0.0, MAX_LIFETIME_SECONDS as f64) as i64
        }
        _ => DEFAULT_LIFETIME_SECONDS,
    }
}

fn is_token(text: &str) -> bool {
    (1..=MAX_TOKEN_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenResponse")
            .field("subject", &self.subject)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn answer() -> Value {
        json!({
            "access_token": "secret-access",
            "refresh_token": "secret-refresh",
            "token_type": "DPoP",
            "scope": "atproto repo:io.atcr.tag",
            "sub": "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
            "expires_in": 3600,
        })
    }

    fn parse(value: &Value) -> Result<TokenResponse, InvalidTokenResponse> {
        TokenResponse::parse(value.to_string().as_bytes())
    }

    #[test]
    fn a_whole_answer_is_read_and_its_tokens_do_not_print() {
        let response = parse(&answer()).unwrap();
        assert_eq!(response.lifetime_seconds, 3600);
        assert!(!format!("{response:?}").contains("secret"));
    }

    #[test]
    fn oa_35_each_missing_part_is_refused_by_name() {
        use InvalidTokenResponse::{Malformed, NoAtprotoScope, NoSubject, NotBound};
        let cases = [
            ("token_type", json!("Bearer"), NotBound),
            ("token_type", json!(null), Malformed),
            ("sub", json!(null), NoSubject),
            ("sub", json!("alice.test"), NoSubject),
            ("scope", json!(null), NoAtprotoScope),
            ("scope", json!("transition:generic"), NoAtprotoScope),
            ("scope", json!("atproto  x\u{0}"), NoAtprotoScope),
            ("access_token", json!(""), Malformed),
            ("access_token", json!("a b"), Malformed),
            ("access_token", json!("a".repeat(9000)), Malformed),
            ("refresh_token", json!("a\r\nb"), Malformed),
        ];
        for (field, value, expected) in cases {
            let mut changed = answer();
            changed[field] = value;
            assert_eq!(parse(&changed), Err(expected), "{field}");
        }
        assert_eq!(TokenResponse::parse(b"<html>"), Err(Malformed));
    }

    #[test]
    fn a_lifetime_is_a_day_at_most() {
        for (given, expected) in [
            (json!(null), 300),
            (json!(-5), 0),
            (json!(60.7), 60),
            (json!(1e300), 86_400),
        ] {
            let mut changed = answer();
            changed["expires_in"] = given;
            assert_eq!(parse(&changed).unwrap().lifetime_seconds, expected);
        }
    }
}
