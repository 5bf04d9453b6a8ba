//! The settings: read once, at start, from a TOML file and the environment, into one typed section per
//! part of the server.
//!
//! [`settings`] is the table of all names. An unknown, unusable or contradictory setting is refused, and all
//! problems are reported together. Nothing else in the server reads the environment.

use std::path::{Path, PathBuf};

mod address_range;
mod blob_store;
mod database;
mod error;
mod hold;
mod http;
mod identity;
mod limits;
mod oauth;
mod registry;
mod server;
pub mod settings;
mod source;
mod telemetry;
mod template;
#[cfg(test)]
mod tests;
mod value;
mod web;

pub use address_range::AddressRange;
pub use blob_store::BlobStoreConfig;
pub use database::DatabaseConfig;
pub use error::{ConfigError, Problem};
pub use hold::{DidMethod, HoldConfig};
pub use http::HttpConfig;
pub use identity::IdentityConfig;
pub use limits::LimitsConfig;
pub use oauth::OAuthConfig;
pub use registry::RegistryConfig;
pub use server::{Roles, ServerConfig};
pub use source::Environment;
pub use telemetry::{LogFormat, MetricsAccess, TelemetryConfig};
pub use template::{commented_file, list, write_commented_file};
pub use value::Origin;
pub use web::WebConfig;

use source::{Given, Reader};

/// The file that is read when no other is named and it is there.
pub const DEFAULT_FILE: &str = "longshore.toml";

/// All settings, valid and consistent. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Config {
    /// What this process is.
    pub server: ServerConfig,
    /// Where it listens and what the world calls it.
    pub http: HttpConfig,
    /// Where the data is kept.
    pub database: DatabaseConfig,
    /// Where blobs lie.
    pub blob_store: BlobStoreConfig,
    /// The hold in this process: present exactly when the roles name one.
    pub hold: Option<HoldConfig>,
    /// How handles and DIDs are looked up.
    pub identity: IdentityConfig,
    /// Tokens, logins, uploads and their limits.
    pub registry: RegistryConfig,
    /// Who this registry is where people sign in.
    pub oauth: OAuthConfig,
    /// How often one client may do what costs others something.
    pub limits: LimitsConfig,
    /// The web app.
    pub web: WebConfig,
    /// Logs and metrics.
    pub telemetry: TelemetryConfig,
}

impl Config {
    /// Reads the settings of this process. `file` must be there when it is named; otherwise
    /// [`DEFAULT_FILE`] is read if it is there.
    pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Self, ConfigError> {
        let file = match file {
            Some(file) => Some(file.to_owned()),
            None => Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.exists()),
        };
        let text = match &file {
            None => None,
            Some(path) => {
                Some(std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?)
            }
        };
        let name = file
            .as_deref()
            .map(|path| path.display().to_string())
            .unwrap_or_default();
        let binary = std::env::current_exe().ok();
        Self::parse(
            text.as_deref().map(|text| (name.as_str(), text)),
            environment,
            binary.as_deref(),
        )
    }

    /// Reads settings from exactly these environment variables and no file.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Self::parse(None, environment, None)
    }

    fn parse(
        file: Option<(&str, &str)>,
        environment: &Environment,
        binary: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let mut given = Given::default();
        if let Some((name, text)) = file {
            given.add_file(name, text, &mut problems);
        }
        given.add_environment(environment, &mut problems);
        let mut reader = Reader::new(given, problems);
        let config = Self::read(&mut reader, binary);
        match config {
            Some(config) if reader.problems.is_empty() => Ok(config),
            _ => Err(ConfigError {
                problems: reader.problems,
            }),
        }
    }

    /// Reads every section, also after a problem in an earlier one, so that all problems are found.
    fn read(reader: &mut Reader, binary: Option<&Path>) -> Option<Self> {
        let server = server::read(reader);
        let data_dir = server.as_ref().map(|server| server.data_dir.as_path());
        let http = http::read(reader);
        let public_url = http.as_ref().map(|http| &http.public_url);
        let development = server.as_ref().is_none_or(|server| server.development);
        let has_hold = server
            .as_ref()
            .is_some_and(|server| server.roles.has_hold());
        if server.is_some() && development && public_url.is_some_and(|url| !url.is_loopback()) {
            let message = "contradicts http.public_url (LONGSHORE_PUBLIC_URL), which is not on loopback: the \
                           server would reach into its own network for strangers; expected false";
            reader.refuse(&settings::DEVELOPMENT, message.to_owned());
        }

        let database = database::read(reader, data_dir);
        let blob_store = blob_store::read(reader, data_dir);
        let hold = hold::read(reader, has_hold, development, public_url, data_dir);
        let identity = identity::read(reader, development);
        let registry = registry::read(reader, server.as_ref().map(|server| server.roles), data_dir);
        let oauth = oauth::read(reader, data_dir);
        let limits = limits::read(reader);
        let web = web::read(reader, binary);
        let telemetry = telemetry::read(reader, public_url);
        Some(Self {
            server: server?,
            database: database?,
            blob_store: blob_store?,
            hold,
            identity: identity?,
            registry: registry?,
            oauth: oauth?,
            limits: limits?,
            web: web?,
            telemetry: telemetry?,
            http: http?,
        })
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> ConfigError {
    ConfigError {
        problems: vec![Problem {
            setting: path.display().to_string(),
            origin: "settings file".to_owned(),
            message: format!("cannot be read: {error}; `longshore config init` writes one"),
        }],
    }
}
