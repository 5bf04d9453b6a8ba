//! What the pages show on which owners describe their repositories, decide about them and delete from them: to
//! nobody but the owner.

use crate::api::moment::Moment;
use crate::api::person::Owner;

/// Which repository it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// `<owner>/<path>`, as in image names.
    pub name: String,
    /// The name below the owner's.
    pub path: String,
    /// Whose it is.
    pub owner: Owner,
    /// The owner allowed this registry to write what the page is about.
    pub may_write: bool,
}

/// What an owner says of a repository, as it is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditPage {
    /// Which repository.
    pub repository: Named,
    /// Markdown.
    pub description: String,
    /// Address of the picture.
    pub avatar: Option<String>,
    /// The version of the record that is edited; empty: there is none yet.
    pub version: String,
    /// What was written, as safe HTML, for whoever wants to see it first.
    pub preview_html: Option<String>,
    /// What others wrote meanwhile.
    pub conflict: Option<String>,
    /// Why nothing was saved.
    pub problem: Option<String>,
}

/// What an owner decided about a repository, as it is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsPage {
    /// Which repository.
    pub repository: Named,
    /// Patterns of tags that are neither moved nor deleted, one on a line.
    pub immutable_tags: String,
    /// Retention rules, as they stand in the form.
    pub rules: Vec<RuleForm>,
    /// After how many days manifests without tags go; empty: never.
    pub untagged_after_days: String,
    /// The rules apply once a day.
    pub enabled: bool,
    /// The version of the record that is edited; empty: there is none yet.
    pub version: String,
    /// What was just done.
    pub done: Option<&'static str>,
    /// Why nothing was saved.
    pub problem: Option<String>,
    /// What was deleted before, the last first.
    pub history: Vec<DeletionCard>,
}

/// A retention rule as it stands in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleForm {
    /// Pattern of tags.
    pub tags: String,
    /// How many of the newest stay; may be empty.
    pub keep_newest: String,
    /// How old the others must be; may be empty.
    pub older_than_days: String,
}

/// What a deletion would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletePage {
    /// Which repository.
    pub repository: Named,
    /// What is to be deleted.
    pub what: DeleteWhat,
    /// Tags that go, with what they point to and whether they only attach something.
    pub tags: Vec<PlannedTag>,
    /// Manifests that go.
    pub manifests: Vec<String>,
    /// Manifests that stay although a tag of them goes, with the reason.
    pub kept: Vec<(String, KeptBecause)>,
    /// Tags that were chosen and stay, with the pattern that makes them immutable.
    pub immutable: Vec<(String, String)>,
    /// Bytes that the owner's quota gets back; `None`: the hold does not tell.
    pub quota: Option<u64>,
    /// Bytes that the hold can free.
    pub space: Option<u64>,
    /// Shows that what is confirmed is what was shown.
    pub fingerprint: String,
    /// They signed in a short while ago, as deleting everything asks for.
    pub is_fresh: bool,
    /// Why nothing was done.
    pub problem: Option<String>,
}

/// What is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeleteWhat {
    /// Tags that were chosen.
    Tags(Vec<String>),
    /// Tags with this in them.
    Matching(String),
    /// What the retention rules say.
    Rules,
    /// Everything.
    Everything,
}

/// A tag that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedTag {
    /// The tag.
    pub tag: String,
    /// What it points to.
    pub digest: String,
    /// It was not chosen, but attaches something to what goes.
    pub is_attached: bool,
}

/// Why a manifest stays although a tag of it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptBecause {
    /// Other tags lead to it.
    Tagged {
        /// A few of them.
        tags: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// It belongs to an index that stays: its digest, shortened.
    PartOf(String),
    /// It speaks about a manifest that stays: its digest, shortened.
    SpeaksAbout(String),
    /// It could not be read.
    Unknown,
}

/// A deletion in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionCard {
    /// Names it in addresses.
    pub id: String,
    /// `tags`, `repository` or `retention`.
    pub cause: String,
    /// How far it is.
    pub progress: Progress,
    /// Why it stopped.
    pub problem: Option<String>,
    /// When it began.
    pub started: Moment,
    /// Tags that are gone, and all.
    pub tags: (u64, u64),
    /// Manifests that are gone, and all.
    pub manifests: (u64, u64),
    /// Steps that are done, and all.
    pub steps: (u64, u64),
    /// Bytes that the owner's quota got back, where that is known.
    pub freed: Option<u64>,
}

/// How far a deletion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It goes on.
    Running,
    /// Everything was deleted.
    Done,
    /// It stopped, or some of it could not be deleted.
    Stopped,
}

/// A deletion under way or done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionPage {
    /// Which repository.
    pub repository: Named,
    /// The deletion.
    pub deletion: DeletionCard,
    /// Each step.
    pub steps: Vec<DeletionStep>,
    /// How far it is, as its JSON says.
    pub state: String,
}

/// One thing that is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionStep {
    /// What it is.
    pub kind: StepKind,
    /// The tag, the digest or the name of the record.
    pub name: String,
    /// It is gone.
    pub is_done: bool,
    /// Why it is not.
    pub failure: Option<String>,
}

/// What one step deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A tag.
    Tag,
    /// A manifest.
    Manifest,
    /// A record that describes the repository.
    Record,
}

/// Where the pages get what they show. The server provides an `Arc<dyn OwnerSource>` of the person who looks, where
/// somebody is signed in.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait OwnerSource: Send + Sync {
    /// What the owner says of a repository.
    async fn edit(&self, name: &str) -> Result<EditPage, crate::api::error::PageError>;

    /// What the owner decided about it.
    async fn settings(&self, name: &str) -> Result<SettingsPage, crate::api::error::PageError>;

    /// What the deletion that the address asks for would do.
    async fn delete(&self, name: &str) -> Result<DeletePage, crate::api::error::PageError>;

    /// A deletion.
    async fn deletion(
        &self,
        name: &str,
        id: &str,
    ) -> Result<DeletionPage, crate::api::error::PageError>;
}
