//! The command line: what can be asked of the binary. Does nothing itself.

use std::path::PathBuf;

use atproto::syntax::{AtIdentifier, Did};
use clap::{Args, Parser, Subcommand};

use crate::hold::{BLOB_READ, BLOB_WRITE, CREW_ADMIN};

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
    /// Run the hold: its crew, captaincy and settings, its garbage, and its move to another machine
    ///
    /// Decides as the captain, in the hold's database, beside a running server or without one; a server follows
    /// within seconds. Needs the settings of that server, and no network unless a handle is to be looked up.
    #[command(subcommand)]
    Hold(HoldCommand),
    /// Decide about signing in through the browser: the keys of this registry, and who is signed in
    #[command(subcommand, name = "oauth")]
    OAuth(OAuthCommand),
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

/// What can be done about signing in through the browser.
#[derive(Debug, Subcommand)]
pub enum OAuthCommand {
    /// Add a key by which this registry shows other servers who it is, and remove those that nothing uses
    ///
    /// Changes the file of `OAUTH_CLIENT_KEYS_PATH`, which running servers take up by themselves: the new key is
    /// published at once and signs after fifteen minutes. A session is kept alive with the key it was opened with, so
    /// older keys stay until no session needs them. With several replicas, bring the file to each of them.
    RotateKey {
        /// Somebody else has the old keys: remove them now, and end every session that was opened with them
        #[arg(long)]
        leaked: bool,
    },
    /// End the sessions of one person, or of everybody
    ///
    /// Browsers are signed out, and what people allowed this registry at their servers is forgotten. Takes effect with
    /// the next request, on every replica; what somebody has pushed stays.
    SignOut {
        /// DID of the person [default: everybody]
        person: Option<Did>,
        /// Revoke access tokens and devices, and end logins with app passwords, too
        #[arg(long)]
        with_tokens: bool,
    },
}

/// What can be done about the hold.
#[derive(Debug, Subcommand)]
pub enum HoldCommand {
    /// Who may use the hold beside its captain
    #[command(subcommand)]
    Crew(CrewCommand),
    /// Who owns the hold
    #[command(subcommand)]
    Captain(CaptainCommand),
    /// What the captain decided about the hold
    #[command(subcommand)]
    Settings(HoldSettingsCommand),
    /// Ask the relays of the settings to follow the hold
    ///
    /// The server does this at each start. Useful after the setting changed, or when a relay lost track.
    RequestCrawl,
    /// Forget the layers of manifests that their owners deleted by other software
    ///
    /// The server does this once a day. Asks people's PDSes; one that does not answer changes nothing.
    Reconcile {
        /// Handle or DID of one person [default: everybody]
        person: Option<AtIdentifier>,
    },
    /// Free what nothing in the hold uses, or say what that would free
    ///
    /// The server does this every `HOLD_GC_INTERVAL_HOURS`. What nothing needs goes into quarantine first, and a
    /// collection that comes a grace later removes it.
    ///
    /// Beside a running server over SQLite, the command leaves a request in the database, which the server takes up
    /// within seconds, and waits for its answer. Without a server, and over PostgreSQL, it collects by itself. A dry
    /// run only reads.
    Gc(GcOptions),
    /// Write the hold into a folder, to move it to another machine, database or bucket
    ///
    /// The folder gets the repo, what the database knows beside it, and every blob, each with its digest. Repeat it
    /// after it was cut off, or later: what is there and whole is not copied again. It may run beside the server; for
    /// a move, repeat it once after the server has stopped for good.
    ///
    /// The key that signs the repo is not in there without --with-key. Uploads in progress, blobs in quarantine and
    /// what the registry and the web app keep for themselves stay behind.
    Export {
        /// A new or empty folder, or one of an earlier export of this hold
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        /// Put the keys of the hold into the folder too, readable by you alone
        #[arg(long)]
        with_key: bool,
    },
    /// Read a hold from a folder that `export` wrote
    ///
    /// Needs the settings of the server that is to run here, which must not run yet: a database without a hold, the
    /// address of a did:web, and the signing key, at `HOLD_DATABASE_KEY_PATH` or in the folder. Every digest and the
    /// signature of the repo are checked. Repeat it after it was cut off; the hold is there wholly or not at all.
    Import {
        /// The folder
        #[arg(long, value_name = "FOLDER")]
        from: PathBuf,
    },
}

