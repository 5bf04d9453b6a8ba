//! What servers say about themselves: which authorization server an account's server trusts, and what that can do.
//! RFC 9728 and RFC 8414, as atproto.com/specs/oauth narrows them.

use std::fmt;

use serde::{Deserialize, Deserializer};
use url::Url;

use crate::identity::EndpointPolicy;

/// An authorization server by its name: an origin, compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Issuer(String);

/// Why a description is not accepted. The texts are for the person who tries to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Not a JSON object with fields of the right kinds.
    #[error("it is not a JSON object of the expected form")]
    Malformed,
    /// The description is that of another server.
    #[error("it describes another server")]
    OtherServer,
    /// Not exactly one authorization server.
    #[error("it names no authorization server, or several")]
    NotOneServer,
    /// The authorization server's name is no bare origin.
    #[error("its authorization server is not a plain https origin")]
    NotAnOrigin,
    /// An endpoint is no https address.
    #[error("its {0} is not an https address")]
    Endpoint(&'static str),
    /// Something that atproto asks of authorization servers is missing.
    #[error("it lacks {0}, which atproto requires")]
    Missing(&'static str),
}

impl Issuer {
    /// Reads an issuer: `https`, host and perhaps a port that is not the usual one, and nothing else, not even a
    /// slash at the end. `http` to this machine is accepted for development.
    pub fn parse(text: &str, allow_loopback_http: bool) -> Option<Self> {
        let policy = EndpointPolicy {
            allow_loopback_http,
        };
        let url = policy.accept(text)?;
        (url.origin().ascii_serialization() == text).then(|| Self(text.to_owned()))
    }

    /// As it is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As an address.
    ///
    /// # Panics
    /// Never: it was read from one.
    pub fn url(&self) -> Url {
        Url::parse(&self.0).expect("an issuer is an origin")
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Where an account's server describes itself as a protected resource.
pub fn protected_resource_url(pds: &Url) -> Url {
    well_known(pds, "/.well-known/oauth-protected-resource")
}

/// Where an authorization server describes itself.
pub fn authorization_server_url(issuer: &Issuer) -> Url {
    well_known(&issuer.url(), "/.well-known/oauth-authorization-server")
}

fn well_known(origin: &Url, path: &str) -> Url {
    let mut url = origin.clone();
    url.set_path(path);
    url.set_query(None);
    url
}

/// What an account's server says: who decides about access to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedResource {
    /// The one authorization server it trusts.
    pub issuer: Issuer,
}

#[derive(Deserialize)]
struct ProtectedResourceDocument {
    resource: String,
    authorization_servers: Vec<String>,
}

impl ProtectedResource {
    /// Reads the description of the server at the origin `pds`.
    pub fn parse(body: &[u8], pds: &Url, allow_loopback_http: bool) -> Result<Self, MetadataError> {
        let document: ProtectedResourceDocument =
            serde_json::from_slice(body).map_err(|_| MetadataError::Malformed)?;
        if document.resource != pds.origin().ascii_serialization() {
            return Err(MetadataError::OtherServer);
        }
        let [issuer] = document.authorization_servers.as_slice() else {
            return Err(MetadataError::NotOneServer);
        };
        let issuer =
            Issuer::parse(issuer, allow_loopback_http).ok_or(MetadataError::NotAnOrigin)?;
        Ok(Self { issuer })
    }
}

/// An authorization server that does all that atproto asks of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationServer {
    /// Its name.
    pub issuer: Issuer,
    /// Where people are sent.
    pub authorization_endpoint: Url,
    /// Where requests are announced (RFC 9126).
    pub pushed_authorization_request_endpoint: Url,
    /// Where codes and refresh tokens are redeemed.
    pub token_endpoint: Url,
    /// Where tokens are given back (RFC 7009), if anywhere.
    pub revocation_endpoint: Option<Url>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct AuthorizationServerDocument {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    pushed_authorization_request_endpoint: String,
    revocation_endpoint: Option<String>,
    response_types_supported: Vec<String>,
    grant_types_supported: Vec<String>,
    code_challenge_methods_supported: Vec<String>,
    token_endpoint_auth_methods_supported: Vec<String>,
    token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    scopes_supported: Vec<String>,
    dpop_signing_alg_values_supported: Vec<String>,
    #[serde(deserialize_with = "only_true")]
    authorization_response_iss_parameter_supported: bool,
    #[serde(deserialize_with = "only_true")]
    require_pushed_authorization_requests: bool,
    #[serde(deserialize_with = "only_true")]
    client_id_metadata_document_supported: bool,
}

/// `true`, and not a text or number that some would take for it.
fn only_true<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value == serde_json::Value::Bool(true))
}

