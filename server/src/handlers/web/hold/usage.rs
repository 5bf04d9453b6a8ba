//! What takes up a hold.

use std::collections::BTreeSet;

use app::api::error::PageError;
use app::api::hold::upkeep::{Said, UpkeepPage};
use app::api::hold::usage::{
    ChosenRepository, HoldUsage, PersonRow, RemovalView, RepositoryRow, Sample, TagChoice,
    UsageQuery, UsageSource,
};
use app::api::hold::{ForThose, Usage, Whom};
use app::t;
use atproto::syntax::Did;
use futures::StreamExt as _;
use oci::{Digest, RepositoryPath};

use super::upkeep::said;
use super::{HoldPages, Opened, refused};
use crate::catalog::{Reader, TagManifests};
use crate::clients::hold::HoldUser;
use crate::handlers::web::views::moment;
use crate::hold::{PersonUsage, RepositoryUsage, UsageReport, UsageSample};

/// Rows that get names.
const NAMED: usize = 100;
/// People looked up at a time.
const AT_A_TIME: usize = 8;
/// Tags that may be chosen from.
const TAGS: usize = 200;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

#[async_trait::async_trait]
impl UsageSource for HoldPages {
    async fn usage(
        &self,
        did: &str,
        query: UsageQuery,
    ) -> Result<ForThose<UpkeepPage<HoldUsage>>, PageError> {
        let opened = match self.open_for_administrators(did).await? {
            Ok(opened) => opened,
            Err(head) => return Ok(refused(head, Whom::Administrators)),
        };
        let Some(user) = opened.administrator() else {
            return Ok(refused(opened.head, Whom::Administrators));
        };
        let answer = match said(opened.admin.usage(user).await) {
            Said::This(report) => {
                let mut usage = self.usage_view(report).await;
                usage.chosen = self.chosen(&opened, user, query).await;
                Said::This(usage)
            }
            Said::NotOffered { method } => Said::NotOffered { method },
            Said::Nothing { reason } => Said::Nothing { reason },
        };
        Ok(ForThose::Allowed(UpkeepPage {
            head: opened.head,
            said: answer,
        }))
    }
}

impl HoldPages {
    async fn usage_view(&self, report: UsageReport) -> HoldUsage {
        let now = self.state.clock.now_millis();
        let people = futures::stream::iter(report.people.into_iter().take(NAMED))
            .map(|person| self.person_row(person))
            .buffered(AT_A_TIME)
            .collect()
            .await;
        let repositories = futures::stream::iter(report.repositories.into_iter().take(NAMED))
            .map(|repository| self.repository_row(repository))
            .buffered(AT_A_TIME)
            .collect()
            .await;
        HoldUsage {
            stored: report.stored.bytes,
            stored_blobs: report.stored.blobs,
            used: report.used.bytes,
            people,
            repositories,
            samples: report
                .samples
                .into_iter()
                .map(|taken| sample(taken, now))
                .collect(),
            chosen: None,
        }
    }

    async fn person_row(&self, person: PersonUsage) -> PersonRow {
        PersonRow {
            who: self.named(&person.did).await,
            usage: Usage {
                used: person.bytes,
                limit: person.limit,
                tier: None,
            },
            exclusive: person.exclusive_bytes,
            repositories: person.repositories,
        }
    }

    async fn repository_row(&self, found: RepositoryUsage) -> RepositoryRow {
        RepositoryRow {
            owner: self.named(&found.owner).await,
            path: found.repository,
            bytes: found.bytes,
            exclusive: found.exclusive_bytes,
            manifests: found.manifests,
        }
    }

