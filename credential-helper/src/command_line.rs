//! The command line: what can be asked of the program. Does nothing itself.

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// What the program is called; docker finds it by this name.
pub const PROGRAM: &str = "docker-credential-longshore";

/// What the program reads from its environment, beside what every program of its kind does.
pub const ENVIRONMENT: [(&str, &str); 4] = [
    (
        "LONGSHORE_ACCOUNT",
        "handle or DID of the account that `get` answers with",
    ),
    (
        "LONGSHORE_CREDENTIALS_DIR",
        "folder of the logins [default: ~/.config/longshore]",
    ),
    (
        "LONGSHORE_KEYCHAIN",
        "where tokens are kept: `file`, or the program behind docker-credential-<name>",
    ),
    ("BROWSER", "program that opens the page of a login"),
];

/// Logs docker, podman and their kin in to a Longshore registry, with the handle you already have
#[derive(Debug, Parser)]
#[command(
    name = PROGRAM,
    version,
    arg_required_else_help = true,
    after_help = "Begin with:  docker-credential-longshore login registry.example\n\
                  \x20            docker-credential-longshore configure-docker registry.example",
    after_long_help = environment_help()
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Log in through the browser
    ///
    /// Opens the registry's page in a browser on this computer. Where there is none, shows a code to type into
    /// the page on another one. A second login adds an account.
    Login(LoginArguments),
    /// Log out and end the login at the registry
    Logout(LogoutArguments),
    /// List the logins
    Status,
    /// Choose the account that is used when the image name does not tell
    Switch(SwitchArguments),
    /// Tell docker to ask this program for a registry's credentials
    ConfigureDocker(ConfigureDockerArguments),
    /// Print the version
    Version,
    /// Print a completion script
    Completion {
        /// For which shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
    /// Docker protocol: print the credentials of the registry on standard input
    #[command(hide = true)]
    Get,
    /// Docker protocol: keep the credentials on standard input
    #[command(hide = true)]
    Store,
    /// Docker protocol: forget the credentials of the registry on standard input
    #[command(hide = true)]
    Erase,
    /// Docker protocol: list registries and names
    #[command(hide = true)]
    List,
}

fn environment_help() -> String {
    let lines = ENVIRONMENT.map(|(name, text)| format!("\n  {name:<25}  {text}"));
    format!("ENVIRONMENT{}", lines.concat())
}

impl Command {
    /// Whether a program calls this and reads the answer.
    pub const fn is_docker_protocol(&self) -> bool {
        matches!(self, Self::Get | Self::Store | Self::Erase | Self::List)
    }
}

/// `login`
#[derive(Debug, Args)]
pub struct LoginArguments {
    /// Host of the registry, with its port if it has one [default: the only registry there is a login to]
    pub registry: Option<String>,
    /// Show a code to type in a browser on any computer
    #[arg(long, conflicts_with = "browser")]
    pub device: bool,
    /// Open a browser on this computer, also where none seems to be
    #[arg(long)]
    pub browser: bool,
    /// What to call this computer in the list of your devices [default: its host name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

/// `logout`
#[derive(Debug, Args)]
pub struct LogoutArguments {
    /// Host of the registry [default: the only one there is a login to]
    pub registry: Option<String>,
    /// Handle or DID [default: the account in use]
    #[arg(long)]
    pub account: Option<String>,
    /// Every account of the registry
    #[arg(long, conflicts_with = "account")]
    pub all: bool,
}

/// `switch`
#[derive(Debug, Args)]
pub struct SwitchArguments {
    /// Handle or DID
    pub account: String,
    /// Host of the registry [default: the only one there is a login to]
    #[arg(long)]
    pub registry: Option<String>,
}

/// `configure-docker`
#[derive(Debug, Args)]
pub struct ConfigureDockerArguments {
    /// Hosts of registries [default: every one there is a login to]
    pub registries: Vec<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_of_the_docker_protocol_is_one_word() {
        for word in ["get", "store", "erase", "list"] {
            let cli = Cli::try_parse_from([PROGRAM, word]).unwrap();
            assert!(cli.command.is_docker_protocol(), "{word}");
        }
    }

    #[test]
    fn a_login_is_by_browser_or_by_code() {
        let parsed = Cli::try_parse_from([PROGRAM, "login", "r.example", "--device", "--browser"]);
        assert!(parsed.is_err());
    }
}
