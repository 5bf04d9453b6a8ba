//! What the page shows of what somebody uses of what they may, in every hold.

use crate::api::hold::{Named, Usage};

/// The holds that somebody uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuotaPage {
    /// Each of them.
    pub holds: Vec<HoldQuota>,
}

/// What somebody uses in one hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldQuota {
    /// Its DID.
    pub did: String,
    /// What it calls itself.
    pub name: String,
    /// Who owns it.
    pub captain: Option<Named>,
    /// Where pushes go.
    pub is_default: bool,
    /// What they use, or why that is not known.
    pub usage: Result<Usage, String>,
}

/// Where the page gets it from. The server provides an `Arc<dyn QuotaSource>` of the person who looks.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait QuotaSource: Send + Sync {
    /// The holds as they answer now.
    async fn quota_page(&self) -> QuotaPage;
}
