//! What a hold is to the network: its DID, its handle, where it answers, and the key its records are signed with.

use atproto::crypto::SigningKey;
use atproto::identity::{AccountDescription, ServiceDescription};
use atproto::syntax::{Did, Handle};
use serde_json::Value;
use url::Url;

/// The fragment under which a DID document names a hold.
pub const HOLD_SERVICE: &str = "atcr_hold";
/// The type of that service.
pub const HOLD_SERVICE_TYPE: &str = "AtcrHoldService";

/// Who a hold is.
#[derive(Debug, Clone)]
pub struct HoldIdentity {
    did: Did,
    public_url: Url,
    signing_key: SigningKey,
}

impl HoldIdentity {
    /// The hold `did` that answers under the origin `public_url` and signs with `signing_key`.
    pub fn new(did: Did, public_url: Url, signing_key: SigningKey) -> Self {
        Self {
            did,
            public_url,
            signing_key,
        }
    }

    /// The hold's DID.
    pub fn did(&self) -> &Did {
        &self.did
    }

    /// Where it answers.
    pub fn public_url(&self) -> &Url {
        &self.public_url
    }

    /// The host of its origin, which is its handle. On a loopback origin it has a port and is a handle only in
    /// name.
    pub fn handle(&self) -> &str {
        self.public_url.authority()
    }

    /// The handle, where it can be one on the open network.
    pub fn valid_handle(&self) -> Option<Handle> {
        self.handle().parse().ok()
    }

    /// The key of its commits.
    pub fn signing_key(&self) -> &SigningKey {
        &self.signing_key
    }

    /// What its DID document has to say.
    pub fn description(&self) -> AccountDescription {
        describe(&self.public_url, &self.signing_key)
    }

    /// Its DID document.
    pub fn did_document(&self) -> Value {
        self.description().did_document(&self.did)
    }
}

/// What the DID document of a hold at `public_url` has to say.
pub(super) fn describe(public_url: &Url, signing_key: &SigningKey) -> AccountDescription {
    AccountDescription {
        handle: public_url.authority().parse().ok(),
        signing_key: signing_key.public_key(),
        services: vec![
            ServiceDescription::personal_data_server(public_url.clone()),
            ServiceDescription {
                fragment: HOLD_SERVICE,
                kind: HOLD_SERVICE_TYPE,
                endpoint: public_url.clone(),
            },
        ],
    }
}

#[cfg(test)]
mod tests {
    use atproto::crypto::Curve;
    use atproto::identity::{DidDocument, EndpointPolicy};

    use super::*;

    #[test]
    fn the_document_reads_back_as_the_hold() {
        let key = SigningKey::from_bytes(Curve::K256, &[7; 32]).unwrap();
        let did: Did = "did:web:hold.example.com".parse().unwrap();
        let url = Url::parse("https://hold.example.com").unwrap();
        let identity = HoldIdentity::new(did.clone(), url.clone(), key.clone());
        let document =
            DidDocument::parse(identity.did_document().to_string().as_bytes(), &did).unwrap();
        let policy = EndpointPolicy::default();
        assert_eq!(document.signing_key(), Some(key.public_key()));
        assert_eq!(document.handle(), identity.valid_handle());
        assert_eq!(document.pds_endpoint(policy), Some(url.clone()));
        assert_eq!(
            document.service_endpoint(HOLD_SERVICE, HOLD_SERVICE_TYPE, policy),
            Some(url)
        );
    }

    #[test]
    fn a_loopback_host_keeps_its_port_and_is_no_handle_for_others() {
        let key = SigningKey::from_bytes(Curve::K256, &[7; 32]).unwrap();
        let did = "did:web:localhost%3A5000".parse().unwrap();
        let url = Url::parse("http://localhost:5000").unwrap();
        let identity = HoldIdentity::new(did, url, key);
        assert_eq!(identity.handle(), "localhost:5000");
        assert_eq!(identity.valid_handle(), None);
    }
}
