//! What the client says about itself: the document that its `client_id` leads to, and its keys.
//! atproto.com/specs/oauth#clients

use serde::Serialize;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::{PublicJwk, Scopes};

/// Who the client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientId {
    /// A client with a document of its own on the open network, and keys. The address of the document.
    Hosted(String),
    /// A client on a developer's machine, which servers know nothing about but what its name says.
    Loopback(String),
}

impl ClientId {
    /// The name of a client on this machine: `http://localhost` with its redirect address and scopes.
    pub fn loopback(redirect_uri: &str, scopes: &Scopes) -> Self {
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &scopes.to_string())
            .finish();
        Self::Loopback(format!("http://localhost?{query}"))
    }

    /// As requests name it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Hosted(id) | Self::Loopback(id) => id,
        }
    }

    /// Whether the client shows who it is by a key.
    pub const fn is_confidential(&self) -> bool {
        matches!(self, Self::Hosted(_))
    }
}

/// What people see of the client where they sign in, and what it may ask for.
#[derive(Debug, Clone)]
pub struct ClientDescription<'a> {
    /// Its origin.
    pub origin: &'a Url,
    /// Path of the document below the origin.
    pub document_path: &'a str,
    /// Path of the key set.
    pub jwks_path: &'a str,
    /// Path that answers come back to.
    pub redirect_path: &'a str,
    /// Its name.
    pub name: &'a str,
    /// All that it may ever ask for.
    pub scopes: &'a Scopes,
}

/// The client metadata document. Public keys are behind `jwks_uri`, so there is nothing secret to leak in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClientMetadata {
    client_id: String,
    client_name: String,
    client_uri: String,
    redirect_uris: Vec<String>,
    scope: String,
    application_type: &'static str,
    grant_types: [&'static str; 2],
    response_types: [&'static str; 1],
    token_endpoint_auth_method: &'static str,
    token_endpoint_auth_signing_alg: &'static str,
    dpop_bound_access_tokens: bool,
    jwks_uri: String,
}

impl ClientMetadata {
    /// The document of a confidential web client.
    pub fn confidential(client: &ClientDescription<'_>) -> Self {
        let origin = client.origin.origin().ascii_serialization();
        Self {
            client_id: format!("{origin}{}", client.document_path),
            client_name: client.name.to_owned(),
            client_uri: origin.clone(),
            redirect_uris: vec![format!("{origin}{}", client.redirect_path)],
            scope: client.scopes.to_string(),
            application_type: "web",
            grant_types: ["authorization_code", "refresh_token"],
            response_types: ["code"],
            token_endpoint_auth_method: "private_key_jwt",
            token_endpoint_auth_signing_alg: "ES256",
            dpop_bound_access_tokens: true,
            jwks_uri: format!("{origin}{}", client.jwks_path),
        }
    }

    /// The address of the document, which is the client's name.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }
}

/// A JSON Web Key Set (RFC 7517, section 5).
pub fn jwks_document(keys: &[PublicJwk]) -> Value {
    json!({ "keys": keys })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::OAuthKey;

    fn has_private_part(value: &Value) -> bool {
        match value {
            Value::Object(fields) => {
                fields.contains_key("d") || fields.values().any(has_private_part)
            }
            Value::Array(items) => items.iter().any(has_private_part),
            _ => false,
        }
    }

    #[test]
    fn oa_01_oa_02_and_oa_03_the_document_says_what_a_confidential_client_must() {
        let scopes = Scopes::of(["atproto", "repo:io.atcr.tag"]);
        let origin = "https://registry.example.com".parse().unwrap();
        let metadata = ClientMetadata::confidential(&ClientDescription {
            origin: &origin,
            document_path: "/client-metadata.json",
            jwks_path: "/oauth/jwks.json",
            redirect_path: "/oauth/callback",
            name: "Longshore",
            scopes: &scopes,
        });
        let document = serde_json::to_value(&metadata).unwrap();
        assert_eq!(
            document["client_id"],
            "https://registry.example.com/client-metadata.json"
        );
        assert_eq!(document["client_uri"], "https://registry.example.com");
        assert_eq!(document["dpop_bound_access_tokens"], true);
        assert_eq!(document["token_endpoint_auth_method"], "private_key_jwt");
        assert_eq!(document["scope"], "atproto repo:io.atcr.tag");
        assert!(document.get("jwks").is_none() != document.get("jwks_uri").is_none());
        assert!(!has_private_part(&document));
        let key = OAuthKey::from_bytes(&[1; 32]).unwrap();
        let keys = jwks_document(&[key.published_jwk()]);
        assert!(!has_private_part(&keys));
        assert_eq!(keys["keys"][0]["kid"], key.id().as_str());
    }

    #[test]
    fn the_client_of_a_developers_machine_carries_its_description_in_its_name() {
        let client = ClientId::loopback(
            "http://127.0.0.1:5000/oauth/callback",
            &Scopes::of(["atproto", "blob:*/*"]),
        );
        assert_eq!(
            client.as_str(),
            "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%3A5000%2Foauth%2Fcallback&scope=atproto+blob%3A*%2F*"
        );
        assert!(!client.is_confidential());
    }
}
