//! What the page about a hold's quotas shows.

#[cfg(feature = "ssr")]
use super::ForThose;
use super::crew::CrewRow;
use super::{HoldHead, TierView};
#[cfg(feature = "ssr")]
use crate::api::error::PageError;

/// The quotas, and who is near theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotasPage {
    /// What every page of the hold begins with.
    pub head: HoldHead,
    /// The quotas there are, with how many members have each.
    pub tiers: Vec<(TierView, usize)>,
    /// Members whose record names a tier that there is not; the default counts for them.
    pub unknown: usize,
    /// Members who use 80 % of theirs and more, the fullest first.
    pub pressed: Vec<CrewRow>,
    /// Members whose record names a tier of their own, which is not the default.
    pub overrides: Vec<CrewRow>,
    /// How many members were looked at.
    pub looked_at: usize,
    /// How many there are.
    pub total: usize,
    /// The hold does not say which quotas it has.
    pub is_silent: bool,
}

/// Where the page gets the quotas from. The server provides an `Arc<dyn QuotasSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait QuotasSource: Send + Sync {
    /// The quotas of a hold.
    async fn quotas(&self, did: &str) -> Result<ForThose<QuotasPage>, PageError>;
}