impl AuthorizationServer {
    /// Reads the description of the server named `issuer`.
    pub fn parse(
        body: &[u8],
        issuer: &Issuer,
        allow_loopback_http: bool,
    ) -> Result<Self, MetadataError> {
        let document: AuthorizationServerDocument =
            serde_json::from_slice(body).map_err(|_| MetadataError::Malformed)?;
        // RFC 8414, section 3.3: identical, not equivalent.
        if document.issuer != issuer.as_str() {
            return Err(MetadataError::OtherServer);
        }
        document.check_abilities()?;
        let endpoint = |text: &str, name| {
            accept_endpoint(text, allow_loopback_http).ok_or(MetadataError::Endpoint(name))
        };
        Ok(Self {
            issuer: issuer.clone(),
            authorization_endpoint: endpoint(
                &document.authorization_endpoint,
                "authorization_endpoint",
            )?,
            pushed_authorization_request_endpoint: endpoint(
                &document.pushed_authorization_request_endpoint,
                "pushed_authorization_request_endpoint",
            )?,
            token_endpoint: endpoint(&document.token_endpoint, "token_endpoint")?,
            revocation_endpoint: document
                .revocation_endpoint
                .map(|text| endpoint(&text, "revocation_endpoint"))
                .transpose()?,
        })
    }
}

impl AuthorizationServerDocument {
    /// atproto.com/specs/oauth#authorization-servers
    fn check_abilities(&self) -> Result<(), MetadataError> {
        let lists: [(&[String], &str, &'static str); 9] = [
            (
                &self.response_types_supported,
                "code",
                "the response type code",
            ),
            (
                &self.grant_types_supported,
                "authorization_code",
                "the grant type authorization_code",
            ),
            (
                &self.grant_types_supported,
                "refresh_token",
                "the grant type refresh_token",
            ),
            (
                &self.code_challenge_methods_supported,
                "S256",
                "PKCE with S256",
            ),
            (
                &self.token_endpoint_auth_methods_supported,
                "private_key_jwt",
                "client authentication by private_key_jwt",
            ),
            (
                &self.token_endpoint_auth_signing_alg_values_supported,
                "ES256",
                "client authentication with ES256",
            ),
            (&self.scopes_supported, "atproto", "the scope atproto"),
            (
                &self.dpop_signing_alg_values_supported,
                "ES256",
                "DPoP with ES256",
            ),
            (
                &self.token_endpoint_auth_methods_supported,
                "none",
                "public clients",
            ),
        ];
        for (list, wanted, name) in lists {
            if !list.iter().any(|item| item == wanted) {
                return Err(MetadataError::Missing(name));
            }
        }
        let flags = [
            (
                self.authorization_response_iss_parameter_supported,
                "the iss parameter of answers",
            ),
            (
                self.require_pushed_authorization_requests,
                "pushed authorization requests",
            ),
            (
                self.client_id_metadata_document_supported,
                "client metadata documents",
            ),
        ];
        match flags.into_iter().find(|(is_set, _)| !is_set) {
            Some((_, name)) => Err(MetadataError::Missing(name)),
            None => Ok(()),
        }
    }
}

/// An address with a path, without user name, password and fragment.
fn accept_endpoint(text: &str, allow_loopback_http: bool) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let policy = EndpointPolicy {
        allow_loopback_http,
    };
    policy.accept(&url.origin().ascii_serialization())?;
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    is_plain.then_some(url)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://auth.example.com";

