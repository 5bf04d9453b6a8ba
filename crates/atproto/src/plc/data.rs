//! What the log of a `did:plc` says in the end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::crypto::PublicKey;
use crate::identity::{AccountDescription, SIGNING_KEY_FRAGMENT};

const HANDLE_SCHEME: &str = "at://";

/// The state of a `did:plc`, of which every operation has the whole.
///
/// Texts are kept as they are, so that an update changes nothing of what others put there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlcData {
    /// Who may sign the next operation, as `did:key`. An earlier key overrules a later one for 72 hours.
    pub rotation_keys: Vec<String>,
    /// Keys by fragment (without `#`), as `did:key`.
    pub verification_methods: BTreeMap<String, String>,
    /// Addresses of the same account, such as `at://hold.example.com`.
    pub also_known_as: Vec<String>,
    /// Services by fragment (without `#`).
    pub services: BTreeMap<String, PlcService>,
}

/// A service of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlcService {
    /// Its type, such as `AtprotoPersonalDataServer`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is.
    pub endpoint: String,
}

impl PlcData {
    /// A new account, which whoever has one of `rotation_keys` may change; the most powerful comes first.
    pub fn new(rotation_keys: &[PublicKey], account: &AccountDescription) -> Self {
        Self {
            rotation_keys: rotation_keys.iter().map(PublicKey::to_did_key).collect(),
            verification_methods: BTreeMap::new(),
            also_known_as: Vec::new(),
            services: BTreeMap::new(),
        }
        .with(account)
    }

    /// This state with what `account` says: its key, its handle in place of the first one, its services. Everything
    /// else stays. Equal to the state itself if nothing has to be changed.
    #[must_use]
    pub fn with(&self, account: &AccountDescription) -> Self {
        let mut data = self.clone();
        data.verification_methods.insert(
            SIGNING_KEY_FRAGMENT.to_owned(),
            account.signing_key.to_did_key(),
        );
        if let Some(handle) = &account.handle {
            let alias = format!("{HANDLE_SCHEME}{handle}");
            match data
                .also_known_as
                .iter_mut()
                .find(|known| known.starts_with(HANDLE_SCHEME))
            {
                Some(known) => *known = alias,
                None => data.also_known_as.insert(0, alias),
            }
        }
        for service in &account.services {
            let described = PlcService {
                kind: service.kind.to_owned(),
                endpoint: service.endpoint_text(),
            };
            data.services.insert(service.fragment.to_owned(), described);
        }
        data
    }

    /// Whether the holder of `key` may sign the next operation.
    pub fn may_be_changed_by(&self, key: &PublicKey) -> bool {
        self.rotation_keys.contains(&key.to_did_key())
    }
}
