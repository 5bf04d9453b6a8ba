//! The environment, read once.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::HelperError;

/// What the process was started with.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `HOME`
    pub home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`
    pub config_home: Option<PathBuf>,
    /// `LONGSHORE_CREDENTIALS_DIR`
    pub credentials_dir: Option<PathBuf>,
    /// `LONGSHORE_ACCOUNT`: a handle or a DID
    pub account: Option<String>,
    /// `LONGSHORE_KEYCHAIN`: `file`, or the name behind `docker-credential-`
    pub keychain: Option<String>,
    /// `DOCKER_CONFIG`: docker's folder
    pub docker_config: Option<PathBuf>,
    /// `BROWSER`
    pub browser: Option<OsString>,
    /// A graphical session is at hand (`DISPLAY`, `WAYLAND_DISPLAY`).
    pub has_display: bool,
    /// The person sits at another computer (`SSH_CONNECTION`, `SSH_TTY`).
    pub is_remote: bool,
    /// `DBUS_SESSION_BUS_ADDRESS`: without it there is no secret service.
    pub has_session_bus: bool,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        Self {
            home: path("HOME"),
            config_home: path("XDG_CONFIG_HOME"),
            credentials_dir: path("LONGSHORE_CREDENTIALS_DIR"),
            account: text("LONGSHORE_ACCOUNT"),
            keychain: text("LONGSHORE_KEYCHAIN"),
            docker_config: path("DOCKER_CONFIG"),
            browser: value("BROWSER"),
            has_display: value("DISPLAY").is_some() || value("WAYLAND_DISPLAY").is_some(),
            is_remote: value("SSH_CONNECTION").is_some() || value("SSH_TTY").is_some(),
            has_session_bus: value("DBUS_SESSION_BUS_ADDRESS").is_some(),
        }
    }

    /// The folder of the logins.
    pub fn credentials_dir(&self) -> Result<PathBuf, HelperError> {
        let config_home = || match &self.config_home {
            Some(folder) => Some(folder.clone()),
            None => Some(self.home.as_ref()?.join(".config")),
        };
        self.credentials_dir
            .clone()
            .or_else(|| Some(config_home()?.join("longshore")))
            .ok_or(HelperError::NoHome)
    }

    /// Docker's configuration file.
    pub fn docker_config_file(&self) -> Result<PathBuf, HelperError> {
        let folder = match &self.docker_config {
            Some(folder) => folder.clone(),
            None => self
                .home
                .as_ref()
                .ok_or(HelperError::NoHome)?
                .join(".docker"),
        };
        Ok(folder.join("config.json"))
    }
}

/// Set and not empty.
fn value(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn path(name: &str) -> Option<PathBuf> {
    value(name).map(PathBuf::from)
}

fn text(name: &str) -> Option<String> {
    value(name)?.into_string().ok()
}
