//! What the pages say of this server itself: who runs it, what it keeps, and whether it works.

use serde::Serialize;

#[cfg(feature = "ssr")]
use super::home::HoldSummary;

/// The facts that the pages fill into their words.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Host and port as image names carry them.
    pub host: String,
    /// A mail address or web address of whoever runs it.
    pub operator_contact: Option<String>,
    /// The hold in this process.
    pub hold: Option<HoldSummary>,
    /// `SQLite` or `PostgreSQL`.
    pub database: &'static str,
    /// How long a `docker login` with an app password is kept without being used, in hours.
    pub password_session_hours: u64,
    /// How long an unfinished upload is kept, in hours.
    pub upload_hours: u64,
    /// How long the hold keeps bytes that nothing needs any more, in minutes.
    pub grace_minutes: Option<u64>,
    /// How long the hold keeps the events of its repo, in hours.
    pub event_hours: Option<u64>,
}

/// Whether this server works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The version that runs.
    pub version: String,
    /// Everything that pushes and pulls need here works.
    pub is_ready: bool,
    /// Each part.
    pub parts: Vec<Part>,
}

/// Something that this server is made of, or relies on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// `database`, `blobStore`, `hold`, `remoteHold` or `relay`.
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
    /// It works.
    pub works: bool,
    /// In words.
    pub words: String,
}

/// Where the pages get their facts from. The server provides an `Arc<dyn AboutSource>`.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait AboutSource: Send + Sync {
    /// What does not change while the server runs.
    fn facts(&self) -> Facts;
    /// What was true a short while ago at most.
    async fn status(&self) -> Status;
}