    fn issuer() -> Issuer {
        Issuer::parse(ISSUER, false).unwrap()
    }

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://auth.example.com/oauth/authorize",
            "token_endpoint": "https://auth.example.com/oauth/token",
            "pushed_authorization_request_endpoint": "https://auth.example.com/oauth/par",
            "revocation_endpoint": "https://auth.example.com/oauth/revoke",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256"],
            "scopes_supported": ["atproto", "transition:generic"],
            "dpop_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": true,
            "require_pushed_authorization_requests": true,
            "client_id_metadata_document_supported": true,
        })
    }

    fn parse(document: &Value) -> Result<AuthorizationServer, MetadataError> {
        AuthorizationServer::parse(document.to_string().as_bytes(), &issuer(), false)
    }

    #[test]
    fn oa_12_a_whole_description_is_accepted_and_each_missing_part_refused() {
        assert!(parse(&document()).is_ok());
        let optional = ["revocation_endpoint"];
        let names: Vec<String> = document().as_object().unwrap().keys().cloned().collect();
        for name in names {
            let mut without = document();
            without.as_object_mut().unwrap().remove(&name);
            let outcome = parse(&without);
            assert_eq!(outcome.is_ok(), optional.contains(&name.as_str()), "{name}");
            let mut flipped = document();
            flipped[&name] = match &flipped[&name] {
                Value::Bool(_) => json!("true"),
                Value::Array(_) => json!(["something-else"]),
                _ => json!("http://auth.example.com/x"),
            };
            assert!(parse(&flipped).is_err(), "{name} flipped");
        }
    }

    #[test]
    fn oa_12_the_issuer_is_the_one_that_was_asked_to_the_byte() {
        for other in [
            "https://auth.example.com/",
            "https://AUTH.example.com",
            "https://auth.example.org",
        ] {
            let mut document = document();
            document["issuer"] = json!(other);
            assert_eq!(parse(&document), Err(MetadataError::OtherServer), "{other}");
        }
    }

    #[test]
    fn oa_11_an_issuer_is_a_bare_origin() {
        for text in [
            "http://auth.example.com",
            "https://auth.example.com/",
            "https://auth.example.com/path",
            "https://auth.example.com?x",
            "https://auth.example.com#x",
            "https://u:p@auth.example.com",
            "https://auth.example.com:443",
            "https://AUTH.example.com",
            "http://localhost:2583",
            "auth.example.com",
            "",
        ] {
            assert_eq!(Issuer::parse(text, false), None, "{text}");
        }
        assert!(Issuer::parse("https://auth.example.com:8443", false).is_some());
        assert!(Issuer::parse("http://localhost:2583", true).is_some());
    }

    #[test]
    fn oa_11_a_resource_names_itself_and_one_server() {
        let pds: Url = "https://pds.example.com/".parse().unwrap();
        let parse =
            |value: Value| ProtectedResource::parse(value.to_string().as_bytes(), &pds, false);
        let good =
            json!({ "resource": "https://pds.example.com", "authorization_servers": [ISSUER] });
        assert_eq!(parse(good).unwrap().issuer, issuer());
        for (servers, expected) in [
            (json!([]), MetadataError::NotOneServer),
            (json!([ISSUER, ISSUER]), MetadataError::NotOneServer),
            (json!(["https://u:p@h.example"]), MetadataError::NotAnOrigin),
            (json!(["https://h.example/x"]), MetadataError::NotAnOrigin),
            (json!(["https://h.example:443"]), MetadataError::NotAnOrigin),
            (json!("https://h.example"), MetadataError::Malformed),
        ] {
            let value =
                json!({ "resource": "https://pds.example.com", "authorization_servers": servers });
            assert_eq!(parse(value), Err(expected));
        }
        let other =
            json!({ "resource": "https://other.example", "authorization_servers": [ISSUER] });
        assert_eq!(parse(other), Err(MetadataError::OtherServer));
        assert_eq!(
            ProtectedResource::parse(b"<html>", &pds, false),
            Err(MetadataError::Malformed)
        );
    }
}
