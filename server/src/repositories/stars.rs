//! Stars: what people like, as records `io.atcr.sailor.star` in their own repos.
//!
//! A star counts here when it was given here, or when its record was seen: a person's records are listed when they
//! give or take a star.

use std::collections::BTreeSet;

use atproto::syntax::{AtIdentifier, Datetime, Did, RecordKey};
use lexicon::{Record as _, RepositorySubject, SailorStar};
use oci::{RepositoryName, RepositoryPath};

use super::{OwnerError, Repositories, nobody_more};
use crate::accounts::AuthorizedPds;
use crate::clients::hold::HoldUser;
use crate::clients::pds::Swap;
use crate::db::StarRow;
use crate::identity::Freshness;
use crate::registry::RegistryError;

/// Pages of records looked at for one person, of 100 each.
const MAX_PAGES: usize = 20;

impl Repositories {
    /// Gives or takes somebody's star of a repository that they may read. May be repeated.
    pub async fn set_star(
        &self,
        user: &HoldUser,
        name: &RepositoryName,
        starred: bool,
    ) -> Result<(), OwnerError> {
        let registry = &self.inner.registry;
        let access = Box::pin(registry.pull_access(nobody_more(user), name.clone())).await?;
        let (owner, path) = (&access.repository.owner, name.path());
        let session = user.session.as_deref().ok_or(OwnerError::SessionEnded)?;
        let pds = self.inner.sessions.open(session, &user.did).await?;
        // Other software keeps stars under keys of its own; giving one twice would count it twice there.
        self.list_stars_of(&user.did).await?;
        let known = self
            .inner
            .database
            .find_star(&user.did, owner, path)
            .await?;
        match (starred, known) {
            (true, Some(_)) | (false, None) => Ok(()),
            (true, None) => self.give(&pds, owner, path).await,
            (false, Some(star)) => self.take(&pds, &star).await,
        }
    }

    async fn give(
        &self,
        pds: &AuthorizedPds,
        owner: &Did,
        path: &RepositoryPath,
    ) -> Result<(), OwnerError> {
        let now = self.now_millis();
        let record = SailorStar {
            subject: RepositorySubject {
                did: owner.clone(),
                repository: path.to_string(),
            },
            created_at: Datetime::from_unix_micros(now * 1000),
        };
        let invalid = |reason: String| OwnerError::Invalid { reason };
        let value = record
            .to_value()
            .map_err(|error| invalid(error.to_string()))?;
        let key: RecordKey = format!("{owner}_{}", path.as_str().replace('/', "~"))
            .parse()
            .map_err(|_| {
                invalid("The name of this repository is too long for a star.".to_owned())
            })?;
        pds.put_record(&SailorStar::collection(), &key, &value, Swap::Any)
            .await?;
        let row = StarRow {
            owner_did: owner.to_string(),
            repository: path.to_string(),
            record_key: key.to_string(),
            starred_at: now,
        };
        let mut transaction = self.inner.database.begin().await?;
        transaction.upsert_star(pds.did(), &row).await?;
        Ok(transaction.commit().await?)
    }

    async fn take(&self, pds: &AuthorizedPds, star: &StarRow) -> Result<(), OwnerError> {
        if let Ok(key) = star.record_key.parse() {
            pds.delete_record(&SailorStar::collection(), &key, None)
                .await?;
        }
        let mut transaction = self.inner.database.begin().await?;
        transaction
            .delete_star(pds.did(), &star.owner_did, &star.repository)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Takes up somebody's stars as their server has them, and forgets those that are gone there.
    pub async fn list_stars_of(&self, person: &Did) -> Result<(), OwnerError> {
        let account = AtIdentifier::Did(person.clone());
        let identity = self
            .inner
            .identities
            .resolve(&account, Freshness::ForReading)
            .await
            .map_err(RegistryError::Owner)?;
        let (mut seen, mut cursor, mut is_whole) = (Vec::new(), None, false);
        for _ in 0..MAX_PAGES {
            let collection = SailorStar::collection();
            let page = self
                .inner
                .pds
                .list_records(&identity.pds, person, &collection, cursor.as_deref())
                .await
                .map_err(OwnerError::Pds)?;
            is_whole = page.records.is_empty() || page.cursor.is_none();
            for record in page.records {
                let star = SailorStar::from_value(&record.value).ok();
                if let (Some(key), Some(star)) = (record.uri.record_key(), star) {
                    seen.push(StarRow {
                        owner_did: star.subject.did.to_string(),
                        repository: star.subject.repository,
                        record_key: key.to_string(),
                        starred_at: star.created_at.unix_micros() / 1000,
                    });
                }
            }
            cursor = page.cursor;
            if is_whole {
                break;
            }
        }
        let known = self.inner.database.list_stars_by(person, i64::MAX).await?;
        let keys: BTreeSet<(&str, &str)> = seen
            .iter()
            .map(|star| (star.owner_did.as_str(), star.repository.as_str()))
            .collect();
        let mut transaction = self.inner.database.begin().await?;
        for star in &known {
            let key = (star.owner_did.as_str(), star.repository.as_str());
            if is_whole && !keys.contains(&key) {
                transaction
                    .delete_star(person, &star.owner_did, &star.repository)
                    .await?;
            }
        }
        for star in &seen {
            transaction.upsert_star(person, star).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// How many stars of a repository are known here.
    pub async fn count_stars(&self, owner: &Did, path: &RepositoryPath) -> Result<u64, OwnerError> {
        let count = self.inner.database.count_stars(owner, path).await?;
        Ok(count.try_into().unwrap_or(0))
    }

    /// Whether somebody likes a repository.
    pub async fn has_star(
        &self,
        person: &Did,
        owner: &Did,
        path: &RepositoryPath,
    ) -> Result<bool, OwnerError> {
        let found = self.inner.database.find_star(person, owner, path).await?;
        Ok(found.is_some())
    }
}
