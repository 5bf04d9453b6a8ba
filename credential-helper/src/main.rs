//! `docker-credential-longshore`: keeps logins to Longshore registries and hands them to docker, podman, skopeo and
//! everything else that speaks Docker's credential helper protocol.
//!
//! Knows the registry by its URLs only, and nothing of the server's code. Asks nothing on a terminal: it runs the
//! same in a script. `get` never waits for a person.

mod account_choice;
mod accounts;
mod command_line;
mod completion;
mod configure_docker;
mod docker_protocol;
mod environment;
mod error;
mod keychain;
mod login;
mod manual;
mod parent_command;
mod private_file;
mod registry_address;
mod registry_client;
mod sessions;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use command_line::{Cli, Command};
use environment::Environment;
use error::HelperError;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let is_protocol = cli.command.is_docker_protocol();
    match run(cli.command, &Environment::of_process()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Docker reads the error of a protocol call from standard output, and knows one of them by its text.
            if is_protocol {
                println!("{}", docker_protocol::error_text(&error));
            }
            if !is_protocol || !matches!(error, HelperError::NotLoggedIn { .. }) {
                eprintln!("docker-credential-longshore: {}", error.with_causes());
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, environment: &Environment) -> Result<(), HelperError> {
    match command {
        Command::Get => docker_protocol::get(environment, &docker_protocol::read_input()?),
        Command::Store => docker_protocol::store(environment, &docker_protocol::read_input()?),
        Command::Erase => docker_protocol::erase(environment, &docker_protocol::read_input()?),
        Command::List => docker_protocol::list(environment),
        Command::Login(arguments) => login::log_in(environment, &arguments),
        Command::Logout(arguments) => sessions::log_out(environment, &arguments),
        Command::Status => sessions::show(environment),
        Command::Switch(arguments) => sessions::switch(environment, &arguments),
        Command::ConfigureDocker(arguments) => configure_docker::configure(environment, &arguments),
        Command::Version => {
            println!("{}", Cli::command().render_version().trim_end());
            Ok(())
        }
        Command::Completion { shell } => print_bytes(completion::script(shell).as_bytes()),
        Command::Man => {
            let mut page = Vec::new();
            manual::write(&mut page).map_err(HelperError::Output)?;
            print_bytes(&page)
        }
    }
}

fn print_bytes(bytes: &[u8]) -> Result<(), HelperError> {
    io::stdout().write_all(bytes).map_err(HelperError::Output)
}
