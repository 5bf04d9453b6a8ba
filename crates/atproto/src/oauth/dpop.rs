//! DPoP: a token is good only together with proof of its key. RFC 9449

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{BACKDATED_SECONDS, OAuthKey, jwt};

/// The longest nonce that is kept, in bytes.
const MAX_NONCE_BYTES: usize = 512;

/// A text of a server's that its next request must carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonce(String);

/// A nonce that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server's DPoP nonce is empty, too long or not printable")]
pub struct InvalidNonce;

impl Nonce {
    /// Reads a `DPoP-Nonce` header.
    pub fn parse(text: &str) -> Result<Self, InvalidNonce> {
        let sound = (1..=MAX_NONCE_BYTES).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then(|| Self(text.to_owned())).ok_or(InvalidNonce)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which request a proof is for.
#[derive(Debug, Clone, Copy)]
pub struct DpopTarget<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// Where the request goes. Query and fragment are not part of the proof.
    pub url: &'a Url,
    /// The token that goes with it, at a resource server.
    pub access_token: Option<&'a str>,
}

/// What makes one proof differ from the next.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// The key that the token is bound to.
    pub key: &'a OAuthKey,
    /// What the server gave last, for this key.
    pub nonce: Option<&'a Nonce>,
    /// Random, and another one for each request, also when it is repeated.
    pub id: &'a str,
    /// In unix seconds.
    pub now: i64,
}

impl Proof<'_> {
    /// The `DPoP` header for one request.
    pub fn sign(&self, target: &DpopTarget<'_>) -> String {
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.public_jwk() });
        let mut claims = json!({
            "jti": self.id,
            "htm": target.method,
            "htu": htu(target.url),
            "iat": self.now - BACKDATED_SECONDS,
        });
        if let Some(nonce) = self.nonce {
            claims["nonce"] = nonce.as_str().into();
        }
        if let Some(token) = target.access_token {
            claims["ath"] = URL_SAFE_NO_PAD.encode(Sha256::digest(token)).into();
        }
        jwt::sign(self.key, &header, &claims)
    }
}

/// RFC 9449, section 4.2: the address without query and fragment. `Url` has written it in its one way already.
fn htu(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(
        nonce: Option<&Nonce>,
        access_token: Option<&str>,
    ) -> (serde_json::Value, serde_json::Value) {
        let key = OAuthKey::from_bytes(&[5; 32]).unwrap();
        let url = "HTTPS://PDS.example.com:443/xrpc/a.b.c?x=1#y"
            .parse()
            .unwrap();
        let target = DpopTarget {
            method: "GET",
            url: &url,
            access_token,
        };
        let proof = Proof {
            key: &key,
            nonce,
            id: "once",
            now: 1000,
        };
        jwt::open(&key, &proof.sign(&target))
    }

    #[test]
    fn dp_02_the_header_names_the_kind_and_the_public_key_only() {
        let (header, _) = proof(None, None);
        assert_eq!(header["typ"], "dpop+jwt");
        assert_eq!(header["alg"], "ES256");
        assert_eq!(header["jwk"]["kty"], "EC");
        assert_eq!(header["jwk"].as_object().unwrap().len(), 4);
        assert!(header["jwk"].get("d").is_none());
    }

    #[test]
    fn dp_03_and_dp_07_the_claims_bind_method_address_nonce_and_token() {
        let nonce = Nonce::parse("n-1").unwrap();
        let (_, claims) = proof(Some(&nonce), Some("token"));
        assert_eq!(claims["htm"], "GET");
        assert_eq!(claims["htu"], "https://pds.example.com/xrpc/a.b.c");
        assert_eq!(claims["nonce"], "n-1");
        assert_eq!(claims["jti"], "once");
        assert_eq!(claims["iat"], 995);
        // SHA-256 of "token" in base64url.
        assert_eq!(
            claims["ath"],
            URL_SAFE_NO_PAD.encode(Sha256::digest("token"))
        );
        let (_, bare) = proof(None, None);
        assert!(bare.get("nonce").is_none() && bare.get("ath").is_none());
    }

    #[test]
    fn a_nonce_is_short_and_printable() {
        assert!(Nonce::parse("").is_err());
        assert!(Nonce::parse("a b").is_err());
        assert!(Nonce::parse("a\r\nX-Injected: 1").is_err());
        assert!(Nonce::parse(&"a".repeat(513)).is_err());
        assert_eq!(Nonce::parse("abc_-=").unwrap().as_str(), "abc_-=");
    }
}
