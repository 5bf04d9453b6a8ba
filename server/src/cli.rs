//! The command line: what can be asked of the binary. Does nothing itself.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// A container registry on the AT Protocol: images whose manifests lie in people's own repos.
#[derive(Debug, Parser)]
#[command(
    name = "longshore",
    version,
    arg_required_else_help = true,
    after_help = "Settings come from a TOML file and the environment; `longshore config list` describes them all.\n\
                  Exit codes: 0 done, 1 failed, 2 wrong usage or settings."
)]
pub struct Cli {
    /// TOML file with settings [default: longshore.toml in the working directory, when it is there]
    #[arg(long, global = true, value_name = "FILE", env = "LONGSHORE_CONFIG")]
    pub config: Option<PathBuf>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the registry, its web app and its hold until a stop signal
    ///
    /// The first start creates the data folder, every key and the database. SIGINT or SIGTERM lets requests in
    /// progress finish; a second one ends the process at once.
    Serve,
    /// Bring the database up to date and stop
    ///
    /// `serve` does this by itself; run it beforehand where starting and migrating should be two steps.
    Migrate,
    /// Write or describe the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check settings, folders, database, storage and network, and say what to do about each failure
    ///
    /// Fails when a check fails; a warning alone does not. Safe beside a running server.
    Doctor {
        /// Print one JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
}

/// What can be done about settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Write a commented TOML file with every setting
    ///
    /// An existing file is never overwritten.
    Init {
        /// Where to write it
        #[arg(default_value = crate::config::DEFAULT_FILE)]
        file: PathBuf,
    },
    /// List every setting with its names, default and meaning
    List,
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
    fn every_command_is_understood() {
        for line in [
            "serve",
            "migrate",
            "config init",
            "config init x.toml",
            "config list",
            "doctor --json",
        ] {
            let words = std::iter::once("longshore").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
    }
}
