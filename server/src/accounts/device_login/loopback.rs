//! What a program on the person's own computer asks for through their browser: an authorization request of
//! RFC 6749, section 4.1.1, that can only lead back to the same computer.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

use super::{Asking, CLIENT_ID, DeviceLoginError};

/// Longest `state` that is carried through.
const MAX_STATE_BYTES: usize = 512;
/// A SHA-256 in base64url.
const CHALLENGE_BYTES: usize = 43;
/// RFC 7636, section 4.1.
const VERIFIER_BYTES: std::ops::RangeInclusive<usize> = 43..=128;

/// An authorization request as it stands in the address of the page.
#[derive(Debug, Clone, Default)]
pub struct LoopbackParameters {
    /// `response_type`
    pub response_type: String,
    /// `client_id`
    pub client_id: String,
    /// `client_version`, of ours
    pub client_version: String,
    /// `device_name`, of ours
    pub device_name: String,
    /// `redirect_uri`
    pub redirect_uri: String,
    /// `state`
    pub state: String,
    /// `code_challenge`
    pub code_challenge: String,
    /// `code_challenge_method`
    pub code_challenge_method: String,
}

/// An authorization request that can be shown to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopbackRequest {
    /// Who asks, as it says.
    pub asking: Asking,
    pub(super) redirect_uri: Url,
    pub(super) state: String,
    pub(super) code_challenge: String,
}

impl LoopbackRequest {
    /// Checks a request. What is wrong with it is shown on the page and goes nowhere else: an address that is not
    /// checked is not redirected to.
    pub fn new(parameters: &LoopbackParameters) -> Result<Self, DeviceLoginError> {
        if parameters.client_id != CLIENT_ID {
            return Err(DeviceLoginError::Invalid(
                "this page is for docker-credential-longshore; no other program can log in by it",
            ));
        }
        if parameters.response_type != "code" || parameters.code_challenge_method != "S256" {
            return Err(DeviceLoginError::Invalid(
                "the program asks in a way that is not supported; bring it up to date",
            ));
        }
        let challenge = URL_SAFE_NO_PAD.decode(&parameters.code_challenge);
        if parameters.code_challenge.len() != CHALLENGE_BYTES || challenge.is_err() {
            return Err(DeviceLoginError::Invalid(
                "the code_challenge is not a SHA-256 in base64url",
            ));
        }
        if parameters.state.is_empty() || parameters.state.len() > MAX_STATE_BYTES {
            return Err(DeviceLoginError::Invalid(
                "the state is missing or too long",
            ));
        }
        Ok(Self {
            asking: Asking::new(&parameters.client_version, &parameters.device_name)?,
            redirect_uri: parse_redirect_uri(&parameters.redirect_uri)?,
            state: parameters.state.clone(),
            code_challenge: parameters.code_challenge.clone(),
        })
    }

    /// Where the browser goes with these parameters and the state.
    pub(super) fn answer(&self, name: &str, value: &str) -> Url {
        let mut url = self.redirect_uri.clone();
        url.query_pairs_mut()
            .append_pair(name, value)
            .append_pair("state", &self.state);
        url
    }
}

/// RFC 8252, section 7.3: plain HTTP to this computer by address, on any port. Names of hosts are for the resolver
/// to interpret, so there are none.
fn parse_redirect_uri(text: &str) -> Result<Url, DeviceLoginError> {
    let refused = DeviceLoginError::Invalid(
        "the program does not wait on this computer (redirect_uri is not http://127.0.0.1:<port>/…)",
    );
    let Ok(url) = Url::parse(text) else {
        return Err(refused);
    };
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        Some(Host::Domain(_)) | None => false,
    };
    let is_plain = url.scheme() == "http"
        && url.port().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        // Spelled as it is meant: other spellings of an address are not worth their surprises.
        && url.as_str() == text;
    if is_here && is_plain {
        Ok(url)
    } else {
        Err(refused)
    }
}

/// Whether a verifier is the one whose challenge came first. RFC 7636, section 4.6
pub(super) fn proves(verifier: &str, challenge: &str) -> bool {
    VERIFIER_BYTES.contains(&verifier.len())
        && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == challenge
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> LoopbackParameters {
        LoopbackParameters {
            response_type: "code".to_owned(),
            client_id: CLIENT_ID.to_owned(),
            client_version: "1.0".to_owned(),
            device_name: "desk".to_owned(),
            redirect_uri: "http://127.0.0.1:5555/callback".to_owned(),
            state: "s 1".to_owned(),
            code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(),
            code_challenge_method: "S256".to_owned(),
        }
    }

    #[test]
    fn dv_01_the_browser_goes_back_to_this_computer_and_nowhere_else() {
        let request = LoopbackRequest::new(&parameters()).unwrap();
        assert_eq!(
            request.answer("code", "a&b").as_str(),
            "http://127.0.0.1:5555/callback?code=a%26b&state=s+1"
        );
        let accepts = |uri: &str| {
            LoopbackRequest::new(&LoopbackParameters {
                redirect_uri: uri.to_owned(),
                ..parameters()
            })
            .is_ok()
        };
        assert!(accepts("http://[::1]:5555/x"));
        for uri in [
            "",
            "http://localhost:5555/",
            "https://127.0.0.1:5555/",
            "http://127.0.0.1/",
            "http://127.0.0.1:80/",
            "http://127.0.0.2:5555/",
            "http://127.1:5555/",
            "http://2130706433:5555/",
            "http://evil.example:5555/",
            "http://127.0.0.1:5555@evil.example/",
            "http://a@127.0.0.1:5555/",
            "http://127.0.0.1:5555/?x=1",
            "http://127.0.0.1:5555/#x",
            "http://127.0.0.1:5555",
            "http:\\\\127.0.0.1:5555/",
            "//127.0.0.1:5555/",
            "javascript:alert(1)",
            "http://127.0.0.1:5555/\r\nx: y",
        ] {
            assert!(!accepts(uri), "{uri}");
        }
    }

    #[test]
    fn a_request_of_another_kind_is_refused() {
        let wrong = [
            LoopbackParameters {
                client_id: "other".to_owned(),
                ..parameters()
            },
            LoopbackParameters {
                response_type: "token".to_owned(),
                ..parameters()
            },
            LoopbackParameters {
                code_challenge_method: "plain".to_owned(),
                ..parameters()
            },
            LoopbackParameters {
                code_challenge: "x".repeat(44),
                ..parameters()
            },
            LoopbackParameters {
                code_challenge: "=".repeat(43),
                ..parameters()
            },
            LoopbackParameters {
                state: String::new(),
                ..parameters()
            },
            LoopbackParameters {
                state: "x".repeat(513),
                ..parameters()
            },
            LoopbackParameters {
                device_name: "a\u{202e}b".to_owned(),
                ..parameters()
            },
        ];
        for parameters in wrong {
            assert!(LoopbackRequest::new(&parameters).is_err(), "{parameters:?}");
        }
    }

    #[test]
    fn only_the_verifier_of_a_challenge_proves_anything() {
        // RFC 7636, appendix B.
        let (verifier, challenge) = (
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            parameters().code_challenge,
        );
        assert!(proves(verifier, &challenge));
        assert!(!proves(&verifier.replace('d', "e"), &challenge));
        assert!(!proves("", &challenge));
    }
}
