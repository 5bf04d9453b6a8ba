//! DID documents: tolerant to read, strict in what is taken from them.

use serde_json::Value;
use url::Url;

use super::EndpointPolicy;
use crate::crypto::PublicKey;
use crate::syntax::{Did, Handle};

pub(crate) const SIGNING_KEY_FRAGMENT: &str = "atproto";
pub(super) const PDS_FRAGMENT: &str = "atproto_pds";
pub(super) const PDS_TYPE: &str = "AtprotoPersonalDataServer";

/// The parts of a DID document that atproto uses. atproto.com/specs/did#did-documents
///
/// Entries of the document that are not understood are left out without an error: other protocols
/// write into the same document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DidDocument {
    did: Did,
    also_known_as: Vec<String>,
    verification_methods: Vec<VerificationMethod>,
    services: Vec<Service>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct VerificationMethod {
    id: String,
    kind: String,
    controller: String,
    public_key_multibase: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Service {
    id: String,
    kind: String,
    endpoint: String,
}

/// Why bytes are not the DID document that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum DidDocumentError {
    /// Not a JSON object.
    #[error("DID document is not a JSON object")]
    Malformed(#[source] Option<serde_json::Error>),
    /// The document of another DID, or of none. A resolver that could answer with any document
    /// could speak for any account.
    #[error("DID document is not of the DID that was asked for")]
    WrongDid,
}

impl DidDocument {
    /// Reads the document that was served for `expected`.
    pub fn parse(bytes: &[u8], expected: &Did) -> Result<Self, DidDocumentError> {
        let document: Value = serde_json::from_slice(bytes)
            .map_err(|error| DidDocumentError::Malformed(Some(error)))?;
        if !document.is_object() {
            return Err(DidDocumentError::Malformed(None));
        }
        if text(&document, "id") != Some(expected.as_str()) {
            return Err(DidDocumentError::WrongDid);
        }
        Ok(Self {
            did: expected.clone(),
            also_known_as: entries(&document, "alsoKnownAs")
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            verification_methods: entries(&document, "verificationMethod")
                .filter_map(VerificationMethod::read)
                .collect(),
            services: entries(&document, "service")
                .filter_map(Service::read)
                .collect(),
        })
    }

    /// The DID the document is about.
    pub const fn did(&self) -> &Did {
        &self.did
    }

    /// The first well-formed `at://` handle, which is the only one that may be verified: if it
    /// fails, the account has no handle. The claim is worth nothing until the handle points back.
    pub fn handle(&self) -> Option<Handle> {
        self.also_known_as
            .iter()
            .find_map(|alias| alias.strip_prefix("at://")?.parse().ok())
    }

    /// The first usable `#atproto` key that the DID itself controls.
    pub fn signing_key(&self) -> Option<PublicKey> {
        self.verification_methods
            .iter()
            .filter(|method| self.is_fragment(&method.id, SIGNING_KEY_FRAGMENT))
            .filter(|method| method.controller == self.did.as_str())
            .find_map(|method| {
                PublicKey::from_verification_method(&method.kind, &method.public_key_multibase).ok()
            })
    }

    /// The origin of the account's personal data server.
    pub fn pds_endpoint(&self, policy: EndpointPolicy) -> Option<Url> {
        self.service_endpoint(PDS_FRAGMENT, PDS_TYPE, policy)
    }

    /// The origin of the first service with this fragment (without `#`) **and** this type; `None`
    /// if there is none or if `policy` refuses its address.
    pub fn service_endpoint(
        &self,
        fragment: &str,
        service_type: &str,
        policy: EndpointPolicy,
    ) -> Option<Url> {
        self.services
            .iter()
            .find(|service| service.kind == service_type && self.is_fragment(&service.id, fragment))
            .and_then(|service| policy.accept(&service.endpoint))
    }

    /// Whether `id` is `#fragment` or `<this DID>#fragment`.
    fn is_fragment(&self, id: &str, fragment: &str) -> bool {
        let relative = id.strip_prefix(self.did.as_str()).unwrap_or(id);
        relative.strip_prefix('#') == Some(fragment)
    }
}

impl VerificationMethod {
    fn read(entry: &Value) -> Option<Self> {
        Some(Self {
            id: text(entry, "id")?.to_owned(),
            kind: text(entry, "type")?.to_owned(),
            controller: text(entry, "controller")?.to_owned(),
            public_key_multibase: text(entry, "publicKeyMultibase")?.to_owned(),
        })
    }
}

impl Service {
    fn read(entry: &Value) -> Option<Self> {
        Some(Self {
            id: text(entry, "id")?.to_owned(),
            kind: text(entry, "type")?.to_owned(),
            endpoint: text(entry, "serviceEndpoint")?.to_owned(),
        })
    }
}

fn text<'value>(value: &'value Value, key: &str) -> Option<&'value str> {
    value.get(key)?.as_str()
}

fn entries<'value>(document: &'value Value, key: &str) -> impl Iterator<Item = &'value Value> {
    document
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests;
