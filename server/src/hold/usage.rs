//! What takes up the hold: by person, by repository, over time, and what removing images would free.

use std::collections::{BTreeMap, BTreeSet};

use atproto::syntax::Did;
use oci::{Digest, RepositoryPath};
use serde::{Deserialize, Serialize};

use super::garbage_collection::Amount;
use super::{Hold, HoldError};
use crate::db::{DatabaseError, ManifestBlobRow, UsageRow, UsageSampleRow};

/// The most people and repositories that are listed, those first that use most.
const MOST_LISTED: i64 = 500;
/// How far samples go back, in days.
const SAMPLED_DAYS: i64 = 366;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// What takes up the hold (dev.longshore.hold.getUsage).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageReport {
    /// Blobs that exist or wait in quarantine.
    pub stored: Amount,
    /// Those that layer records name, each counted once.
    pub used: Amount,
    /// People, those first who use most.
    pub people: Vec<PersonUsage>,
    /// Repositories, those first that use most.
    pub repositories: Vec<RepositoryUsage>,
    /// One for each day, the oldest first; the one of this day is as it is now.
    pub samples: Vec<UsageSample>,
}

/// What one person uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonUsage {
    /// Who.
    pub did: Did,
    /// What counts for their quota.
    pub bytes: u64,
    /// What nobody else uses.
    pub exclusive_bytes: u64,
    /// Different blobs.
    pub blobs: u64,
    /// Repositories with something in the hold.
    pub repositories: u64,
    /// The most they may have; `None` for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// What one repository uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryUsage {
    /// Whose it is.
    pub owner: Did,
    /// Its name without the owner.
    pub repository: String,
    /// Bytes of its different blobs.
    pub bytes: u64,
    /// Bytes that no other repository uses.
    pub exclusive_bytes: u64,
    /// Different blobs.
    pub blobs: u64,
    /// Manifests that use them.
    pub manifests: u64,
}

/// What the hold had on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageSample {
    /// In unix milliseconds.
    pub taken_at: i64,
    /// Bytes of blobs that existed or waited in quarantine.
    pub stored_bytes: u64,
    /// Bytes that layer records named.
    pub used_bytes: u64,
}

/// What removing some manifests of a repository would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Removal {
    /// Those of them that use something here.
    pub manifests: u64,
    /// What the owner's quota gets back at once.
    pub quota: Amount,
    /// What nothing needs any more then, and the collection of garbage frees.
    pub freed: Amount,
    /// What they name and others still need.
    pub still_used: Amount,
}

impl Hold {
    /// What takes up the hold, for the captain or a member with `crew:admin`.
    pub async fn usage_report(&self, by: &Did) -> Result<UsageReport, HoldError> {
        self.permit_administration(by).await?;
        let totals = self.database().sum_usage().await?;
        let mut people = Vec::new();
        for row in self.database().list_usage_by_person(MOST_LISTED).await? {
            let Ok(did) = row.user_did.parse::<Did>() else {
                continue;
            };
            let limit = self.quota_limit(&did).await?;
            people.push(PersonUsage {
                did,
                bytes: row.bytes,
                exclusive_bytes: row.exclusive_bytes,
                blobs: row.blobs,
                repositories: row.parts,
                limit,
            });
        }
        let repositories = self
            .database()
            .list_usage_by_repository(MOST_LISTED)
            .await?;
        let now = self.inner.clock.now_millis();
        let today = now / DAY_MILLIS;
        let kept = self
            .database()
            .list_usage_samples(today - SAMPLED_DAYS)
            .await?;
        // The sample that was kept last may be an hour old, and of a new hold the first one was taken before any push.
        let of_today = UsageSample {
            taken_at: now,
            stored_bytes: totals.stored_bytes,
            used_bytes: totals.used_bytes,
        };
        let earlier = kept.into_iter().filter(|row| row.day < today);
        let samples = earlier.map(sample).chain([of_today]).collect();
        Ok(UsageReport {
            stored: Amount {
                blobs: totals.blobs,
                bytes: totals.stored_bytes,
            },
            used: Amount {
                blobs: totals.used_blobs,
                bytes: totals.used_bytes,
            },
            people,
            repositories: repositories
                .into_iter()
                .filter_map(repository_usage)
                .collect(),
            samples,
        })
    }

    /// What removing these manifests of a repository would do, by the marks of the collection of garbage: for its
    /// owner, the captain or a member with `crew:admin`.
    pub async fn removal_of(
        &self,
        by: &Did,
        owner: &Did,
        repository: &RepositoryPath,
        manifests: &[Digest],
    ) -> Result<Removal, HoldError> {
        if by != owner {
            self.permit_administration(by).await?;
        }
        let now = self.inner.clock.now_millis();
        let rows = self
            .database()
            .list_repository_blobs(owner.as_str(), repository.as_str(), now)
            .await?;
        let going: BTreeSet<String> = manifests.iter().map(Digest::to_string).collect();
        Ok(removal(&rows, &going))
    }

    /// Keeps how much the hold has now, as the sample of this day.
    pub async fn sample_usage(&self) -> Result<(), DatabaseError> {
        let totals = self.database().sum_usage().await?;
        let now = self.inner.clock.now_millis();
        let mut transaction = self.database().begin().await?;
        transaction
            .upsert_usage_sample(&UsageSampleRow {
                day: now / DAY_MILLIS,
                taken_at: now,
                blobs: totals.blobs,
                stored_bytes: totals.stored_bytes,
                used_bytes: totals.used_bytes,
                users: totals.users,
            })
            .await?;
        transaction.commit().await
    }
}

/// Sorts the blobs of a repository by what becomes of them when some of its manifests go.
fn removal(rows: &[ManifestBlobRow], going: &BTreeSet<String>) -> Removal {
    let stays: BTreeSet<&str> = rows
        .iter()
        .filter(|row| !going.contains(&row.manifest))
        .map(|row| row.digest.as_str())
        .collect();
    let mut manifests = BTreeSet::new();
    let mut named = BTreeMap::new();
    for row in rows.iter().filter(|row| going.contains(&row.manifest)) {
        manifests.insert(row.manifest.as_str());
        named.insert(row.digest.as_str(), row);
    }
    let mut removal = Removal {
        manifests: manifests.len() as u64,
        ..Removal::default()
    };
    for (digest, row) in named {
        let stays_here = stays.contains(digest);
        if !stays_here && row.own_elsewhere == 0 {
            removal.quota.add(row.size);
        }
        if stays_here || row.needed_elsewhere == 1 {
            removal.still_used.add(row.size);
        } else if row.is_stored == 1 {
            removal.freed.add(row.size);
        }
    }
    removal
}

fn repository_usage(row: UsageRow) -> Option<RepositoryUsage> {
    Some(RepositoryUsage {
        owner: row.user_did.parse().ok()?,
        repository: row.repository,
        bytes: row.bytes,
        exclusive_bytes: row.exclusive_bytes,
        blobs: row.blobs,
        manifests: row.parts,
    })
}

fn sample(row: UsageSampleRow) -> UsageSample {
    UsageSample {
        taken_at: row.taken_at,
        stored_bytes: row.stored_bytes,
        used_bytes: row.used_bytes,
    }
}

#[cfg(test)]
mod tests;
