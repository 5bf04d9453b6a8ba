//! `[server]`: what this process is.

use std::path::PathBuf;

use super::settings::{DATA_DIR, DEVELOPMENT, ROLES};
use super::source::Reader;
use super::value;

/// Which parts of the binary run in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roles {
    /// The registry with its web app, and a hold of its own.
    AppviewAndHold,
    /// The registry with its web app; every hold is elsewhere.
    Appview,
    /// A hold that answers to registries elsewhere.
    Hold,
}

impl Roles {
    /// Whether a hold runs in this process.
    pub fn has_hold(self) -> bool {
        matches!(self, Self::AppviewAndHold | Self::Hold)
    }

    /// Whether the registry runs in this process.
    pub fn has_appview(self) -> bool {
        matches!(self, Self::AppviewAndHold | Self::Appview)
    }
}

/// What this process is.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Which parts run.
    pub roles: Roles,
    /// Folder for everything that has no other place.
    pub data_dir: PathBuf,
    /// Whether http and loopback addresses are allowed for PDSes, the PLC directory and did:web.
    pub development: bool,
}

pub(super) fn read(reader: &mut Reader) -> Option<ServerConfig> {
    let roles = reader.value(&ROLES, parse_roles);
    let data_dir = reader.value(&DATA_DIR, value::path);
    let development = reader.value(&DEVELOPMENT, value::flag);
    Some(ServerConfig {
        roles: roles?,
        data_dir: data_dir?,
        development: development?,
    })
}

fn parse_roles(text: &str) -> Option<Roles> {
    let mut names: Vec<&str> = text.split(',').map(str::trim).collect();
    names.sort_unstable();
    names.dedup();
    match names[..] {
        ["appview", "hold"] => Some(Roles::AppviewAndHold),
        ["appview"] => Some(Roles::Appview),
        ["hold"] => Some(Roles::Hold),
        _ => None,
    }
}
