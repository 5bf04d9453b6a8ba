//! What everybody sees of a hold.

use serde::Serialize;

use super::{HoldHead, Named, TierView, Usage};
#[cfg(feature = "ssr")]
use crate::api::error::PageError;
use crate::api::moment::Moment;

/// The first page of a hold.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a hold says yes or no to each"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicHold {
    /// What every page of it begins with.
    #[serde(skip)]
    pub head: HoldHead,
    /// Its lasting name.
    pub did: String,
    /// What it calls itself.
    pub name: String,
    /// What it says of itself.
    pub description: Option<String>,
    /// Who owns it.
    pub captain: Named,
    /// Everybody may read.
    pub public: bool,
    /// Everybody who is signed in may join.
    pub open_registration: bool,
    /// Pushes are announced by posts.
    pub bluesky_posts: bool,
    /// Where the blobs are stored, as it says.
    pub region: Option<String>,
    /// Who stores them, as it says.
    pub provider: Option<String>,
    /// Since when it is there.
    pub since: Moment,
    /// Where it answers.
    pub endpoint: String,
    /// Members, the captain among them; `None` where they could not be counted.
    pub crew_size: Option<usize>,
    /// `folder` or `bucket`, where it says so.
    pub storage: Option<String>,
    /// Whether it answers now.
    pub answers: bool,
    /// The version of its software, as it says.
    pub version: Option<String>,
    /// The quotas that members can have.
    pub tiers: Vec<TierView>,
    /// What whoever looks uses of it, where they are in the crew.
    #[serde(skip)]
    pub own_usage: Option<Usage>,
    /// The captaincy is offered to whoever looks.
    #[serde(skip)]
    pub is_offered: bool,
    /// To join, the viewer has to allow it at their own server first.
    #[serde(skip)]
    pub join_needs_permission: bool,
}

/// Where the page gets a hold from. The server provides an `Arc<dyn HoldSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait HoldSource: Send + Sync {
    /// A hold by its DID.
    async fn hold(&self, did: &str) -> Result<PublicHold, PageError>;
}
