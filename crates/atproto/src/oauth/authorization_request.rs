//! Asking for authorization: the request is announced to the server first (PAR, RFC 9126), and the browser carries
//! nothing but a reference to it.

use serde::Deserialize;
use url::{Url, form_urlencoded};

use super::{CodeChallenge, Scopes};

/// The longest reference that is accepted, in bytes. It ends up in an address.
const MAX_REQUEST_URI_BYTES: usize = 1024;

/// RFC 7523, section 2.2.
pub(super) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What the server is to show before it decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// The password again, whatever the browser remembers.
    Login,
    /// The form to make an account.
    Create,
}

/// One request for authorization.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// Who asks.
    pub client_id: &'a str,
    /// Where the answer goes.
    pub redirect_uri: &'a str,
    /// For what.
    pub scopes: &'a Scopes,
    /// Random, and known to the browser that began.
    pub state: &'a str,
    /// The hash of the verifier.
    pub challenge: &'a CodeChallenge,
    /// Which account, when that is known.
    pub login_hint: Option<&'a str>,
    /// What to show.
    pub prompt: Option<Prompt>,
}

impl AuthorizationRequest<'_> {
    /// The form that announces it, with the client's assertion where it has keys.
    pub fn form(&self, assertion: Option<&str>) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", self.client_id)
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("redirect_uri", self.redirect_uri)
            .append_pair("scope", &self.scopes.to_string())
            .append_pair("state", self.state)
            .append_pair("code_challenge", self.challenge.as_str())
            .append_pair("code_challenge_method", "S256");
        if let Some(hint) = self.login_hint {
            form.append_pair("login_hint", hint);
        }
        match self.prompt {
            Some(Prompt::Login) => form.append_pair("prompt", "login"),
            Some(Prompt::Create) => form.append_pair("prompt", "create"),
            None => &mut form,
        };
        if let Some(assertion) = assertion {
            form.append_pair("client_assertion_type", ASSERTION_TYPE)
                .append_pair("client_assertion", assertion);
        }
        form.finish()
    }
}

/// The server's reference to an announced request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestUri(String);

/// The server's answer to an announcement is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer to the pushed request has no usable request_uri")]
pub struct InvalidPushedResponse;

impl RequestUri {
    /// Reads the server's answer.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidPushedResponse> {
        #[derive(Deserialize)]
        struct Body {
            request_uri: String,
        }
        let body: Body = serde_json::from_slice(body).map_err(|_| InvalidPushedResponse)?;
        let text = body.request_uri;
        let sound = (1..=MAX_REQUEST_URI_BYTES).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then_some(Self(text)).ok_or(InvalidPushedResponse)
    }

    /// Where the browser goes: the server's page, with who asks and the reference, and nothing more.
    pub fn address(&self, authorization_endpoint: &Url, client_id: &str) -> Url {
        let mut url = authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("client_id", client_id)
            .append_pair("request_uri", &self.0);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::CodeVerifier;

    #[test]
    fn oa_14_the_browser_carries_the_client_and_the_reference_only() {
        let reference =
            RequestUri::parse(br#"{"request_uri":"urn:x:1&scope=all","expires_in":60}"#);
        let endpoint = "https://auth.example.com/authorize".parse().unwrap();
        let address = reference
            .unwrap()
            .address(&endpoint, "https://c.example/c.json");
        let names: Vec<String> = address
            .query_pairs()
            .map(|(name, _)| name.into_owned())
            .collect();
        assert_eq!(names, ["client_id", "request_uri"]);
        for body in [
            &b"{}"[..],
            b"<html>",
            br#"{"request_uri":""}"#,
            br#"{"request_uri":"a b"}"#,
        ] {
            assert_eq!(RequestUri::parse(body), Err(InvalidPushedResponse));
        }
    }

    #[test]
    fn oa_15_the_form_carries_the_challenge_and_never_the_verifier() {
        let verifier = CodeVerifier::new(&[1; 32]);
        let request = AuthorizationRequest {
            client_id: "https://c.example/c.json",
            redirect_uri: "https://c.example/callback",
            scopes: &Scopes::atproto(),
            state: "state",
            challenge: &verifier.challenge(),
            login_hint: Some("alice.example.com"),
            prompt: Some(Prompt::Login),
        };
        let form = request.form(Some("assertion"));
        assert!(!form.contains(verifier.secret_text()));
        let pairs: Vec<_> = form_urlencoded::parse(form.as_bytes()).collect();
        let value = |name: &str| {
            pairs
                .iter()
                .find(|(found, _)| found == name)
                .map(|(_, value)| value.as_ref())
        };
        assert_eq!(value("code_challenge_method"), Some("S256"));
        assert_eq!(value("code_challenge"), Some(verifier.challenge().as_str()));
        assert_eq!(value("login_hint"), Some("alice.example.com"));
        assert_eq!(value("prompt"), Some("login"));
        assert_eq!(value("client_assertion"), Some("assertion"));
        assert!(!request.form(None).contains("client_assertion"));
    }
}
