//! Why the program failed, for the person at the terminal or in the log of a CI job.

use std::error::Error as _;
use std::io;
use std::path::PathBuf;

use crate::registry_address::AddressParseError;

/// A failure. None of the texts has a token in it.
#[derive(Debug, thiserror::Error)]
pub enum HelperError {
    /// Nobody is logged in there.
    #[error("not logged in to {registry}; run: docker-credential-longshore login {registry}")]
    NotLoggedIn {
        /// Where.
        registry: String,
    },
    /// No such account among the logins.
    #[error("{account} is not logged in to {registry}; see: docker-credential-longshore status")]
    NoSuchAccount {
        /// Whom.
        account: String,
        /// Where.
        registry: String,
    },
    /// The registry has to be named.
    #[error("name the registry: {}", known_or_none(known))]
    WhichRegistry {
        /// Where somebody is logged in.
        known: Vec<String>,
    },
    /// Not a host.
    #[error(transparent)]
    Address(#[from] AddressParseError),
    /// There is no place for the logins.
    #[error("HOME is not set; set it, or LONGSHORE_CREDENTIALS_DIR")]
    NoHome,
    /// A file cannot be read or written.
    #[error("{path} cannot be read or written")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{path} is not what it should be; correct or delete it")]
    BadFile {
        /// Which.
        path: PathBuf,
        /// Where.
        #[source]
        source: serde_json::Error,
    },
    /// Another process of ours does not come to an end.
    #[error("another docker-credential-longshore is changing {path}; try again")]
    Locked {
        /// Which.
        path: PathBuf,
    },
    /// A caller's input is not the protocol's.
    #[error("the input is not what Docker's credential helper protocol says: {reason}")]
    Input {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The keychain refused or did not answer.
    #[error("the keychain program {program} failed: {reason}")]
    Keychain {
        /// `docker-credential-…`
        program: String,
        /// What it says.
        reason: String,
    },
    /// The registry cannot be reached.
    #[error("{registry} cannot be reached")]
    Unreachable {
        /// Which.
        registry: String,
        /// Why.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The registry said no, and why.
    #[error("{registry} refused: {reason}")]
    Refused {
        /// Which.
        registry: String,
        /// Its own words.
        reason: String,
    },
    /// The registry's answer is something else.
    #[error("{registry} does not answer as a Longshore registry does")]
    NotLongshore {
        /// Which.
        registry: String,
    },
    /// Somebody chose Deny.
    #[error("the login was denied in the browser")]
    Denied,
    /// Nobody answered in the browser.
    #[error("nobody approved the login in time; run login again")]
    TimedOut,
    /// No way to listen for the browser.
    #[error("no port on 127.0.0.1 can be opened; use --device")]
    Listen(#[source] io::Error),
    /// The system gave no random numbers.
    #[error("the system gave no random numbers")]
    NoRandomness,
    /// Nobody reads the output.
    #[error("the output cannot be written")]
    Output(#[source] io::Error),
}

fn known_or_none(known: &[String]) -> String {
    if known.is_empty() {
        "there is no login yet".to_owned()
    } else {
        known.join(", ")
    }
}

impl HelperError {
    /// In one line, with what lies behind it.
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