    /// The repository that was chosen, with its tags and what removing the chosen ones would do.
    async fn chosen(
        &self,
        opened: &Opened,
        user: &HoldUser,
        query: UsageQuery,
    ) -> Option<ChosenRepository> {
        let (owner, path) = query.repository.split_once('/')?;
        let owner: Did = owner.parse().ok()?;
        let path: RepositoryPath = path.parse().ok()?;
        let reader = Reader {
            user: Some(user.clone()),
        };
        let known = match &self.state.catalog {
            Some(catalog) => catalog.manifests_of_tags(&reader, &owner, &path).await.ok(),
            None => None,
        };
        let (tags, removal) = match known.flatten() {
            None => (Err(t!("usage-tags-unknown")), None),
            Some(known) => {
                let chosen: BTreeSet<&str> = query.tags.iter().map(String::as_str).collect();
                let going = Going::of(&known, &chosen);
                let removal = if going.tags == 0 {
                    None
                } else {
                    let manifests: Vec<Digest> = going.manifests.iter().cloned().collect();
                    let answer = opened.admin.removal(user, &owner, &path, &manifests).await;
                    Some(said(answer).map(|removal| RemovalView {
                        tags: going.tags,
                        manifests: going.manifests.len() as u64,
                        kept_manifests: going.kept,
                        quota: removal.quota.bytes,
                        freed: removal.freed.bytes,
                        freed_blobs: removal.freed.blobs,
                        still_used: removal.still_used.bytes,
                    }))
                };
                (Ok(self.choices(known, &chosen)), removal)
            }
        };
        Some(ChosenRepository {
            value: query.repository.clone(),
            owner: self.named(&owner).await,
            path: path.to_string(),
            tags,
            removal,
        })
    }

    /// The tags that moved last, and those that are chosen.
    fn choices(&self, mut known: Vec<TagManifests>, chosen: &BTreeSet<&str>) -> Vec<TagChoice> {
        let now = self.state.clock.now_millis();
        known.sort_by_key(|tag| (!chosen.contains(tag.tag.as_str()), -tag.updated_at));
        known.truncate(TAGS.max(chosen.len()));
        known
            .into_iter()
            .map(|tag| TagChoice {
                is_chosen: chosen.contains(tag.tag.as_str()),
                moved: moment(tag.updated_at, now),
                tag: tag.tag,
            })
            .collect()
    }
}

/// What goes when some tags of a repository do.
#[derive(Debug, PartialEq, Eq)]
struct Going {
    tags: u64,
    /// What the tags lead to, and nothing else.
    manifests: BTreeSet<Digest>,
    /// How many manifests stay as other tags lead to them.
    kept: u64,
}

impl Going {
    fn of(known: &[TagManifests], chosen: &BTreeSet<&str>) -> Self {
        let is_chosen = |tag: &&TagManifests| chosen.contains(tag.tag.as_str());
        let named: BTreeSet<&Digest> = known
            .iter()
            .filter(is_chosen)
            .flat_map(|tag| &tag.manifests)
            .collect();
        let needed: BTreeSet<&Digest> = known
            .iter()
            .filter(|tag| !is_chosen(tag))
            .flat_map(|tag| &tag.manifests)
            .collect();
        Self {
            tags: known.iter().filter(is_chosen).count() as u64,
            manifests: named
                .difference(&needed)
                .map(|found| (*found).clone())
                .collect(),
            kept: named.intersection(&needed).count() as u64,
        }
    }
}

fn sample(taken: UsageSample, now: i64) -> Sample {
    Sample {
        at: moment(taken.taken_at, now),
        day: taken.taken_at / DAY_MILLIS,
        stored: taken.stored_bytes,
        used: taken.used_bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_tag_leads_to_stays() {
        let digest = |name: &str| Digest::sha256_of(name.as_bytes());
        let tag = |tag: &str, manifests: &[&str]| TagManifests {
            tag: tag.to_owned(),
            updated_at: 0,
            manifests: manifests.iter().map(|name| digest(name)).collect(),
        };
        let known = [
            tag("v1", &["index-1", "amd64", "arm64"]),
            tag("v2", &["index-2", "amd64", "arm64-2"]),
            tag("latest", &["index-2", "amd64", "arm64-2"]),
        ];
        let going = |chosen: &[&str]| Going::of(&known, &chosen.iter().copied().collect());
        let v1 = going(&["v1"]);
        assert_eq!((v1.tags, v1.kept), (1, 1));
        assert_eq!(v1.manifests, [digest("index-1"), digest("arm64")].into());
        assert_eq!(going(&["v2"]).manifests, BTreeSet::new());
        assert_eq!(going(&["v1", "v2", "latest"]).manifests.len(), 5);
        assert_eq!(going(&["unknown"]).tags, 0);
    }
}
