//! Listing repositories (`/v2/_catalog`).

use super::permissions::Caller;
use super::tags::{WHOLE_LIST, cut};
use super::{Registry, RegistryError};

/// A part of the list of repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogPage {
    /// Full names in byte order.
    pub repositories: Vec<String>,
    /// There are more behind the last one.
    pub has_more: bool,
}

impl Registry {
    /// The repositories the caller may read, after `last`. Reading follows the hold, so it is all or none.
    pub async fn list_catalog(
        &self,
        caller: &Caller,
        n: Option<u64>,
        last: Option<&str>,
    ) -> Result<CatalogPage, RegistryError> {
        let wanted = n.unwrap_or(WHOLE_LIST).min(WHOLE_LIST);
        if wanted == 0
            || !self
                .inner
                .default_hold
                .may_read(caller.hold_user().as_ref())
                .await?
        {
            return Ok(CatalogPage {
                repositories: Vec::new(),
                has_more: false,
            });
        }
        let limit = i64::try_from(wanted + 1).unwrap_or(i64::MAX);
        let entries = self
            .inner
            .database
            .list_repositories(last.unwrap_or(""), limit)
            .await?;
        let (entries, has_more) = cut(entries, wanted);
        Ok(CatalogPage {
            repositories: entries.into_iter().map(|entry| entry.name).collect(),
            has_more,
        })
    }
}
