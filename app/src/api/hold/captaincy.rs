//! What the page shows on which a hold is handed over.

#[cfg(feature = "ssr")]
use super::ForThose;
use super::{HoldHead, Named};
#[cfg(feature = "ssr")]
use crate::api::error::PageError;

/// Handing a hold over, or taking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptaincyPage {
    /// What every page of the hold begins with.
    pub head: HoldHead,
    /// What whoever looks can do.
    pub step: CaptaincyStep,
    /// The hold runs in this server, whose configuration names the captain.
    pub names_owner: bool,
    /// Whoever looks signed in a moment ago, as this asks for.
    pub is_fresh: bool,
}

/// What can be done about the captaincy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaptaincyStep {
    /// The captain chooses somebody.
    Offer {
        /// Whom it can be offered to.
        members: Vec<Named>,
    },
    /// The captain has chosen; it is not accepted yet.
    Offered {
        /// Whom.
        to: Named,
    },
    /// It is offered to whoever looks.
    Accept,
}

/// Where the page gets it from. The server provides an `Arc<dyn CaptaincySource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait CaptaincySource: Send + Sync {
    /// The captaincy of a hold, for those whom it concerns.
    async fn captaincy(&self, did: &str) -> Result<ForThose<CaptaincyPage>, PageError>;
}
