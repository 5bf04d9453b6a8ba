//! Where tokens are kept: the system's keychain, or the file of the logins.
//!
//! The keychain is reached through the program that docker itself uses for it (`docker-credential-osxkeychain`,
//! `-secretservice`, `-wincred`), which comes with Docker Desktop and with distributions. So this program needs no
//! library of any desktop, and runs where there is none.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::accounts::Secret;
use crate::environment::Environment;
use crate::error::HelperError;
use crate::registry_address::RegistryAddress;

/// A locked keychain asks its owner for a password; somebody who is away must not hold up a push for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// What `LONGSHORE_KEYCHAIN` says for the file.
const FILE: &str = "file";

/// Keeps a token and says where, and what the person should know about that place.
pub fn keep(
    environment: &Environment,
    registry: &RegistryAddress,
    account: &str,
    token: &str,
) -> Result<(Secret, Option<String>), HelperError> {
    let in_file = || Secret::File(token.to_owned());
    let Some(name) = keychain(environment) else {
        let warning = (environment.keychain.as_deref() != Some(FILE))
            .then(|| "no keychain was found".to_owned());
        return Ok((in_file(), warning));
    };
    let entry = json!({
        "ServerURL": entry_url(registry, account),
        "Username": account,
        "Secret": token,
    });
    match ask(name, "store", &entry.to_string()) {
        Ok(_) => Ok((Secret::Keychain(name.to_owned()), None)),
        // Whoever names a keychain means it.
        Err(error) if environment.keychain.is_some() => Err(error),
        Err(error) => Ok((in_file(), Some(error.to_string()))),
    }
}

/// The token of a login.
pub fn find(
    registry: &RegistryAddress,
    account: &str,
    secret: &Secret,
) -> Result<String, HelperError> {
    let name = match secret {
        Secret::File(token) => return Ok(token.clone()),
        Secret::Keychain(name) => name,
    };
    let answer = ask(name, "get", &entry_url(registry, account))?;
    let entry: Value = serde_json::from_str(&answer).unwrap_or_default();
    entry["Secret"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| failed(name, "it does not have the token any more; log in again"))
}

/// Removes a token from where it was kept.
pub fn forget(
    registry: &RegistryAddress,
    account: &str,
    secret: &Secret,
) -> Result<(), HelperError> {
    if let Secret::Keychain(name) = secret {
        ask(name, "erase", &entry_url(registry, account))?;
    }
    Ok(())
}

/// The keychain to use, by the name behind `docker-credential-`.
fn keychain(environment: &Environment) -> Option<&str> {
    match environment.keychain.as_deref() {
        Some(FILE) => None,
        Some(name) => Some(name),
        None if cfg!(target_os = "macos") => Some("osxkeychain"),
        None if cfg!(windows) => Some("wincred"),
        None => environment.has_session_bus.then_some("secretservice"),
    }
}

/// The name of an account's entry, which no other program uses.
fn entry_url(registry: &RegistryAddress, account: &str) -> String {
    format!("https://{registry}/longshore/{account}")
}

fn failed(name: &str, reason: &str) -> HelperError {
    HelperError::Keychain {
        program: program(name),
        reason: reason.to_owned(),
    }
}

fn program(name: &str) -> String {
    format!("docker-credential-{name}")
}

/// Docker's credential helper protocol, from the other side.
fn ask(name: &str, action: &str, input: &str) -> Result<String, HelperError> {
    let mut child = Command::new(program(name))
        .arg(action)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(name, &error.to_string()))?;
    let answer = exchange(&mut child, input);
    // Ends one that hangs; one that has ended cannot be killed, which is no error.
    if answer.is_none() {
        let _ = child.kill();
    }
    let status = child
        .wait()
        .map_err(|error| failed(name, &error.to_string()))?;
    match answer {
        None => Err(failed(name, "it did not answer")),
        Some(text) if status.success() => Ok(text),
        Some(text) => {
            let reason = text.lines().next().unwrap_or("it gave no reason");
            Err(failed(name, reason))
        }
    }
}

/// Everything that the child says until it closes its output. `None`: it took too long.
fn exchange(child: &mut Child, input: &str) -> Option<String> {
    let (mut to_child, mut from_child) = (child.stdin.take()?, child.stdout.take()?);
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        // Half an answer is none: the sender is dropped then.
        if from_child.read_to_string(&mut text).is_ok() {
            let _ = sender.send(text);
        }
    });
    // One that does not read its input may still answer.
    let _ = to_child.write_all(input.as_bytes());
    drop(to_child);
    receiver.recv_timeout(PATIENCE).ok()
}
