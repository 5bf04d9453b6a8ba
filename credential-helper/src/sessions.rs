//! Logins as people see them: adding, listing, switching, logging out.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::accounts::{self, Account, Accounts, Origin, Secret};
use crate::command_line::{LogoutArguments, SwitchArguments};
use crate::environment::Environment;
use crate::error::HelperError;
use crate::keychain;
use crate::registry_address::RegistryAddress;
use crate::registry_client::RegistryClient;

const DAY: u64 = 24 * 60 * 60;

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_secs())
}

/// A login that was just made.
pub struct NewLogin {
    /// The handle, or whatever name `docker login` was given.
    pub name: String,
    /// The DID, where the registry said it.
    pub did: Option<String>,
    /// How it came to be.
    pub origin: Origin,
    /// When it ends, in unix seconds, where that is known.
    pub expires_at: Option<u64>,
    /// The token.
    pub token: String,
}

/// Keeps a login and makes it the active one. The token of an earlier login of the same account ends.
pub fn add(
    environment: &Environment,
    address: &RegistryAddress,
    new: NewLogin,
) -> Result<(), HelperError> {
    // Read first: a keychain has one entry for each account.
    let earlier = {
        let accounts = Accounts::load(environment)?;
        let registry = accounts.registries.get(address.as_str());
        let named = registry.and_then(|registry| {
            registry
                .find(&new.name)
                .or_else(|| registry.find(new.did.as_deref()?))
        });
        named.map(|account| (account.clone(), token_of(address, account)))
    };
    let (secret, why_in_file) = keychain::keep(environment, address, &new.name, &new.token)?;
    let account = Account {
        name: new.name.clone(),
        did: new.did,
        origin: new.origin,
        expires_at: new.expires_at,
        secret,
    };
    Accounts::change(environment, |accounts| {
        let registry = accounts.registries.entry(address.to_string()).or_default();
        Ok(registry.put(account))
    })?;
    if let Some(why) = why_in_file {
        eprintln!(
            "warning: the token is stored unencrypted in {}, readable by you alone ({why})",
            accounts::file(environment)?.display()
        );
    }
    if let Some((account, Some(token))) = earlier
        && token != new.token
    {
        revoke(address, &account, &token);
        if account.name != new.name {
            forget(address, &account);
        }
    }
    Ok(())
}

/// Removes one login, and ends it.
pub fn remove(
    environment: &Environment,
    address: &RegistryAddress,
    name: &str,
) -> Result<(), HelperError> {
    let removed = Accounts::change(environment, |accounts| {
        let Some(registry) = accounts.registries.get_mut(address.as_str()) else {
            return Ok(None);
        };
        let at = registry
            .accounts
            .iter()
            .position(|account| account.is_called(name));
        let removed = at.map(|at| registry.accounts.remove(at));
        if let Some(first) = registry.accounts.first()
            && registry.find(&registry.active).is_none()
        {
            registry.active = first.name.clone();
        }
        Ok(removed)
    })?;
    if let Some(account) = removed {
        if let Some(token) = token_of(address, &account) {
            revoke(address, &account, &token);
        }
        forget(address, &account);
    }
    Ok(())
}

/// Ends a login at the registry, as far as it can be reached. A token that somebody brought may be in use elsewhere.
fn revoke(address: &RegistryAddress, account: &Account, token: &str) {
    if account.origin == Origin::Login
        && let Err(error) = RegistryClient::new(address).revoke(token)
    {
        eprintln!(
            "warning: the login of {} did not end at the registry ({}); revoke it on its page of sessions",
            account.name,
            error.with_causes()
        );
    }
}

fn forget(address: &RegistryAddress, account: &Account) {
    if let Err(error) = keychain::forget(address, &account.name, &account.secret) {
        eprintln!("warning: {}", error.with_causes());
    }
}

fn token_of(address: &RegistryAddress, account: &Account) -> Option<String> {
    keychain::find(address, &account.name, &account.secret).ok()
}

