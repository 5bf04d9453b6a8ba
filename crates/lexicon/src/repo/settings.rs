//! `dev.longshore.repository.settings`: what an owner decided about a repository.

use atproto::syntax::Datetime;
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, limits, nsid};

const MAX_REPOSITORY_BYTES: usize = 256;
const MAX_PATTERN_BYTES: usize = 128;

/// The settings of a repository, in its owner's PDS: whoever serves the repository finds them there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct RepositorySettings {
    /// The repository within the owner's namespace, at most 256 bytes.
    pub repository: String,
    /// Patterns of tags that are neither moved nor deleted; `*` stands for any characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub immutable_tags: Option<Vec<String>>,
    /// Which tags and manifests go by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// When something was first decided.
    pub created_at: Datetime,
    /// When the settings were last changed.
    pub updated_at: Datetime,
}

/// Rules by which tags and manifests are deleted: `dev.longshore.repository.settings#retention`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Retention {
    /// Applied once a day, and not only when the owner asks.
    pub enabled: bool,
    /// A tag goes when any of them says so.
    pub rules: Vec<RetentionRule>,
    /// Manifests that no tag leads to go after so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untagged_after_days: Option<u32>,
}

/// Of the tags that match, those go that are not among the newest and are old enough:
/// `dev.longshore.repository.settings#rule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetentionRule {
    /// Pattern of tags; `*` stands for any characters.
    pub tags: String,
    /// So many of the tags that match stay, those that moved last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_newest: Option<u32>,
    /// Only tags that last moved longer ago go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older_than_days: Option<u32>,
}

impl_record_serde!(RepositorySettings, nsid::REPOSITORY_SETTINGS);

impl Record for RepositorySettings {
    const NSID: &'static str = nsid::REPOSITORY_SETTINGS;

    fn validate(&self) -> Result<(), LexiconViolation> {
        limits::max_length("repository", &self.repository, MAX_REPOSITORY_BYTES)?;
        for pattern in self.immutable_tags.iter().flatten() {
            limits::max_length("immutableTags", pattern, MAX_PATTERN_BYTES)?;
        }
        let rules = self.retention.iter().flat_map(|retention| &retention.rules);
        for rule in rules {
            limits::max_length("tags", &rule.tags, MAX_PATTERN_BYTES)?;
        }
        Ok(())
    }
}
