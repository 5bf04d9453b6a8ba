//! What the list of a repository's tags shows.

use serde::Serialize;

use crate::api::moment::Moment;
use crate::api::person::Owner;

/// Which tags are wanted, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagsQuery {
    /// Part of the tag.
    pub filter: String,
    /// `version` or `newest`.
    pub order: String,
    /// Where the page begins.
    pub after: Option<String>,
}

/// A page of tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TagsPage {
    /// `<owner>/<path>`, as in image names.
    pub name: String,
    /// The name below the owner's.
    pub path: String,
    /// Whose repository.
    pub owner: Owner,
    /// The tags.
    pub tags: Vec<Tag>,
    /// How many the repository has.
    pub total: usize,
    /// How many of them match.
    pub matching: usize,
    /// How many of those stand before this page.
    pub skipped: usize,
    /// `after` of the next page.
    pub next: Option<String>,
    /// The owner's server could not be asked for changes.
    pub is_stale: bool,
}

/// A tag and what it leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    /// The tag.
    pub tag: String,
    /// The manifest.
    pub digest: String,
    /// When it last moved.
    pub pushed_at: Moment,
    /// `image`, `index`, `helm` and so on, where known.
    pub kind: Option<String>,
    /// Bytes of everything it brings, where known.
    pub size: Option<u64>,
    /// The images for each platform.
    pub platforms: Vec<PlatformImage>,
    /// The address of its record: `at://…`.
    pub record: Option<String>,
    /// Signatures and statements attached by tags of their own.
    pub attached: usize,
}

/// An image for one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformImage {
    /// `linux/arm64/v8`, where it says so.
    pub platform: Option<String>,
    /// Its manifest.
    pub digest: String,
    /// Bytes of its blobs.
    pub size: u64,
    /// Bytes of its layers when decompressed, where they were looked into.
    pub unpacked_size: Option<u64>,
}
