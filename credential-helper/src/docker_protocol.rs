//! Docker's credential helper protocol: one action as the only argument, its input on standard input, the answer as
//! JSON on standard output. docs.docker.com/reference/cli/docker/login, "Credential helper protocol".

use std::collections::BTreeMap;
use std::io::{self, Read as _};

use serde::{Deserialize, Serialize};

use crate::account_choice::{Hints, choose};
use crate::accounts::{Accounts, Origin};
use crate::environment::Environment;
use crate::error::HelperError;
use crate::registry_address::ServerName;
use crate::sessions::NewLogin;
use crate::{keychain, parent_command, sessions};

/// Docker knows this text: it goes on without credentials, as it must to pull what is public.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// Longer inputs are not credentials.
const MAX_INPUT_BYTES: u64 = 64 * 1024;

/// Credentials, with the protocol's names.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials {
    #[serde(rename = "ServerURL")]
    server_url: String,
    username: String,
    secret: String,
}

/// Standard input to its end.
pub fn read_input() -> Result<String, HelperError> {
    let mut input = String::new();
    io::stdin()
        .take(MAX_INPUT_BYTES)
        .read_to_string(&mut input)
        .map_err(|_| HelperError::Input {
            reason: "it is not text",
        })?;
    Ok(input)
}

/// What docker reads from standard output when an action fails.
pub fn error_text(error: &HelperError) -> String {
    match error {
        HelperError::NotLoggedIn { .. } => NOT_FOUND.to_owned(),
        other => other.with_causes(),
    }
}

/// `get`: prints the credentials for a registry. Never logs anybody in, so it never makes a push wait.
pub fn get(environment: &Environment, input: &str) -> Result<(), HelperError> {
    let server: ServerName = input.parse()?;
    let accounts = Accounts::load(environment)?;
    let registry = accounts.at(&server.registry)?;
    let command = if registry.accounts.len() > 1 {
        parent_command::arguments()
    } else {
        Vec::new()
    };
    let hints = Hints {
        said: environment.account.as_deref(),
        owner: server.owner.as_deref(),
        command: &command,
    };
    let account = choose(&server.registry, registry, &hints)?;
    print(&Credentials {
        server_url: input.trim().to_owned(),
        username: account.name.clone(),
        secret: keychain::find(&server.registry, &account.name, &account.secret)?,
    });
    Ok(())
}

/// `store`: keeps what `docker login -u … -p …` was given.
pub fn store(environment: &Environment, input: &str) -> Result<(), HelperError> {
    let credentials: Credentials = serde_json::from_str(input).map_err(|_| HelperError::Input {
        reason: "it is not JSON with ServerURL, Username and Secret",
    })?;
    let registry = credentials.server_url.parse::<ServerName>()?.registry;
    if credentials.username.is_empty() || credentials.secret.is_empty() {
        return Err(HelperError::Input {
            reason: "the name or the secret is empty",
        });
    }
    let login = NewLogin {
        name: credentials.username,
        did: None,
        origin: Origin::Docker,
        expires_at: None,
        token: credentials.secret,
    };
    sessions::add(environment, &registry, login)
}

/// `erase`: forgets the account that `get` would have answered with, as `docker logout` wants it.
pub fn erase(environment: &Environment, input: &str) -> Result<(), HelperError> {
    let server: ServerName = input.parse()?;
    let account = {
        let accounts = Accounts::load(environment)?;
        let Ok(registry) = accounts.at(&server.registry) else {
            return Ok(());
        };
        let hints = Hints {
            said: environment.account.as_deref(),
            owner: server.owner.as_deref(),
            command: &[],
        };
        choose(&server.registry, registry, &hints)?.name.clone()
    };
    sessions::remove(environment, &server.registry, &account)
}

/// `list`: registries, and the name of the active account of each.
pub fn list(environment: &Environment) -> Result<(), HelperError> {
    let accounts = Accounts::load(environment)?;
    let names: BTreeMap<&str, &str> = accounts
        .registries
        .iter()
        .filter_map(|(address, registry)| {
            Some((address.as_str(), registry.active()?.name.as_str()))
        })
        .collect();
    print(&names);
    Ok(())
}

fn print<T: Serialize>(answer: &T) {
    let text = serde_json::to_string(answer).expect("answers are plain data");
    println!("{text}");
}
