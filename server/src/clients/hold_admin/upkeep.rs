//! The part of the port through which captains look after a hold: what takes up its space and frees it, how it stands
//! on the network, and who did what.
//!
//! Holds of ours alone offer these methods; of others it is said that they do not.

use atproto::syntax::Did;
use oci::{Digest, RepositoryPath};
use serde::{Deserialize, Serialize};

use super::HoldAdminError;
use crate::clients::hold::HoldUser;
use crate::hold::{
    ActivityFilter, CollectionAnswer, CollectionRun, NetworkStatus, NotedActivity, RelayState,
    Removal, UsageReport,
};

/// A hold, as those who look after it see it. Each call is decided by the hold: for its captain and its members with
/// `crew:admin`.
#[async_trait::async_trait]
pub trait HoldUpkeep: Send + Sync {
    /// What takes up the hold.
    async fn usage(&self, by: &HoldUser) -> Result<UsageReport, HoldAdminError>;

    /// What removing these manifests of a repository would free; also for its owner.
    async fn removal(
        &self,
        by: &HoldUser,
        owner: &Did,
        repository: &RepositoryPath,
        manifests: &[Digest],
    ) -> Result<Removal, HoldAdminError>;

    /// What a collection of garbage would free now, and what it would keep and why.
    async fn dry_run(&self, by: &HoldUser) -> Result<CollectionAnswer, HoldAdminError>;

    /// Starts a collection, or gives the name of the one that is under way.
    async fn start_collection(&self, by: &HoldUser) -> Result<String, HoldAdminError>;

    /// Ends a collection early. `false` when it is over.
    async fn stop_collection(&self, by: &HoldUser, id: &str) -> Result<bool, HoldAdminError>;

    /// Collections from the latest on, older than `before`.
    async fn collections(
        &self,
        by: &HoldUser,
        before: Option<&str>,
        limit: u16,
    ) -> Result<Vec<CollectionRun>, HoldAdminError>;

    /// How the hold stands on the network, with what its relays say.
    async fn network(&self, by: &HoldUser) -> Result<NetworkStatus, HoldAdminError>;

    /// Has the relays asked to follow the hold. Returns what came of it.
    async fn request_crawl(&self, by: &HoldUser) -> Result<Vec<RelayState>, HoldAdminError>;

    /// Who did what when, from the latest on.
    async fn activity(
        &self,
        by: &HoldUser,
        filter: &ActivityFilter,
        limit: u16,
    ) -> Result<Vec<NotedActivity>, HoldAdminError>;
}

/// An answer with collections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionList {
    /// The latest first.
    pub collections: Vec<CollectionRun>,
    /// Where the next page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// An answer with entries of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityList {
    /// The latest first.
    pub entries: Vec<NotedActivity>,
    /// Where the next page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// An answer about relays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayList {
    /// Each relay of the hold's settings.
    pub relays: Vec<RelayState>,
}
