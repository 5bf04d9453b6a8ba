//! What the pages about a hold's crew show: all of it, somebody who may join it, and one member.

#[cfg(feature = "ssr")]
use super::ForThose;
use super::{HoldHead, Named, TierView, Usage};
#[cfg(feature = "ssr")]
use crate::api::error::PageError;
use crate::api::moment::Moment;

/// How many members a page shows.
pub const MEMBERS_PER_PAGE: usize = 25;
/// How long an invite may stand, in days.
pub const INVITE_DAYS: [u16; 3] = [1, 7, 30];
/// For how many people an invite may be.
pub const INVITE_USES: [u16; 4] = [1, 5, 25, 100];

/// What to show of the crew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrewQuery {
    /// Members whose handle, DID, role or tier has this in it.
    pub filter: String,
    /// The DID of the last member of the page before.
    pub after: Option<String>,
}

/// The crew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrewPage {
    /// What every page of the hold begins with.
    pub head: HoldHead,
    /// What was asked for.
    pub query: CrewQuery,
    /// How many members there are.
    pub total: usize,
    /// How many of them the filter leaves.
    pub matching: usize,
    /// Those of this page.
    pub members: Vec<CrewRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// The tiers that an invite can give.
    pub tiers: Vec<TierView>,
    /// Invites that still let somebody in.
    pub invites: Vec<InviteRow>,
    /// The address of an invite that was just made: shown this once.
    pub invite_link: Option<String>,
}

/// A member in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrewRow {
    /// Who.
    pub member: Named,
    /// A word for people.
    pub role: String,
    /// What they may do.
    pub permissions: Vec<String>,
    /// The tier that their record names.
    pub tier: Option<String>,
    /// Since when.
    pub added: Moment,
    /// What they use; `None` where it could not be asked.
    pub usage: Option<Usage>,
    /// The captain.
    pub is_captain: bool,
    /// Whoever looks.
    pub is_viewer: bool,
    /// Whoever looks may change and remove them.
    pub may_change: bool,
}

/// An invite in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteRow {
    /// By which a form names it. Opens nothing.
    pub id: String,
    /// What it is for, in the words of whoever made it.
    pub note: String,
    /// Who made it.
    pub by: Named,
    /// How many people it still lets in.
    pub uses_left: u64,
    /// The tier it gives.
    pub tier: Option<String>,
    /// When it ends.
    pub expires: String,
}

/// Somebody who may be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddPage {
    /// What every page of the hold begins with.
    pub head: HoldHead,
    /// What was typed.
    pub typed: String,
    /// Whom it means, once something was typed and they were found.
    pub person: Option<Candidate>,
    /// The quotas there are.
    pub tiers: Vec<TierView>,
}

/// Somebody as their own server describes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub who: Named,
    /// What they call themselves.
    pub display_name: Option<String>,
    /// The address of their picture, if they have one.
    pub avatar: Option<String>,
    /// What they say of themselves.
    pub description: Option<String>,
    /// Where their account lies.
    pub pds: String,
    /// They are in the crew already.
    pub is_member: bool,
}

/// One member, to be changed or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPage {
    /// What every page of the hold begins with.
    pub head: HoldHead,
    /// The member.
    pub row: CrewRow,
    /// The quotas there are.
    pub tiers: Vec<TierView>,
    /// How many different blobs of theirs lie here.
    pub blobs: Option<u64>,
    /// The address of their record in the hold's repo.
    pub record: String,
}

/// Where the pages get the crew from. The server provides an `Arc<dyn CrewSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait CrewSource: Send + Sync {
    /// A page of the crew.
    async fn crew(&self, did: &str, query: CrewQuery) -> Result<ForThose<CrewPage>, PageError>;

    /// Somebody by handle or DID, before they are added.
    async fn add(&self, did: &str, who: &str) -> Result<ForThose<AddPage>, PageError>;

    /// A member.
    async fn member(&self, did: &str, member: &str) -> Result<ForThose<MemberPage>, PageError>;
}
