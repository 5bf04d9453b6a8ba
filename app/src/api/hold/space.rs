//! What the page shows on which the space of a hold is freed.

use serde::Serialize;

#[cfg(feature = "ssr")]
use super::ForThose;
#[cfg(feature = "ssr")]
use super::upkeep::UpkeepPage;
#[cfg(feature = "ssr")]
use crate::api::error::PageError;
use crate::api::moment::Moment;

/// The collection of garbage in a hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldSpace {
    /// The one that is under way.
    pub running: Option<CollectionView>,
    /// Those before, the latest first.
    pub history: Vec<CollectionView>,
    /// Where older ones begin.
    pub next: Option<String>,
    /// What one would do now, where that was asked.
    pub plan: Option<CollectionPlan>,
}

/// A collection of garbage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectionView {
    /// Its name.
    pub id: String,
    /// Who started it, in words.
    pub by: String,
    /// When.
    pub started: Moment,
    /// How long it took, in words.
    pub took: Option<String>,
    /// `running`, `stopping`, `done`, `stopped`, `failed` or `interrupted`.
    pub state: &'static str,
    /// What it is at, in words.
    pub phase: &'static str,
    /// Records and blobs that it has looked at.
    pub looked_at: u64,
    /// Bytes that are free now.
    pub freed: u64,
    /// Blobs that it has removed.
    pub freed_blobs: u64,
    /// Bytes that went into quarantine.
    pub quarantined: u64,
    /// Who stopped it, or why it failed.
    pub remark: Option<String>,
}

#[cfg(feature = "ssr")]
impl CollectionView {
    /// How far it is, in words.
    pub fn words(&self) -> String {
        use crate::{t, text};
        t!(
            "space-progress",
            phase = self.phase,
            looked_at = self.looked_at,
            freed = text::bytes(self.freed),
            quarantined = text::bytes(self.quarantined)
        )
    }
}

/// What a collection would do now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectionPlan {
    /// How long what nothing uses is kept, in words.
    pub grace: String,
    /// Bytes that it would free.
    pub freed: u64,
    /// Bytes that the next one would free, once the grace is over again.
    pub later: u64,
    /// What would go, by why.
    pub goes: Vec<Reason>,
    /// What would stay, by why.
    pub stays: Vec<Reason>,
    /// The first of the blobs that would go.
    pub items: Vec<PlannedBlob>,
    /// How many go that are not listed.
    pub more: u64,
}

/// Blobs with one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Why they go or stay.
    pub why: &'static str,
    /// How many.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// A blob that would go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedBlob {
    /// Which.
    pub digest: String,
    /// Its bytes.
    pub bytes: u64,
    /// What becomes of it, in words.
    pub fate: &'static str,
}

/// Where the page gets it from. The server provides an `Arc<dyn SpaceSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait SpaceSource: Send + Sync {
    /// Collections of a hold, for those who run it; `plan` asks what one would do now.
    async fn space(
        &self,
        did: &str,
        before: Option<String>,
        plan: bool,
    ) -> Result<ForThose<UpkeepPage<HoldSpace>>, PageError>;
}
