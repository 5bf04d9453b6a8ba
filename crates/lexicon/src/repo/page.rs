//! `io.atcr.repo.page`: the description of a repository.

use atproto::data::RecordBlob;
use atproto::syntax::Datetime;
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, limits, nsid};

const MAX_REPOSITORY_BYTES: usize = 256;
const MAX_DESCRIPTION_BYTES: usize = 100_000;
const MAX_AVATAR_BYTES: u64 = 3_000_000;
const AVATAR_TYPES: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

/// A repository's page, which its owner may edit with any atproto client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct RepoPage {
    /// The repository within the owner's namespace, at most 256 bytes.
    pub repository: String,
    /// Markdown, at most 100,000 bytes. It comes from a stranger and must be made safe for HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A PNG, JPEG or WebP picture of at most 3,000,000 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<RecordBlob>,
    /// When the page was first made.
    pub created_at: Datetime,
    /// When it was last changed.
    pub updated_at: Datetime,
}

impl_record_serde!(RepoPage, nsid::REPO_PAGE);

impl Record for RepoPage {
    const NSID: &'static str = nsid::REPO_PAGE;

    fn validate(&self) -> Result<(), LexiconViolation> {
        limits::max_length("repository", &self.repository, MAX_REPOSITORY_BYTES)?;
        limits::optional_max_length(
            "description",
            self.description.as_ref(),
            MAX_DESCRIPTION_BYTES,
        )?;
        let Some(avatar) = &self.avatar else {
            return Ok(());
        };
        if avatar.size > MAX_AVATAR_BYTES {
            return Err(LexiconViolation::BlobTooLarge {
                field: "avatar",
                max_bytes: MAX_AVATAR_BYTES,
            });
        }
        if !AVATAR_TYPES.contains(&avatar.mime_type.as_str()) {
            return Err(LexiconViolation::BlobType { field: "avatar" });
        }
        Ok(())
    }
}
