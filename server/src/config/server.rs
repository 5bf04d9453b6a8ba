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
}

impl Roles {
    /// Whether a hold runs in this process.
    pub fn has_hold(self) -> bool {
        matches!(self, Self::AppviewAndHold)
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

/// A list of roles as written.
struct RoleNames {
    appview: bool,
    hold: bool,
}

pub(super) fn read(reader: &mut Reader) -> Option<ServerConfig> {
    let roles = reader.value(&ROLES, parse_roles);
    let data_dir = reader.value(&DATA_DIR, value::path);
    let development = reader.value(&DEVELOPMENT, value::flag);
    let roles = match roles? {
        RoleNames {
            appview: true,
            hold: true,
        } => Roles::AppviewAndHold,
        RoleNames {
            appview: true,
            hold: false,
        } => Roles::Appview,
        RoleNames { appview: false, .. } => {
            let message = "found \"hold\" alone; a hold that answers to registries elsewhere comes with a later \
                           release; expected appview, or appview,hold";
            reader.refuse(&ROLES, message.to_owned());
            return None;
        }
    };
    Some(ServerConfig {
        roles,
        data_dir: data_dir?,
        development: development?,
    })
}

fn parse_roles(text: &str) -> Option<RoleNames> {
    let mut roles = RoleNames {
        appview: false,
        hold: false,
    };
    for name in text.split(',') {
        match name.trim() {
            "appview" => roles.appview = true,
            "hold" => roles.hold = true,
            _ => return None,
        }
    }
    Some(roles)
}
