//! The logins of this person: which accounts at which registries, and where their tokens are.
//!
//! ```text
//! ~/.config/longshore/credentials.json    this, mode 0600
//! ~/.config/longshore/credentials.lock    taken by whoever changes it
//! ```
//!
//! A token is in the keychain where there is one; then the file only says so.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::environment::Environment;
use crate::error::HelperError;
use crate::private_file;
use crate::registry_address::RegistryAddress;

/// Every login.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// By host and port.
    #[serde(default)]
    pub registries: BTreeMap<String, Registry>,
}

/// The logins at one registry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// The name of the account that is used when nothing says which.
    pub active: String,
    /// In the order of their logins.
    pub accounts: Vec<Account>,
}

/// One login.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The handle, or whatever name `docker login` was given. One account per name.
    pub name: String,
    /// The DID, where the registry said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did: Option<String>,
    /// How it came to be.
    pub origin: Origin,
    /// When the login ends, in unix seconds, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// Where the token is.
    pub secret: Secret,
}

/// How a login came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// By `login`: the token is this computer's own and ends with the login.
    Login,
    /// By `docker login`: the token was given, and may be in use elsewhere.
    Docker,
}

/// Where a token is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Secret {
    /// Here.
    File(String),
    /// In the keychain behind `docker-credential-<name>`.
    Keychain(String),
}

impl std::fmt::Debug for Account {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Account({})", self.name)
    }
}

impl Account {
    /// Whether a handle or DID, in any spelling, is this account's.
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.trim_start_matches('@');
        let is_did = self
            .did
            .as_ref()
            .is_some_and(|did| did == name || did.replace(':', "-") == name);
        is_did || self.name.eq_ignore_ascii_case(name)
    }
}

impl Registry {
    /// The account of this name.
    pub fn find(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.is_called(name))
    }

    /// The account that is used when nothing says which.
    pub fn active(&self) -> Option<&Account> {
        self.find(&self.active).or(self.accounts.first())
    }

    /// Adds a login, in place of an earlier one of the same account, which is returned, and makes it the active one.
    pub fn put(&mut self, account: Account) -> Option<Account> {
        self.active.clone_from(&account.name);
        let is_same = |known: &&mut Account| {
            known.is_called(&account.name) || (known.did.is_some() && known.did == account.did)
        };
        if let Some(known) = self.accounts.iter_mut().find(is_same) {
            return Some(std::mem::replace(known, account));
        }
        self.accounts.push(account);
        None
    }
}

impl Accounts {
    /// Reads them. No file is no logins.
    pub fn load(environment: &Environment) -> Result<Self, HelperError> {
        let path = file(environment)?;
        let Some(bytes) = private_file::read(&path)? else {
            return Ok(Self::default());
        };
        serde_json::from_slice(&bytes).map_err(|source| HelperError::BadFile { path, source })
    }

    /// Changes them, while nobody else does.
    pub fn change<T>(
        environment: &Environment,
        change: impl FnOnce(&mut Self) -> Result<T, HelperError>,
    ) -> Result<T, HelperError> {
        let path = file(environment)?;
        let _lock = private_file::lock(&path)?;
        let before = Self::load(environment)?;
        let mut after = before.clone();
        let outcome = change(&mut after)?;
        after
            .registries
            .retain(|_, registry| !registry.accounts.is_empty());
        if after != before {
            let text = serde_json::to_vec_pretty(&after).expect("logins are plain data");
            private_file::write(&path, &text)?;
        }
        Ok(outcome)
    }

    /// The logins at a registry.
    pub fn at(&self, registry: &RegistryAddress) -> Result<&Registry, HelperError> {
        self.registries
            .get(registry.as_str())
            .ok_or_else(|| HelperError::NotLoggedIn {
                registry: registry.to_string(),
            })
    }

    /// The registry that somebody named, or the only one.
    pub fn registry_named(&self, name: Option<&str>) -> Result<RegistryAddress, HelperError> {
        if let Some(name) = name {
            return Ok(name.parse()?);
        }
        let mut known = self.registries.keys();
        match (known.next(), known.next()) {
            (Some(only), None) => Ok(only.parse()?),
            _ => Err(HelperError::WhichRegistry {
                known: self.registries.keys().cloned().collect(),
            }),
        }
    }
}

/// The file of the logins.
pub fn file(environment: &Environment) -> Result<PathBuf, HelperError> {
    Ok(environment.credentials_dir()?.join("credentials.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, did: Option<&str>, secret: &str) -> Account {
        Account {
            name: name.to_owned(),
            did: did.map(str::to_owned),
            origin: Origin::Login,
            expires_at: None,
            secret: Secret::File(secret.to_owned()),
        }
    }

    #[test]
    fn the_last_login_is_the_active_one_and_replaces_an_earlier_one_of_the_account() {
        let mut registry = Registry::default();
        assert!(
            registry
                .put(account("alice.example", Some("did:plc:a"), "1"))
                .is_none()
        );
        assert!(
            registry
                .put(account("bob.example", Some("did:plc:b"), "2"))
                .is_none()
        );
        assert_eq!(registry.active().unwrap().name, "bob.example");
        // Alice has another handle now.
        let replaced = registry
            .put(account("new.example", Some("did:plc:a"), "3"))
            .unwrap();
        assert_eq!(replaced.name, "alice.example");
        assert_eq!(registry.accounts.len(), 2);
        assert_eq!(registry.active().unwrap().name, "new.example");
    }

    #[test]
    fn an_account_answers_to_every_spelling_of_its_names() {
        let account = account("alice.example", Some("did:plc:abc"), "1");
        for name in [
            "alice.example",
            "@alice.example",
            "Alice.Example",
            "did:plc:abc",
            "did-plc-abc",
        ] {
            assert!(account.is_called(name), "{name}");
        }
        for name in ["bob.example", "", "did:plc:ab", "alice"] {
            assert!(!account.is_called(name), "{name}");
        }
    }

    #[test]
    fn logins_are_kept_and_do_not_show_in_debug_output() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment {
            credentials_dir: Some(folder.path().join("longshore")),
            ..Environment::default()
        };
        Accounts::change(&environment, |accounts| {
            let registry = accounts
                .registries
                .entry("r.example".to_owned())
                .or_default();
            registry.put(account("alice.example", None, "canary"));
            Ok(())
        })
        .unwrap();
        let accounts = Accounts::load(&environment).unwrap();
        assert_eq!(accounts.registry_named(None).unwrap().as_str(), "r.example");
        assert!(!format!("{accounts:?}").contains("canary"));
        Accounts::change(&environment, |accounts| {
            accounts
                .registries
                .get_mut("r.example")
                .unwrap()
                .accounts
                .clear();
            Ok(())
        })
        .unwrap();
        let accounts = Accounts::load(&environment).unwrap();
        assert!(accounts.registries.is_empty());
        assert!(matches!(
            accounts.registry_named(None),
            Err(HelperError::WhichRegistry { .. })
        ));
    }
}
