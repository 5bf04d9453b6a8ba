//! What the page shows to which an invite leads.

#[cfg(feature = "ssr")]
use crate::api::error::PageError;

use super::{HoldHead, Named};

/// An invite to a crew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinPage {
    /// What every page of the hold begins with.
    pub head: HoldHead,
    /// What the link carried.
    pub invite: String,
    /// What it is good for.
    pub state: InviteState,
}

/// What an invite is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InviteState {
    /// It lets whoever looks in.
    Good {
        /// Who invites.
        by: Named,
        /// The tier it gives.
        tier: Option<String>,
    },
    /// Whoever looks is in the crew already.
    Member,
    /// It has ended, was used up or taken back, or never was one.
    Ended,
}

/// Where the page gets it from. The server provides an `Arc<dyn JoinSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait JoinSource: Send + Sync {
    /// What an invite to a hold is good for.
    async fn join(&self, did: &str, invite: &str) -> Result<JoinPage, PageError>;
}
