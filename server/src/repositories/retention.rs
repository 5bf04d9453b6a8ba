//! Retention: what an owner's rules say should go, and doing so once a day where they want that.

use std::collections::BTreeSet;

use atproto::syntax::Did;
use lexicon::{Retention, RetentionRule};
use oci::{Digest, RepositoryName, RepositoryPath, Tag};

use super::deletion_plan::Contents;
use super::deletions::{Cause, What};
use super::{OwnerError, Repositories};
use crate::accounts::oauth::Permission;
use crate::clients::hold::HoldUser;
use crate::registry::TagPattern;

/// A day in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Repositories looked at in one go.
const BATCH: i64 = 20;

/// What rules choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) tags: BTreeSet<Tag>,
    /// Manifests that no tag leads to.
    pub(super) manifests: BTreeSet<Digest>,
}

impl Contents {
    /// What the rules choose at `now`, unix milliseconds. Never a tag that is immutable.
    pub(super) fn chosen_by(&self, retention: &Retention, now: i64) -> Chosen {
        let tags = retention
            .rules
            .iter()
            .flat_map(|rule| self.tags_of_rule(rule, now))
            .filter(|tag| self.immutable_by(tag).is_none())
            .collect();
        let manifests = match retention.untagged_after_days {
            None => BTreeSet::new(),
            Some(days) => {
                let before = now - i64::from(days) * DAY;
                let is_old = |digest: &Digest| {
                    let state = self.manifests.get(digest);
                    state.is_some_and(|state| state.created_at < before)
                };
                self.untagged().into_iter().filter(is_old).collect()
            }
        };
        Chosen { tags, manifests }
    }

    fn tags_of_rule(&self, rule: &RetentionRule, now: i64) -> Vec<Tag> {
        // Records come from elsewhere too: a rule that says nothing deletes nothing.
        let Ok(pattern) = TagPattern::parse(&rule.tags) else {
            return Vec::new();
        };
        if rule.keep_newest.is_none() && rule.older_than_days.is_none() {
            return Vec::new();
        }
        let mut matching: Vec<_> = self
            .tags
            .iter()
            .filter(|(tag, _)| pattern.matches(tag))
            .collect();
        matching.sort_by(|(one_tag, one), (other_tag, other)| {
            (other.updated_at, other_tag).cmp(&(one.updated_at, one_tag))
        });
        let kept = usize::try_from(rule.keep_newest.unwrap_or(0)).unwrap_or(usize::MAX);
        let before = rule.older_than_days.map(|days| now - i64::from(days) * DAY);
        matching
            .into_iter()
            .skip(kept)
            .filter(|(_, state)| before.is_none_or(|before| state.updated_at < before))
            .map(|(tag, _)| tag.clone())
            .collect()
    }
}

impl Repositories {
    /// Applies the rules of repositories whose owners want that daily, and whose day has passed. Answers how many
    /// repositories that were.
    pub async fn apply_due_retentions(&self) -> Result<usize, OwnerError> {
        let now = self.now_millis();
        let database = &self.inner.database;
        let due = database.list_due_retentions(now - DAY, BATCH).await?;
        let mut applied = 0;
        for (owner, repository) in due {
            let mut transaction = database.begin().await?;
            let is_ours = transaction
                .claim_due_retention(&owner, &repository, now - DAY, now)
                .await?;
            transaction.commit().await?;
            let (Ok(owner), Ok(path)) = (owner.parse::<Did>(), repository.parse()) else {
                continue;
            };
            if is_ours {
                applied += 1;
                if let Err(error) = Box::pin(self.apply_retention(&owner, &path)).await {
                    tracing::warn!(
                        owner.did = %owner,
                        error = &error as &dyn std::error::Error,
                        "retention rules were not applied"
                    );
                    let problem =
                        "The rules could not be applied: your server or the hold did not answer.";
                    self.record_failure(&owner, &path, problem).await?;
                }
            }
        }
        Ok(applied)
    }

