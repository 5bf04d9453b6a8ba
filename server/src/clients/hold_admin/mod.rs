//! The port through which pages run a hold: the one of this process, and those elsewhere, with the same answers.
//!
//! Whoever is asked for decides: reads are of public records and need nobody's word, and each change names the person
//! who wants it, for whom a hold elsewhere hears it from their own PDS. A hold of other software may lack a method;
//! that is [`HoldAdminError::NotOffered`], and pages say so.

use atproto::syntax::{Datetime, Did};
use url::Url;

use super::hold::{HoldError, HoldUser};
pub use crate::hold::{CrewChange, CrewMember, Quota, Standing, Tier, TierChange};

mod local;
mod local_upkeep;
mod remote;
mod remote_upkeep;
mod upkeep;

pub use local::LocalAdmin;
pub use local_upkeep::Upkeep;
pub use remote::RemoteAdmin;
pub use upkeep::{ActivityList, CollectionList, HoldUpkeep, RelayList};

/// Members that are looked through at most. A hold with more shows these.
pub const MOST_CREW: usize = 5_000;

/// Why a hold did not do, or say, what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HoldAdminError {
    /// It refused, failed or did not answer.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// The software of the hold has no such method.
    #[error("the hold {did} does not offer {method}")]
    NotOffered {
        /// Which hold.
        did: Did,
        /// The method that it lacks.
        method: &'static str,
    },
}

/// What a hold says of itself: its captain record and its profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldAbout {
    /// Who owns it.
    pub captain: Did,
    /// Whether everybody may read.
    pub public: bool,
    /// Whether everybody who is signed in may join.
    pub allow_all_crew: bool,
    /// Whether pushes are announced by posts.
    pub enable_bluesky_posts: bool,
    /// Since when it is there.
    pub deployed_at: Datetime,
    /// Where the blobs are stored.
    pub region: Option<String>,
    /// Who stores them.
    pub provider: Option<String>,
    /// What it calls itself.
    pub display_name: Option<String>,
    /// What it says of itself.
    pub description: Option<String>,
}

/// What a captain changes. `None` leaves as it is; an empty text takes away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// Whether everybody may read.
    pub public: Option<bool>,
    /// Whether everybody who is signed in may join.
    pub allow_all_crew: Option<bool>,
    /// Whether pushes are announced by posts.
    pub enable_bluesky_posts: Option<bool>,
    /// Where the blobs are stored, at most 64 bytes.
    pub region: Option<String>,
    /// Who stores them, at most 64 bytes.
    pub provider: Option<String>,
    /// What the hold calls itself, at most 64 characters.
    pub display_name: Option<String>,
    /// What it says of itself, at most 256 characters.
    pub description: Option<String>,
}

/// What the operator of a hold said in its configuration, which no page can change. Its captain is named there too
/// (`HOLD_OWNER`), and so are its tiers (`HOLD_QUOTA_TIERS`, `HOLD_DEFAULT_TIER`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configured {
    /// Settings that the next start sets again, with their values, by the names of the configuration.
    pub settings: Vec<(&'static str, bool)>,
}

/// The quotas of a hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TierList {
    /// The lowest first. None: nobody has a limit.
    pub tiers: Vec<Tier>,
    /// The name of the one that members without one have.
    pub default: Option<String>,
}

/// That a hold answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldHealth {
    /// The version of its software, as it says.
    pub version: Option<String>,
    /// What it keeps blobs in (`folder`, `bucket`), where it says so.
    pub storage: Option<String>,
}

/// A hold, as captains and pages see it. Each change is decided by the hold, in the same transaction.
#[async_trait::async_trait]
pub trait HoldAdmin: HoldUpkeep {
    /// The hold's DID.
    fn did(&self) -> &Did;

    /// The origin at which it answers.
    fn endpoint(&self) -> &Url;

    /// What its operator fixed. `None` for a hold elsewhere, of which it is not known.
    fn configured(&self) -> Option<&Configured>;

    /// Whether it answers. [`HoldError::Unreachable`] when it does not.
    async fn health(&self) -> Result<HoldHealth, HoldAdminError>;

    /// What it says of itself, as it is now.
    async fn about(&self) -> Result<HoldAbout, HoldAdminError>;

    /// What somebody (`None`: nobody in particular) is to the hold, as its records say now.
    async fn standing(&self, person: Option<&Did>) -> Result<Standing, HoldAdminError>;

    /// The whole crew by DID, [`MOST_CREW`] at most.
    async fn list_crew(&self) -> Result<Vec<CrewMember>, HoldAdminError>;

    /// A member, or `None`.
    async fn find_crew_member(&self, member: &Did) -> Result<Option<CrewMember>, HoldAdminError>;

    /// Adds a member or changes one.
    async fn set_crew_member(
        &self,
        by: &HoldUser,
        member: &Did,
        change: CrewChange,
    ) -> Result<(), HoldAdminError>;

    /// Removes a member. What they stored stays, and stays theirs.
    async fn remove_crew_member(&self, by: &HoldUser, member: &Did) -> Result<(), HoldAdminError>;

    /// Takes somebody in who asks for it, where everybody may join.
    async fn request_crew(&self, person: &HoldUser) -> Result<(), HoldAdminError>;

    /// The quotas there are.
    async fn tiers(&self) -> Result<TierList, HoldAdminError>;

    /// What somebody uses and may use.
    async fn quota_of(&self, person: &Did) -> Result<Quota, HoldAdminError>;

    /// Changes what the captain decides.
    async fn change_settings(
        &self,
        by: &HoldUser,
        change: SettingsChange,
    ) -> Result<(), HoldAdminError>;

    /// Offers the captaincy to a member, instead of any earlier offer.
    async fn offer_captaincy(&self, by: &HoldUser, member: &Did) -> Result<(), HoldAdminError>;

    /// Takes the offer back.
    async fn withdraw_captaincy(&self, by: &HoldUser) -> Result<(), HoldAdminError>;

    /// Whom the captaincy is offered to, for the captain and for whom it is offered to; `None` for everybody else.
    async fn captaincy_offered_to(&self, by: &HoldUser) -> Result<Option<Did>, HoldAdminError>;

    /// Takes the offered captaincy over.
    async fn accept_captaincy(&self, by: &HoldUser) -> Result<(), HoldAdminError>;
}
