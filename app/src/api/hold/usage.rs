//! What the page shows about what takes up a hold.

#[cfg(feature = "ssr")]
use super::ForThose;
use super::upkeep::Said;
#[cfg(feature = "ssr")]
use super::upkeep::UpkeepPage;
use super::{Named, Usage};
#[cfg(feature = "ssr")]
use crate::api::error::PageError;
use crate::api::moment::Moment;

/// What takes up a hold. Everything in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldUsage {
    /// Of every blob that exists or waits in quarantine.
    pub stored: u64,
    /// How many these are.
    pub stored_blobs: u64,
    /// Of those that images use, each counted once.
    pub used: u64,
    /// People, those first who use most.
    pub people: Vec<PersonRow>,
    /// Repositories, those first that use most.
    pub repositories: Vec<RepositoryRow>,
    /// One for each day, the oldest first.
    pub samples: Vec<Sample>,
    /// The repository that was chosen, and what removing some of its tags would free.
    pub chosen: Option<ChosenRepository>,
}

/// What one person uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Who.
    pub who: Named,
    /// What they use of what they may.
    pub usage: Usage,
    /// What nobody else uses.
    pub exclusive: u64,
    /// Repositories with something in the hold.
    pub repositories: u64,
}

/// What one repository uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryRow {
    /// Whose it is.
    pub owner: Named,
    /// Its name without the owner.
    pub path: String,
    /// All of it.
    pub bytes: u64,
    /// What no other repository uses.
    pub exclusive: u64,
    /// Images.
    pub manifests: u64,
}

/// What the hold had on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When it was looked at.
    pub at: Moment,
    /// Days since 1970-01-01.
    pub day: i64,
    /// Of every blob.
    pub stored: u64,
    /// Of those that images use.
    pub used: u64,
}

/// A repository of which some tags may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenRepository {
    /// `<owner DID>/<path>`, as the form names it.
    pub value: String,
    /// Whose it is.
    pub owner: Named,
    /// Its name without the owner.
    pub path: String,
    /// Its tags, those that moved last first, or why they are not known.
    pub tags: Result<Vec<TagChoice>, &'static str>,
    /// What removing the chosen ones would do.
    pub removal: Option<Said<RemovalView>>,
}

/// A tag that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagChoice {
    /// The tag.
    pub tag: String,
    /// When it last moved.
    pub moved: Moment,
    /// It is chosen.
    pub is_chosen: bool,
}

/// What removing tags, with the images that no other tag needs, would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemovalView {
    /// How many tags.
    pub tags: u64,
    /// Images that would go with them.
    pub manifests: u64,
    /// Images that stay, as other tags lead to them.
    pub kept_manifests: u64,
    /// What the owner's quota gets back at once.
    pub quota: u64,
    /// What the collection of garbage frees then.
    pub freed: u64,
    /// Blobs that it frees.
    pub freed_blobs: u64,
    /// What they use and something else needs.
    pub still_used: u64,
}

/// What somebody wants to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageQuery {
    /// A repository, `<owner DID>/<path>`.
    pub repository: String,
    /// Tags of it.
    pub tags: Vec<String>,
}

/// Where the page gets it from. The server provides an `Arc<dyn UsageSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait UsageSource: Send + Sync {
    /// What takes up a hold, for those who run it.
    async fn usage(
        &self,
        did: &str,
        query: UsageQuery,
    ) -> Result<ForThose<UpkeepPage<HoldUsage>>, PageError>;
}