    async fn apply_retention(&self, owner: &Did, path: &RepositoryPath) -> Result<(), OwnerError> {
        let session = self
            .inner
            .oauth
            .find_session_for(owner, Permission::Repositories)
            .await?;
        let Some(session) = session else {
            let problem = "No sign-in of yours lets this registry delete in your name. Sign in, and allow it on the \
                           settings page of the repository.";
            return self.record_failure(owner, path, problem).await;
        };
        let name = owner
            .to_oci_component()
            .and_then(|component| RepositoryName::new(&component, path).ok())
            .ok_or(OwnerError::RepositoryUnknown)?;
        let user = HoldUser {
            did: owner.clone(),
            session: Some(session),
        };
        let opened = self.open(&user, &name).await?;
        // As they are now, and not as they were when the repository was last looked at.
        let known = self.known_settings(&opened).await?;
        let retention = known.settings.and_then(|settings| settings.retention);
        if !retention.is_some_and(|retention| retention.enabled) {
            return Ok(());
        }
        let plan = self.plan_deletion(&opened, &What::Rules).await?;
        let id = self
            .record_deletion(&opened, Cause::Retention, &plan)
            .await?;
        Box::pin(self.run(&id)).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::deletion_plan::{ManifestState, TagState};
    use super::*;

    const NOW: i64 = 1_000 * DAY;

    /// Tags that moved so many days ago, each with a manifest of its own.
    fn contents(tags: &[(&str, i64)]) -> Contents {
        let mut contents = Contents::default();
        for (name, days) in tags {
            let digest = Digest::sha256_of(name.as_bytes());
            let state = TagState {
                digest: digest.clone(),
                updated_at: NOW - days * DAY,
            };
            contents.tags.insert(name.parse().unwrap(), state);
            contents.manifests.insert(digest, ManifestState::default());
        }
        contents
    }

    fn rule(tags: &str, keep_newest: Option<u32>, older_than_days: Option<u32>) -> Retention {
        Retention {
            rules: vec![RetentionRule {
                tags: tags.to_owned(),
                keep_newest,
                older_than_days,
            }],
            ..Retention::default()
        }
    }

    fn chosen(contents: &Contents, retention: &Retention) -> Vec<String> {
        let chosen = contents.chosen_by(retention, NOW);
        chosen.tags.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_newest_of_a_pattern_stay_and_others_go_when_they_are_old_enough() {
        let contents = contents(&[("n1", 1), ("n2", 2), ("n30", 30), ("n40", 40), ("v1", 90)]);
        for (retention, expected) in [
            (rule("n*", Some(2), None), vec!["n30", "n40"]),
            (rule("n*", None, Some(30)), vec!["n40"]),
            (rule("n*", Some(4), Some(1)), vec![]),
            (rule("*", Some(1), Some(10)), vec!["n30", "n40", "v1"]),
            (rule("n*", None, None), vec![]),
            (rule("n *", Some(0), None), vec![]),
        ] {
            assert_eq!(chosen(&contents, &retention), expected, "{retention:?}");
        }
    }

    #[test]
    fn an_immutable_tag_is_never_chosen() {
        let mut contents = contents(&[("v1", 90), ("v2", 90)]);
        contents.immutable = vec![TagPattern::parse("v1").unwrap()];
        assert_eq!(chosen(&contents, &rule("*", Some(0), None)), ["v2"]);
    }

    #[test]
    fn manifests_without_tags_go_after_their_time() {
        let mut contents = contents(&[("v1", 90)]);
        let (old, new) = (Digest::sha256_of(b"old"), Digest::sha256_of(b"new"));
        for (digest, days) in [(&old, 20), (&new, 5)] {
            let state = ManifestState {
                created_at: NOW - days * DAY,
                ..ManifestState::default()
            };
            contents.manifests.insert(digest.clone(), state);
        }
        let retention = Retention {
            untagged_after_days: Some(14),
            ..Retention::default()
        };
        let chosen = contents.chosen_by(&retention, NOW);
        assert_eq!(chosen.manifests, [old].into());
        assert_eq!(
            Contents::chosen_by(&contents, &Retention::default(), NOW),
            Chosen::default()
        );
    }
}