/// `logout`
pub fn log_out(environment: &Environment, arguments: &LogoutArguments) -> Result<(), HelperError> {
    let accounts = Accounts::load(environment)?;
    let address = accounts.registry_named(arguments.registry.as_deref())?;
    let registry = accounts.at(&address)?;
    let not_there = || HelperError::NotLoggedIn {
        registry: address.to_string(),
    };
    let names: Vec<String> = if arguments.all {
        registry
            .accounts
            .iter()
            .map(|account| account.name.clone())
            .collect()
    } else if let Some(wanted) = &arguments.account {
        let found = registry
            .find(wanted)
            .ok_or_else(|| HelperError::NoSuchAccount {
                account: wanted.clone(),
                registry: address.to_string(),
            })?;
        vec![found.name.clone()]
    } else {
        vec![registry.active().ok_or_else(not_there)?.name.clone()]
    };
    for name in names {
        remove(environment, &address, &name)?;
        println!("Logged out {name} at {address}.");
    }
    Ok(())
}

/// `switch`
pub fn switch(environment: &Environment, arguments: &SwitchArguments) -> Result<(), HelperError> {
    let address = Accounts::load(environment)?.registry_named(arguments.registry.as_deref())?;
    let name = Accounts::change(environment, |accounts| {
        accounts.at(&address)?;
        let registry = accounts.registries.entry(address.to_string()).or_default();
        let found = registry.find(&arguments.account);
        let name = found.map(|account| account.name.clone());
        let name = name.ok_or_else(|| HelperError::NoSuchAccount {
            account: arguments.account.clone(),
            registry: address.to_string(),
        })?;
        registry.active.clone_from(&name);
        Ok(name)
    })?;
    println!("{name} is the active account at {address}.");
    Ok(())
}

/// `status`
pub fn show(environment: &Environment) -> Result<(), HelperError> {
    let accounts = Accounts::load(environment)?;
    if accounts.registries.is_empty() {
        println!("No login. Begin with: docker-credential-longshore login <registry>");
        return Ok(());
    }
    let now = now();
    for (address, registry) in &accounts.registries {
        println!("{address}");
        for account in &registry.accounts {
            let is_active = registry
                .active()
                .is_some_and(|active| active.name == account.name);
            let mark = if is_active { '*' } else { ' ' };
            println!("{mark} {}", describe(account, now));
        }
    }
    Ok(())
}

/// `alice.example (did:plc:…), in the file, 12 days left`
fn describe(account: &Account, now: u64) -> String {
    let did = account.did.as_ref().map(|did| format!(" ({did})"));
    let place = match &account.secret {
        Secret::File(_) => "in the file".to_owned(),
        Secret::Keychain(name) => format!("in the keychain ({name})"),
    };
    let end = match account.expires_at {
        None => String::new(),
        Some(at) if at <= now => ", expired: log in again".to_owned(),
        Some(at) if at - now < DAY => ", less than a day left".to_owned(),
        Some(at) => format!(", {} days left", (at - now) / DAY),
    };
    format!("{}{}, {place}{end}", account.name, did.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_described_without_its_token() {
        let mut account = Account {
            name: "alice.example".to_owned(),
            did: Some("did:plc:a".to_owned()),
            origin: Origin::Login,
            expires_at: Some(1_000_000),
            secret: Secret::File("canary".to_owned()),
        };
        assert_eq!(
            describe(&account, 1_000_000 - 3 * DAY),
            "alice.example (did:plc:a), in the file, 3 days left"
        );
        assert!(describe(&account, 999_999).ends_with("less than a day left"));
        assert!(describe(&account, 1_000_000).ends_with("expired: log in again"));
        account.secret = Secret::Keychain("secretservice".to_owned());
        account.expires_at = None;
        account.did = None;
        assert_eq!(
            describe(&account, 0),
            "alice.example, in the keychain (secretservice)"
        );
    }
}
