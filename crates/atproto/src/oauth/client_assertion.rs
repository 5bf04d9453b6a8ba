//! `private_key_jwt`: the client shows who it is. RFC 7523

use serde_json::json;

use super::{BACKDATED_SECONDS, Issuer, OAuthKey, jwt};

/// How long an assertion is good, in seconds.
pub const ASSERTION_LIFETIME_SECONDS: i64 = 60;

/// An assertion for one request to one server.
///
/// The audience is the issuer, one text, never an endpoint: servers name their endpoints themselves, so one that
/// named another server's would get an assertion that is good there. `id` is random and used once; `now` is in unix
/// seconds.
pub fn client_assertion(
    key: &OAuthKey,
    client_id: &str,
    audience: &Issuer,
    id: &str,
    now: i64,
) -> String {
    let header = json!({ "typ": "JWT", "alg": "ES256", "kid": key.id() });
    let claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": audience.as_str(),
        "jti": id,
        "iat": now - BACKDATED_SECONDS,
        "exp": now - BACKDATED_SECONDS + ASSERTION_LIFETIME_SECONDS,
    });
    jwt::sign(key, &header, &claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oa_20_and_oa_22_an_assertion_is_short_lived_and_for_the_issuer_alone() {
        let key = OAuthKey::from_bytes(&[3; 32]).unwrap();
        let issuer = Issuer::parse("https://auth.example.com", false).unwrap();
        let token = client_assertion(&key, "https://a.example/c.json", &issuer, "once", 1000);
        let (header, claims) = jwt::open(&key, &token);
        assert_eq!(header["alg"], "ES256");
        assert_eq!(header["kid"], key.id().as_str());
        assert_eq!(claims["iss"], "https://a.example/c.json");
        assert_eq!(claims["sub"], claims["iss"]);
        assert_eq!(claims["aud"], "https://auth.example.com");
        assert_eq!(claims["jti"], "once");
        assert!(claims["iat"].as_i64().unwrap() < 1000, "oa_21: backdated");
        let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert!(lifetime <= 60);
    }
}
