//! What the first page of a repository shows.

use serde::Serialize;

use super::tags::Tag;
use crate::api::person::Owner;

/// A repository at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they have nothing to do with each other"
)]
pub struct Overview {
    /// `<owner>/<path>`, as in image names.
    pub name: String,
    /// The name below the owner's.
    pub path: String,
    /// Whose it is.
    pub owner: Owner,
    /// Host and port of this registry, as in image names.
    pub registry_host: String,
    /// Clients must be told that this server speaks plain HTTP.
    #[serde(skip)]
    pub plain_http: bool,
    /// The tag to pull: `latest`, else the newest version.
    pub tag: Option<Tag>,
    /// The tags that moved last.
    pub recent: Vec<Tag>,
    /// How many tags there are.
    pub tag_count: usize,
    /// What the owner says, as safe HTML.
    #[serde(skip)]
    pub readme_html: Option<String>,
    /// What the owner says, as written.
    pub readme: Option<String>,
    /// A line of it.
    pub summary: Option<String>,
    /// `org.opencontainers.image.licenses`.
    pub licence: Option<String>,
    /// `org.opencontainers.image.source`, where that is a web address.
    pub source: Option<String>,
    /// Other annotations of the tag to pull, by name.
    pub annotations: Vec<(String, String)>,
    /// Bytes of distinct blobs, where known.
    pub size: Option<u64>,
    /// Pulls counted at the hold here.
    pub pulls: u64,
    /// Address of its picture, where it has one.
    pub avatar: Option<String>,
    /// Stars that are known here: given here, or seen in somebody's repo.
    pub stars: u64,
    /// Whether the reader gave one.
    #[serde(skip)]
    pub is_starred: bool,
    /// The reader allowed this registry to write stars.
    #[serde(skip)]
    pub may_star: bool,
    /// Patterns of tags that are neither moved nor deleted.
    pub immutable_tags: Vec<String>,
    /// The DID of the hold that has the blobs.
    pub hold: Option<String>,
    /// Addresses of the records that say all this, with what each is.
    pub records: Vec<(RecordKind, String)>,
    /// The owner's server could not be asked for changes.
    pub is_stale: bool,
}

/// What a record is that says something of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum RecordKind {
    /// The tag to pull.
    Tag,
    /// What it leads to.
    Manifest,
    /// What the owner says.
    Description,
}
