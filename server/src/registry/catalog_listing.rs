//! Listing repositories (`/v2/_catalog`).

use atproto::syntax::Did;

use crate::clients::hold::{HoldError, HoldUser};
use crate::db::CatalogEntry;

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

/// Entries looked at in one go.
const BATCH: i64 = 200;

impl Registry {
    /// The repositories the caller may read, after `last`. Reading follows the holds that they lie in.
    pub async fn list_catalog(
        &self,
        caller: &Caller,
        n: Option<u64>,
        last: Option<&str>,
    ) -> Result<CatalogPage, RegistryError> {
        let wanted = n.unwrap_or(WHOLE_LIST).min(WHOLE_LIST);
        let reader = caller.hold_user();
        let mut repositories = Vec::new();
        let mut last = last.unwrap_or_default().to_owned();
        // One more than wanted says whether there are more.
        while wanted > 0 && repositories.len() as u64 <= wanted {
            let entries = self.inner.database.list_repositories(&last, BATCH).await?;
            let Some(end) = entries.last() else { break };
            last.clone_from(&end.name);
            for entry in entries {
                if self.may_list(reader.as_ref(), &entry).await? {
                    repositories.push(entry.name);
                }
            }
        }
        let (repositories, has_more) = cut(repositories, wanted);
        Ok(CatalogPage {
            repositories,
            has_more,
        })
    }

    /// A hold that cannot be reached hides what lies in it.
    async fn may_list(
        &self,
        reader: Option<&HoldUser>,
        entry: &CatalogEntry,
    ) -> Result<bool, RegistryError> {
        let Ok(owner) = entry.owner_did.parse::<Did>() else {
            return Ok(false);
        };
        let path = entry.name.split_once('/').map(|(_, path)| path.parse());
        let Some(Ok(path)) = path else {
            return Ok(false);
        };
        match self.may_read(reader, &owner, &path).await {
            Err(RegistryError::Hold(HoldError::Unreachable { .. })) => Ok(false),
            outcome => outcome,
        }
    }
}
