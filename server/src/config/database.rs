//! `[database]`: where the data is kept.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::settings::{DATABASE_URL, HOLD_DATABASE_PATH};
use super::source::Reader;
use super::value;
use crate::db::DatabaseLocation;

/// Where the data is kept. The address of a PostgreSQL server may hold its password.
#[derive(Debug, Clone)]
pub enum DatabaseConfig {
    /// One file, for one process.
    Sqlite(PathBuf),
    /// `postgres://…`, for any number of replicas.
    Postgres(SecretString),
}

impl DatabaseConfig {
    /// What [`Database::connect`](crate::db::Database::connect) takes.
    pub fn location(&self) -> DatabaseLocation {
        match self {
            Self::Sqlite(path) => DatabaseLocation::Sqlite(path.clone()),
            Self::Postgres(url) => DatabaseLocation::Postgres(url.expose_secret().to_owned()),
        }
    }

    /// What may be shown: the file, or the server without user and password.
    pub fn display(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("SQLite, {}", path.display()),
            Self::Postgres(url) => {
                let url = Url::parse(url.expose_secret()).ok();
                let host = url
                    .as_ref()
                    .and_then(Url::host_str)
                    .unwrap_or("local socket");
                let database = url.as_ref().map_or("", Url::path);
                format!("PostgreSQL, {host}{database}")
            }
        }
    }
}

pub(super) fn read(reader: &mut Reader, data_dir: Option<&Path>) -> Option<DatabaseConfig> {
    let hold_path = reader.optional(&HOLD_DATABASE_PATH, value::path);
    if reader.is_given(&DATABASE_URL) {
        if reader.is_given(&HOLD_DATABASE_PATH) {
            let message = "contradicts database.url (DATABASE_URL): the registry and its hold share one database; \
                           expected only one of the two";
            reader.refuse(&HOLD_DATABASE_PATH, message.to_owned());
        }
        return reader.optional(&DATABASE_URL, parse);
    }
    reader.note_read(&DATABASE_URL);
    match hold_path {
        Some(path) => Some(DatabaseConfig::Sqlite(path)),
        None => Some(DatabaseConfig::Sqlite(data_dir?.join("longshore.db"))),
    }
}

fn parse(text: &str) -> Option<DatabaseConfig> {
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        // A database in memory would forget every acknowledged push.
        let is_file = !path.is_empty() && !path.contains(":memory:") && !path.contains('?');
        return is_file.then(|| DatabaseConfig::Sqlite(PathBuf::from(path)));
    }
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "postgres" | "postgresql")
        .then(|| DatabaseConfig::Postgres(SecretString::from(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_file_or_a_postgres_url() {
        for text in [
            "sqlite:data/x.db",
            "sqlite:///var/lib/x.db",
            "postgres://u:p@db/x",
            "postgresql://db/x",
        ] {
            assert!(parse(text).is_some(), "{text}");
        }
        for text in [
            "x.db",
            "sqlite:",
            "sqlite::memory:",
            "mysql://db/x",
            "sqlite:x?mode=memory",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_password_is_not_displayed() {
        let config = parse("postgres://shore:hunter2@db.example/longshore").unwrap();
        assert_eq!(config.display(), "PostgreSQL, db.example/longshore");
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
