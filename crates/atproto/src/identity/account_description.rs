//! What an account of our own says about itself, in its DID document or in the log of its `did:plc`.

use serde_json::{Value, json};
use url::Url;

use super::did_document::{PDS_FRAGMENT, PDS_TYPE, SIGNING_KEY_FRAGMENT};
use crate::crypto::PublicKey;
use crate::syntax::{Did, Handle};

const CONTEXTS: [&str; 2] = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
];

/// What others need to know of an account: its name, its key and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDescription {
    /// Its handle, which has to lead back to its DID. A server without a public name has none.
    pub handle: Option<Handle>,
    /// The key that signs its repo and its service tokens.
    pub signing_key: PublicKey,
    /// Its services, in the order in which they are listed.
    pub services: Vec<ServiceDescription>,
}

/// A service of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceDescription {
    /// Its name in the DID document, without `#`.
    pub fragment: &'static str,
    /// Its type.
    pub kind: &'static str,
    /// Its address, of which the origin is published.
    pub endpoint: Url,
}

impl ServiceDescription {
    /// The service that serves the account's repo.
    pub const fn personal_data_server(endpoint: Url) -> Self {
        Self {
            fragment: PDS_FRAGMENT,
            kind: PDS_TYPE,
            endpoint,
        }
    }

    /// The address as it is published: an origin, without a slash at its end.
    pub(crate) fn endpoint_text(&self) -> String {
        self.endpoint.origin().ascii_serialization()
    }
}

impl AccountDescription {
    /// The DID document of this account, which a `did:web` serves at `/.well-known/did.json`.
    /// atproto.com/specs/did#did-documents
    pub fn did_document(&self, did: &Did) -> Value {
        let aliases: Vec<String> = self
            .handle
            .iter()
            .map(|handle| format!("at://{handle}"))
            .collect();
        let services: Vec<Value> = self
            .services
            .iter()
            .map(|service| {
                json!({
                    "id": format!("#{}", service.fragment),
                    "type": service.kind,
                    "serviceEndpoint": service.endpoint_text(),
                })
            })
            .collect();
        json!({
            "@context": CONTEXTS,
            "id": did,
            "alsoKnownAs": aliases,
            "verificationMethod": [{
                "id": format!("{did}#{SIGNING_KEY_FRAGMENT}"),
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": self.signing_key.to_multikey(),
            }],
            "service": services,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Curve, SigningKey};
    use crate::identity::{DidDocument, EndpointPolicy};

    fn description(endpoint: &str) -> AccountDescription {
        let endpoint: Url = endpoint.parse().expect("a URL");
        let key = SigningKey::from_bytes(Curve::K256, &[3; 32]).expect("a key");
        AccountDescription {
            handle: Some("storage.example.com".parse().expect("a handle")),
            signing_key: key.public_key(),
            services: vec![
                ServiceDescription::personal_data_server(endpoint.clone()),
                ServiceDescription {
                    fragment: "storage",
                    kind: "StorageService",
                    endpoint,
                },
            ],
        }
    }

    #[test]
    fn the_document_says_it_in_the_published_form() {
        let did: Did = "did:web:storage.example.com".parse().expect("a DID");
        assert_eq!(
            description("https://storage.example.com/").did_document(&did),
            json!({
                "@context": [
                    "https://www.w3.org/ns/did/v1",
                    "https://w3id.org/security/multikey/v1",
                ],
                "id": "did:web:storage.example.com",
                "alsoKnownAs": ["at://storage.example.com"],
                "verificationMethod": [{
                    "id": "did:web:storage.example.com#atproto",
                    "type": "Multikey",
                    "controller": "did:web:storage.example.com",
                    "publicKeyMultibase": "zQ3shT1GokQF68docxRmRpQTjnaB66odZYc2tfAv6YMNJqS7g",
                }],
                "service": [
                    {
                        "id": "#atproto_pds",
                        "type": "AtprotoPersonalDataServer",
                        "serviceEndpoint": "https://storage.example.com",
                    },
                    {
                        "id": "#storage",
                        "type": "StorageService",
                        "serviceEndpoint": "https://storage.example.com",
                    },
                ],
            })
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (did, endpoint) in [
            ("did:web:storage.example.com", "https://storage.example.com"),
            ("did:web:localhost%3A2583", "http://localhost:2583"),
        ] {
            let did: Did = did.parse().expect("a DID");
            let description = description(endpoint);
            let bytes = description.did_document(&did).to_string();
            let document = DidDocument::parse(bytes.as_bytes(), &did).expect("a document");
            let policy = EndpointPolicy {
                allow_loopback_http: true,
            };
            let endpoint: Option<Url> = endpoint.parse().ok();
            assert_eq!(document.handle(), description.handle);
            assert_eq!(document.signing_key(), Some(description.signing_key));
            assert_eq!(document.pds_endpoint(policy), endpoint);
            assert_eq!(
                document.service_endpoint("storage", "StorageService", policy),
                endpoint
            );
        }
    }

    #[test]
    fn an_account_without_a_handle_claims_none() {
        let did: Did = "did:web:localhost%3A2583".parse().expect("a DID");
        let mut description = description("http://localhost:2583");
        description.handle = None;
        assert_eq!(description.did_document(&did)["alsoKnownAs"], json!([]));
    }
}
