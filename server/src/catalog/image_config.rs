//! The configuration of an image (OCI image-spec `config.md`), read leniently: tools leave much of it out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};

/// Names of environment variables whose values are not shown.
const SECRET_NAMES: [&str; 11] = [
    "AUTH",
    "APIKEY",
    "CREDENTIAL",
    "DSN",
    "KEY",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PRIVATE",
    "SECRET",
    "TOKEN",
];
/// Beginnings of values that are secrets whatever their name.
const SECRET_BEGINNINGS: [&str; 9] = [
    "-----BEGIN",
    "AKIA",
    "eyJ",
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "sk-",
    "xox",
];

/// What an image says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// `linux/arm64/v8`, where both parts are there.
    pub platform: Option<String>,
    /// RFC 3339, as written.
    pub created: Option<String>,
    /// Who made it.
    pub author: Option<String>,
    /// What runs, before arguments.
    pub entrypoint: Vec<String>,
    /// Arguments, or what runs where there is no entry point.
    pub command: Vec<String>,
    /// The folder in which it runs.
    pub working_dir: Option<String>,
    /// As whom it runs; root where it says nothing.
    pub user: Option<String>,
    /// `8080/tcp`.
    pub ports: Vec<String>,
    /// Folders meant for volumes.
    pub volumes: Vec<String>,
    /// How to end it.
    pub stop_signal: Option<String>,
    /// Environment variables in their order.
    pub environment: Vec<(String, ConfigValue)>,
    /// Labels by name.
    pub labels: BTreeMap<String, String>,
    /// What was done to build it, first step first.
    pub history: Vec<HistoryEntry>,
}

/// A value in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigValue {
    /// The value.
    Shown(String),
    /// It looks like a secret, so it stays here.
    Hidden,
}

/// One step of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// RFC 3339, as written.
    pub created: Option<String>,
    /// What was run.
    pub command: String,
    /// Nothing of it is in a layer.
    pub is_empty: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawConfig {
    created: Option<String>,
    author: Option<String>,
    architecture: Option<String>,
    os: Option<String>,
    variant: Option<String>,
    #[serde(deserialize_with = "null_as_default")]
    config: RawExecution,
    #[serde(deserialize_with = "null_as_default")]
    history: Vec<RawHistory>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct RawExecution {
    user: Option<String>,
    #[serde(deserialize_with = "null_as_default")]
    exposed_ports: Keys,
    #[serde(deserialize_with = "null_as_default")]
    env: Vec<String>,
    #[serde(deserialize_with = "null_as_default")]
    entrypoint: Vec<String>,
    #[serde(deserialize_with = "null_as_default")]
    cmd: Vec<String>,
    #[serde(deserialize_with = "null_as_default")]
    volumes: Keys,
    working_dir: Option<String>,
    #[serde(deserialize_with = "null_as_default")]
    labels: BTreeMap<String, String>,
    stop_signal: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawHistory {
    created: Option<String>,
    created_by: Option<String>,
    comment: Option<String>,
    empty_layer: bool,
}

/// The keys of an object whose values say nothing.
#[derive(Default)]
struct Keys(BTreeSet<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = serde_json::Map::deserialize(deserializer)?;
        Ok(Self(object.into_iter().map(|(key, _)| key).collect()))
    }
}

/// Clients written in Go send `null` for what is empty.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl ImageConfig {
    /// Reads a config blob; `None` where it is not one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        // serde would take a list for a struct.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return None;
        }
        let raw: RawConfig = serde_json::from_slice(bytes).ok()?;
        let platform = match (raw.os, raw.architecture) {
            (Some(os), Some(architecture)) => {
                platform_text(&os, &architecture, raw.variant.as_deref())
            }
            _ => None,
        };
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        Some(Self {
            platform,
            created: said(raw.created),
            author: said(raw.author),
            entrypoint: raw.config.entrypoint,
            command: raw.config.cmd,
            working_dir: said(raw.config.working_dir),
            user: said(raw.config.user),
            ports: raw.config.exposed_ports.0.into_iter().collect(),
            volumes: raw.config.volumes.0.into_iter().collect(),
            stop_signal: said(raw.config.stop_signal),
            environment: raw
                .config
                .env
                .iter()
                .map(|line| environment(line))
                .collect(),
            labels: raw.config.labels,
            history: raw.history.into_iter().map(history).collect(),
        })
    }
}