/// How garbage is collected.
#[derive(Debug, Args)]
pub struct GcOptions {
    /// Change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON, as dev.longshore.hold.collectGarbage answers
    #[arg(long)]
    pub json: bool,
    /// How long what nothing uses is kept [default: `HOLD_GC_GRACE_MINUTES`]
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(0..=525_600))]
    pub grace_minutes: Option<u32>,
}

/// What can be done about the crew.
#[derive(Debug, Subcommand)]
pub enum CrewCommand {
    /// List the members
    List,
    /// Take somebody in
    Add {
        /// Their handle or DID
        member: AtIdentifier,
        /// What their record says.
        #[command(flatten)]
        record: CrewRecord,
    },
    /// Change what a member's record says, and leave the rest of it
    Set {
        /// Their handle or DID
        member: AtIdentifier,
        /// What their record says.
        #[command(flatten)]
        record: CrewRecord,
    },
    /// Remove a member
    Remove {
        /// Their handle or DID
        member: AtIdentifier,
    },
}

/// What a crew record says.
#[derive(Debug, Args)]
pub struct CrewRecord {
    /// A word for people [default: member]
    #[arg(long)]
    pub role: Option<String>,
    /// What they may do; may be repeated [default: blob:read and blob:write]
    #[arg(long = "permission", value_name = "PERMISSION", value_parser = [BLOB_READ, BLOB_WRITE, CREW_ADMIN])]
    pub permissions: Vec<String>,
    /// The name of a quota, as the settings list them
    #[arg(long)]
    pub tier: Option<String>,
    /// The default tier
    #[arg(long, conflicts_with = "tier")]
    pub default_tier: bool,
}

/// What can be done about the captaincy.
#[derive(Debug, Subcommand)]
pub enum CaptainCommand {
    /// Say who the captain is, and whom the captaincy is offered to
    Show,
    /// Offer the captaincy to a member of the crew
    ///
    /// It changes hands when they accept within seven days, with dev.longshore.hold.acceptCaptaincy.
    Offer {
        /// Their handle or DID
        member: AtIdentifier,
    },
    /// Take the offer back
    Withdraw,
}

/// What can be done about the captain's decisions.
#[derive(Debug, Subcommand)]
pub enum HoldSettingsCommand {
    /// Say what was decided
    Show,
    /// Decide
    #[command(arg_required_else_help = true)]
    Set {
        /// Whether everybody may read
        #[arg(long, value_name = "true|false")]
        public: Option<bool>,
        /// Whether everybody who signs in may join the crew
        #[arg(long, value_name = "true|false")]
        allow_all_crew: Option<bool>,
        /// Whether pushes are announced by posts
        #[arg(long, value_name = "true|false")]
        bluesky_posts: Option<bool>,
    },
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
            "oauth rotate-key --leaked",
            "oauth sign-out did:web:alice.example.com",
            "oauth sign-out --with-tokens",
            "doctor --json",
            "hold crew list",
            "hold crew add alice.example --permission blob:read --permission crew:admin",
            "hold crew set did:plc:abc --default-tier",
            "hold crew remove did:plc:abc",
            "hold captain show",
            "hold captain offer alice.example",
            "hold captain withdraw",
            "hold settings show",
            "hold settings set --public false",
            "hold reconcile",
            "hold request-crawl",
            "hold export --to folder --with-key",
            "hold import --from folder",
            "hold gc --dry-run --json --grace-minutes 0",
        ] {
            let words = std::iter::once("longshore").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
        for line in [
            "hold crew add alice.example --permission blob:burn",
            "hold crew set alice.example --tier a --default-tier",
            "hold settings set",
            "hold export",
            "hold import",
        ] {
            let words = std::iter::once("longshore").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_err(), "{line}");
        }
    }
}
