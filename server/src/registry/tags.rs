//! Listing tags.

use super::permissions::PullAccess;
use super::{Registry, RegistryError};

/// A part of a list of tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagsPage {
    /// Tags in byte order.
    pub tags: Vec<String>,
    /// There are more behind the last one.
    pub has_more: bool,
    /// The owner's PDS could not be asked for changes.
    pub is_stale: bool,
}

/// A list without `n` is complete up to this many entries; more come by `Link`.
pub(super) const WHOLE_LIST: u64 = 10_000;

impl Registry {
    /// The tags of a repository, after `last` (OCI distribution-spec end-8).
    pub async fn list_tags(
        &self,
        access: &PullAccess,
        n: Option<u64>,
        last: Option<&str>,
    ) -> Result<TagsPage, RegistryError> {
        let (owner, path) = (&access.repository.owner, access.repository.path());
        let is_fresh = self.refresh_tags(owner).await?;
        if !self.inner.database.repository_exists(owner, path).await? {
            return Err(RegistryError::RepositoryUnknown);
        }
        let wanted = n.unwrap_or(WHOLE_LIST).min(WHOLE_LIST);
        let (tags, has_more) = if wanted == 0 {
            (Vec::new(), false)
        } else {
            // One more than asked for tells whether there is more.
            let limit = i64::try_from(wanted + 1).unwrap_or(i64::MAX);
            let listed = self
                .inner
                .database
                .list_tags(owner, path, last.unwrap_or(""), limit)
                .await?;
            cut(listed, wanted)
        };
        Ok(TagsPage {
            tags,
            has_more,
            is_stale: !is_fresh,
        })
    }
}

/// Cuts a list that was asked for one entry too many, and says whether it had it.
pub(super) fn cut<T>(mut listed: Vec<T>, wanted: u64) -> (Vec<T>, bool) {
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    let has_more = listed.len() > wanted;
    listed.truncate(wanted);
    (listed, has_more)
}
