//! `longshore doctor`: looks at everything that a working server needs and says what to do about what
//! is wrong.
//!
//! Changes nothing that stays. Safe beside a running server.

use std::sync::Arc;

use atproto::syntax::AtIdentifier;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde::Serialize;
use url::Url;

use crate::clock::Clock;
use crate::config::Config;

mod folders;
mod listener;
mod network;
mod output;
mod outside;
mod storage;
#[cfg(test)]
mod tests;

pub use output::write_table;
pub use outside::{NetworkOutside, examine_settings};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// Works, or may, but somebody should know.
    Warning,
    /// The server does not work like this.
    Failure,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it came out.
    pub outcome: Outcome,
    /// What was seen.
    pub seen: String,
    /// What to do about it, unless all is well.
    pub advice: Option<String>,
}

impl Check {
    fn ok(name: &'static str, seen: impl Into<String>) -> Self {
        Self {
            name,
            outcome: Outcome::Ok,
            seen: seen.into(),
            advice: None,
        }
    }

    fn warning(name: &'static str, seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            name,
            outcome: Outcome::Warning,
            seen: seen.into(),
            advice: Some(advice.into()),
        }
    }

    fn failure(name: &'static str, seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            name,
            outcome: Outcome::Failure,
            seen: seen.into(),
            advice: Some(advice.into()),
        }
    }
}

/// Every check, in the order in which they are worth reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether no check failed; warnings do not count.
    pub ok: bool,
    /// The checks.
    pub checks: Vec<Check>,
}

/// An HTTP answer, as far as the checks need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The `Date` header.
    pub date: Option<DateTime<Utc>>,
}

/// Why something outside could not be reached, for the operator's eyes.
pub type OutsideError = Box<dyn std::error::Error + Send + Sync>;

/// The way out to the network: the guarded client, or a fake in tests.
#[async_trait::async_trait]
pub trait Outside: Send + Sync {
    /// Asks for a URL. Any status is an answer; redirects are not followed.
    async fn get(&self, url: Url) -> Result<Answer, OutsideError>;

    /// Where the account's PDS is, by its verified identity.
    async fn find_pds(&self, account: &AtIdentifier) -> Result<Url, OutsideError>;
}

/// What the checks work on. A network that could not even be set up comes as its error.
pub struct Patient {
    /// The settings.
    pub config: Config,
    /// Our own time.
    pub clock: Clock,
    /// Opens the blob store, writes, reads back and deletes. Runs once.
    pub blob_store: BoxFuture<'static, Result<(), OutsideError>>,
    /// The network.
    pub outside: Result<Arc<dyn Outside>, OutsideError>,
}

/// Runs every check.
pub async fn examine(patient: Patient) -> Report {
    let Patient {
        config,
        clock,
        blob_store,
        outside,
    } = patient;
    let mut checks = folders::check(&config).await;
    checks.push(storage::check_database(&config).await);
    checks.push(storage::check_blob_store(&config, blob_store).await);
    let (listening, check) = listener::check(config.http.listen).await;
    checks.push(check);
    checks.extend(network::check(&config, &clock, outside, listening).await);
    let ok = checks.iter().all(|check| check.outcome != Outcome::Failure);
    Report { ok, checks }
}

/// An error with its causes, in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(current) = cause {
        text.push_str(": ");
        text.push_str(&current.to_string());
        cause = current.source();
    }
    text
}
