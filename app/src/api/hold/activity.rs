//! What the page shows of who did what in a hold.

#[cfg(feature = "ssr")]
use super::ForThose;
use super::Named;
#[cfg(feature = "ssr")]
use super::upkeep::UpkeepPage;
#[cfg(feature = "ssr")]
use crate::api::error::PageError;
use crate::api::moment::Moment;

/// Groups of actions, as the filter has them.
pub const GROUPS: [&str; 7] = [
    "crew",
    "captaincy",
    "settings",
    "garbage",
    "quota",
    "data",
    "hold",
];

/// Periods, as the filter has them, in days.
pub const PERIODS: [u16; 4] = [1, 7, 30, 90];

/// The log of a hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldActivity {
    /// What was asked for.
    pub query: ActivityQuery,
    /// The latest first.
    pub entries: Vec<ActivityRow>,
    /// Where older ones begin.
    pub next: Option<String>,
    /// Why the person that was typed was not found.
    pub unknown_person: Option<String>,
}

/// What to show of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityQuery {
    /// Handle or DID of somebody, `operator` or `hold`.
    pub person: String,
    /// A group of actions.
    pub action: String,
    /// How many days back; 0 for all that is kept.
    pub days: u16,
    /// The entry behind which to go on.
    pub after: Option<String>,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityRow {
    /// When, for the last time.
    pub at: Moment,
    /// How often within the hour.
    pub times: i64,
    /// Who did it.
    pub who: Doer,
    /// What they did, in the word of the log.
    pub action: String,
    /// To whom, unless it was to themselves or to nobody.
    pub subject: Option<Named>,
    /// More about it, each in a few words.
    pub details: Vec<String>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doer {
    /// Somebody with an account.
    Person(Named),
    /// Whoever has the machine.
    Operator,
    /// The hold by itself.
    Hold,
}

/// Where the page gets it from. The server provides an `Arc<dyn ActivitySource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait ActivitySource: Send + Sync {
    /// The log of a hold, for those who run it.
    async fn activity(
        &self,
        did: &str,
        query: ActivityQuery,
    ) -> Result<ForThose<UpkeepPage<HoldActivity>>, PageError>;
}
