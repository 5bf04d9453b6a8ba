//! Who we are to authorization servers: a client with keys on the open network, or the one that servers know on a
//! developer's own machine.

use std::path::Path;

use atproto::oauth::{
    ClientDescription, ClientId, ClientMetadata, Issuer, OAuthKey, client_assertion, jwks_document,
};
use serde_json::Value;
use url::{Host, Url};

use super::client_keys::{ClientKeys, ClientKeysError};
use super::permission::declared_scopes;
use crate::secrets::random_text;

/// Path of the client's description, which is part of its name: servers know sessions by it.
pub const CLIENT_METADATA_PATH: &str = "/client-metadata.json";
/// Path of the key set.
pub const JWKS_PATH: &str = "/oauth/jwks.json";
/// Path that people come back to.
pub const CALLBACK_PATH: &str = "/oauth/callback";

/// The client.
pub struct OAuthClient {
    id: ClientId,
    redirect_uri: String,
    published: Option<Published>,
}

/// What a client on the open network has and one on a developer's machine has not.
struct Published {
    metadata: ClientMetadata,
    keys: ClientKeys,
}

/// What requests of one session show who we are by.
pub(super) enum Credential {
    /// A key of ours.
    Key(OAuthKey),
    /// Nothing: the client of a developer's machine.
    None,
}

impl OAuthClient {
    /// The client of the server at `public_url`. On the open network the keys are read from `keys_path`, or made
    /// there; on a loopback address there are none, since no server could fetch them.
    pub fn new(
        public_url: &Url,
        name: &str,
        keys_path: &Path,
        now: i64,
    ) -> Result<Self, ClientKeysError> {
        let scopes = declared_scopes();
        if is_loopback(public_url) {
            // Servers take a redirect to an address and none to `localhost` (RFC 8252, section 8.3).
            let port = public_url.port_or_known_default().unwrap_or(80);
            let redirect_uri = format!("http://127.0.0.1:{port}{CALLBACK_PATH}");
            return Ok(Self {
                id: ClientId::loopback(&redirect_uri, &scopes),
                redirect_uri,
                published: None,
            });
        }
        let metadata = ClientMetadata::confidential(&ClientDescription {
            origin: public_url,
            document_path: CLIENT_METADATA_PATH,
            jwks_path: JWKS_PATH,
            redirect_path: CALLBACK_PATH,
            name,
            scopes: &scopes,
        });
        let origin = public_url.origin().ascii_serialization();
        Ok(Self {
            id: ClientId::Hosted(metadata.client_id().to_owned()),
            redirect_uri: format!("{origin}{CALLBACK_PATH}"),
            published: Some(Published {
                metadata,
                keys: ClientKeys::load_or_create(keys_path, now)?,
            }),
        })
    }

    /// The client's name.
    pub fn id(&self) -> &str {
        self.id.as_str()
    }

    /// Where people come back to.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The client's description; `None` on a developer's machine.
    pub fn metadata(&self) -> Option<&ClientMetadata> {
        self.published.as_ref().map(|published| &published.metadata)
    }

    /// The public keys of the client; `None` on a developer's machine.
    pub fn jwks(&self) -> Option<Value> {
        let published = self.published.as_ref()?;
        Some(jwks_document(&published.keys.published()))
    }

    /// What a new session is opened with.
    pub(super) fn new_credential(&self, now: i64) -> Credential {
        match &self.published {
            Some(published) => Credential::Key(published.keys.signing_key(now)),
            None => Credential::None,
        }
    }

    /// What a session was opened with. `None` when its key was given up, or the client has become another one.
    pub(super) fn find_credential(&self, key_id: Option<&str>) -> Option<Credential> {
        match (&self.published, key_id) {
            (Some(published), Some(id)) => published.keys.find(id).map(Credential::Key),
            (None, None) => Some(Credential::None),
            _ => None,
        }
    }

    /// An assertion for one request to one server, where the client has a key.
    pub(super) fn assertion(
        &self,
        credential: &Credential,
        audience: &Issuer,
        now: i64,
    ) -> Option<String> {
        match credential {
            Credential::Key(key) => Some(client_assertion(
                key,
                self.id(),
                audience,
                &random_text(),
                now,
            )),
            Credential::None => None,
        }
    }
}

impl Credential {
    /// The name of the key, by which a session finds it again.
    pub(super) fn key_id(&self) -> Option<String> {
        match self {
            Self::Key(key) => Some(key.id().to_string()),
            Self::None => None,
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(public_url: &str) -> (tempfile::TempDir, OAuthClient) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let client = OAuthClient::new(&public_url.parse().unwrap(), "Longshore", &path, 0).unwrap();
        (folder, client)
    }

    #[test]
    fn oa_05_the_client_without_keys_exists_on_loopback_only() {
        let (folder, local) = client("http://localhost:5000/");
        assert!(local.id().starts_with("http://localhost?redirect_uri="));
        assert!(local.metadata().is_none() && local.jwks().is_none());
        assert!(!folder.path().join("keys.json").exists());
        for public in [
            "https://registry.example.com/",
            "https://registry.example.com:8443/",
        ] {
            let (_folder, client) = client(public);
            assert_eq!(client.id(), format!("{public}client-metadata.json"));
            assert!(client.jwks().is_some());
            assert!(matches!(client.new_credential(0), Credential::Key(_)));
            assert!(client.find_credential(None).is_none());
        }
    }
}
