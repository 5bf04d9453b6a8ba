//! What an owner says of a repository: the record `io.atcr.repo.page` in their repo, remembered for when their server
//! is away.

use std::time::Duration;

use atproto::syntax::Did;
use lexicon::record_key::repo_page_record_key;
use lexicon::{Record as _, RepoPage};
use oci::RepositoryPath;

use super::{Catalog, CatalogError, Owner};
use crate::db::RepositoryPageRow;

/// A page is asked for again after this time, in milliseconds.
const FRESH_MILLIS: i64 = 60 * 1000;
/// How long a reader waits for a newer one.
const PATIENCE: Duration = Duration::from_secs(3);

/// What an owner says of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryPage {
    /// Markdown, from a stranger; may be empty.
    pub description: String,
    /// The picture, by its CID.
    pub avatar: Option<String>,
    /// Where the record lies: `at://…`.
    pub record_uri: String,
    /// When it was last changed, unix milliseconds.
    pub updated_at: i64,
}

impl Catalog {
    /// What the owner says of a repository, as fresh as their server allows.
    pub(super) async fn repository_page(
        &self,
        owner: &Owner,
        path: &RepositoryPath,
    ) -> Result<Option<RepositoryPage>, CatalogError> {
        let known = self
            .inner
            .database
            .find_repository_page(&owner.did, path)
            .await?;
        let now = self.inner.clock.now_millis();
        if let Some(known) = &known
            && now - known.checked_at < FRESH_MILLIS
        {
            return Ok(read(known));
        }
        let Ok(Some(row)) = tokio::time::timeout(PATIENCE, self.fetch_page(owner, path, now)).await
        else {
            return Ok(known.as_ref().and_then(read));
        };
        self.keep_page(&owner.did, path, &row).await?;
        Ok(read(&row))
    }

    /// What their server has now; `None` where it does not answer.
    async fn fetch_page(
        &self,
        owner: &Owner,
        path: &RepositoryPath,
        now: i64,
    ) -> Option<RepositoryPageRow> {
        let absent = RepositoryPageRow {
            record: None,
            record_uri: None,
            checked_at: now,
        };
        let Ok(key) = repo_page_record_key(path.as_str()) else {
            return Some(absent);
        };
        let found = self
            .inner
            .pds
            .get_record(&owner.pds, &owner.did, &RepoPage::collection(), &key)
            .await;
        match found {
            Ok(Some(record)) => Some(RepositoryPageRow {
                record: Some(record.value.to_string()),
                record_uri: Some(record.uri.to_string()),
                checked_at: now,
            }),
            Ok(None) => Some(absent),
            Err(error) => {
                tracing::warn!(
                    owner.did = %owner.did,
                    error = &error as &dyn std::error::Error,
                    "could not read the page of a repository"
                );
                None
            }
        }
    }

    async fn keep_page(
        &self,
        owner: &Did,
        path: &RepositoryPath,
        row: &RepositoryPageRow,
    ) -> Result<(), CatalogError> {
        let mut transaction = self.inner.database.begin().await?;
        transaction.upsert_repository_page(owner, path, row).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// A record that does not follow its lexicon counts as absent.
fn read(row: &RepositoryPageRow) -> Option<RepositoryPage> {
    let value = serde_json::from_str(row.record.as_deref()?).ok()?;
    let page = RepoPage::from_value(&value).ok()?;
    Some(RepositoryPage {
        description: page.description.unwrap_or_default(),
        avatar: page.avatar.map(|blob| blob.cid.to_string()),
        record_uri: row.record_uri.clone()?,
        updated_at: page.updated_at.unix_micros() / 1000,
    })
}
