//! `login`: a browser on this computer brings a code back (RFC 8252), or a person types a code into a browser
//! elsewhere (RFC 8628). Either way they approve while signed in at the registry, and no password comes here.

mod browser;
mod device_code;
mod device_name;
mod loopback;
mod pkce;

use crate::accounts::{Accounts, Origin};
use crate::command_line::LoginArguments;
use crate::environment::Environment;
use crate::error::HelperError;
use crate::registry_client::RegistryClient;
use crate::sessions::{self, NewLogin};

/// `login`
pub fn log_in(environment: &Environment, arguments: &LoginArguments) -> Result<(), HelperError> {
    let address = Accounts::load(environment)?.registry_named(arguments.registry.as_deref())?;
    let client = RegistryClient::new(&address);
    let device = match &arguments.name {
        Some(name) => name.clone(),
        None => device_name::of_this_computer(),
    };
    let wants_browser =
        arguments.browser || (!arguments.device && browser::is_at_hand(environment));
    let by_browser = if wants_browser {
        loopback::log_in(environment, &client, &address, &device)?
    } else {
        None
    };
    let approved = match by_browser {
        Some(approved) => approved,
        None => device_code::log_in(&client, &device)?,
    };
    let login = NewLogin {
        name: approved.username.clone(),
        did: Some(approved.did),
        origin: Origin::Login,
        expires_at: approved.expires_in.map(|seconds| sessions::now() + seconds),
        token: approved.access_token,
    };
    sessions::add(environment, &address, login)?;
    println!("Logged in to {address} as {}.", approved.username);
    println!(
        "If docker does not know it yet: docker-credential-longshore configure-docker {address}"
    );
    Ok(())
}