/// `os/architecture/variant`; `None` where it says nothing.
pub fn platform_text(os: &str, architecture: &str, variant: Option<&str>) -> Option<String> {
    if os.is_empty() || architecture.is_empty() || os == "unknown" {
        return None;
    }
    Some(match variant.filter(|variant| !variant.is_empty()) {
        Some(variant) => format!("{os}/{architecture}/{variant}"),
        None => format!("{os}/{architecture}"),
    })
}

fn environment(line: &str) -> (String, ConfigValue) {
    let (name, value) = line.split_once('=').unwrap_or((line, ""));
    let value = if looks_secret(name, value) {
        ConfigValue::Hidden
    } else {
        ConfigValue::Shown(value.to_owned())
    };
    (name.to_owned(), value)
}

fn looks_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    !value.is_empty()
        && (SECRET_NAMES.iter().any(|part| name.contains(part))
            || SECRET_BEGINNINGS
                .iter()
                .any(|beginning| value.starts_with(beginning))
            // user:password in a URL.
            || value
                .split_once("://")
                .and_then(|(_, rest)| rest.split('/').next())
                .and_then(|authority| authority.split_once('@'))
                .is_some_and(|(user, _)| user.contains(':')))
}

fn history(raw: RawHistory) -> HistoryEntry {
    let command = raw.created_by.or(raw.comment).unwrap_or_default();
    HistoryEntry {
        created: raw.created,
        command: tidy_command(&command),
        is_empty: raw.empty_layer,
    }
}

/// Takes off what builders put around a command, so that it reads as in its Dockerfile.
fn tidy_command(command: &str) -> String {
    let command = command.trim();
    let command = command.strip_suffix("# buildkit").unwrap_or(command).trim();
    if let Some(instruction) = command.strip_prefix("/bin/sh -c #(nop)") {
        return instruction.trim().to_owned();
    }
    if let Some(run) = command.strip_prefix("/bin/sh -c") {
        return format!("RUN {}", run.trim());
    }
    command
        .strip_prefix("RUN /bin/sh -c")
        .map_or_else(|| command.to_owned(), |run| format!("RUN {}", run.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_look_like_secrets_are_not_kept() {
        for (line, is_hidden) in [
            ("PATH=/usr/bin", false),
            ("DB_PASSWORD=hunter2", true),
            ("Api_Token=abc", true),
            ("DB_PASSWORD=", false),
            ("HARMLESS=ghp_0123456789", true),
            ("URL=https://user:pass@host/path", true),
            ("URL=https://host/path@v1:2", false),
            ("NAME", false),
        ] {
            assert_eq!(
                environment(line).1 == ConfigValue::Hidden,
                is_hidden,
                "{line}"
            );
        }
    }

    #[test]
    fn commands_read_as_in_their_dockerfile() {
        for (written, shown) in [
            ("/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD [\"bash\"]"),
            ("/bin/sh -c apt-get update", "RUN apt-get update"),
            ("RUN /bin/sh -c make all # buildkit", "RUN make all"),
            ("COPY . /app # buildkit", "COPY . /app"),
        ] {
            assert_eq!(tidy_command(written), shown);
        }
    }

    #[test]
    fn what_go_writes_for_nothing_is_nothing() {
        let config = br#"{"architecture":"arm64","os":"linux","variant":"v8","config":{"Env":null,"Cmd":null,
            "ExposedPorts":null,"Labels":null,"User":""},"history":null,"rootfs":{}}"#;
        let config = ImageConfig::parse(config).unwrap();
        assert_eq!(config.platform.as_deref(), Some("linux/arm64/v8"));
        assert_eq!(config.user, None);
        assert!(ImageConfig::parse(b"{\"config\":null}").is_some());
        assert!(ImageConfig::parse(b"[]").is_none());
    }
}
