//! Deciding about a repository: which tags stay as they are, and which go by themselves.

use std::time::Duration;

use atproto::data::Cid;
use atproto::syntax::Did;
use lexicon::{Record as _, RepositorySettings, Retention};
use oci::RepositoryPath;
use serde_json::{Map, Value, json};

use super::page::page_key;
use super::{OwnedRepository, OwnerError, Repositories};
use crate::db::RepositorySettingsRow;
use crate::registry::TagPattern;

/// Patterns that a repository may have, and rules; the lexicon's limits.
const MAX_PATTERNS: usize = 50;
const MAX_RULES: usize = 20;

/// How long a page waits to know what is immutable.
const PATIENCE: Duration = Duration::from_secs(3);

/// The settings as their owner edits them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsDraft {
    /// Patterns of tags that are neither moved nor deleted.
    pub immutable_tags: Vec<String>,
    /// Which tags and manifests go by themselves.
    pub retention: Retention,
    /// Which version of the record this is; `None`: there is none yet.
    pub version: Option<Cid>,
}

impl Repositories {
    /// The settings as the owner's server has them now.
    pub async fn load_settings(
        &self,
        owned: &OwnedRepository,
    ) -> Result<SettingsDraft, OwnerError> {
        let record = self.record(owned, RepositorySettings::NSID).await?;
        let Some(record) = record else {
            return Ok(SettingsDraft::default());
        };
        let settings = RepositorySettings::from_value(&record.value).ok();
        Ok(SettingsDraft {
            immutable_tags: settings
                .as_ref()
                .and_then(|settings| settings.immutable_tags.clone())
                .unwrap_or_default(),
            retention: settings
                .and_then(|settings| settings.retention)
                .unwrap_or_default(),
            version: Some(record.cid),
        })
    }

    /// Saves settings over the version that was edited. They count at once.
    ///
    /// # Errors
    /// [`OwnerError::Changed`] and [`OwnerError::Invalid`], as for the page.
    pub async fn save_settings(
        &self,
        owned: &OwnedRepository,
        draft: &SettingsDraft,
    ) -> Result<(), OwnerError> {
        check(draft)?;
        let found = self.record(owned, RepositorySettings::NSID).await?;
        if found.as_ref().map(|record| record.cid) != draft.version {
            return Err(OwnerError::Changed);
        }
        let mut fields = match found.map(|record| record.value) {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        self.set_common(&mut fields, owned, RepositorySettings::NSID);
        fields.insert("immutableTags".to_owned(), json!(draft.immutable_tags));
        fields.insert("retention".to_owned(), json!(draft.retention));
        let record = Value::Object(fields);
        RepositorySettings::from_value(&record).map_err(|error| OwnerError::Invalid {
            reason: error.to_string(),
        })?;
        let key = page_key(owned)?;
        let written = self
            .put(
                owned,
                RepositorySettings::NSID,
                &key,
                &record,
                draft.version,
            )
            .await?;
        let row = RepositorySettingsRow {
            record: Some(record.to_string()),
            record_uri: Some(written.uri.to_string()),
            checked_at: self.now_millis(),
        };
        let (did, path) = (&owned.identity.did, owned.name().path());
        Ok(self.inner.registry.keep_settings(did, path, &row).await?)
    }

    /// The patterns of tags that are neither moved nor deleted, for pages that everybody may read. Nothing where it
    /// cannot be found out.
    pub async fn immutable_tags(&self, owner: &Did, path: &RepositoryPath) -> Vec<String> {
        let known = self.inner.registry.repository_settings(owner, path);
        let known = tokio::time::timeout(PATIENCE, known).await;
        let known = known.ok().and_then(Result::ok);
        known.map_or_else(Vec::new, |known| {
            let patterns = known.immutable_tags();
            patterns.iter().map(ToString::to_string).collect()
        })
    }
}

fn check(draft: &SettingsDraft) -> Result<(), OwnerError> {
    let invalid = |reason: String| Err(OwnerError::Invalid { reason });
    if draft.immutable_tags.len() > MAX_PATTERNS {
        return invalid(format!(
            "At most {MAX_PATTERNS} patterns fit; join some with *."
        ));
    }
    if draft.retention.rules.len() > MAX_RULES {
        return invalid(format!("At most {MAX_RULES} rules fit; join some with *."));
    }
    let rules = draft.retention.rules.iter().map(|rule| &rule.tags);
    for pattern in draft.immutable_tags.iter().chain(rules) {
        if TagPattern::parse(pattern).is_err() {
            return invalid(format!(
                "“{pattern}” is no pattern of tags. Write a tag such as v1.0, with * for any characters: v*, nightly-*."
            ));
        }
    }
    let days = |days: Option<u32>| days.is_none_or(|days| (1..=3650).contains(&days));
    for rule in &draft.retention.rules {
        if rule.keep_newest.is_none() && rule.older_than_days.is_none() {
            return invalid(format!(
                "The rule for {} says neither how many to keep nor how old, so it would delete everything. Give one \
                 of both.",
                rule.tags
            ));
        }
        if !days(rule.older_than_days) || rule.keep_newest.is_some_and(|count| count > 10_000) {
            return invalid("Days are 1 to 3650, and 0 to 10000 tags can be kept.".to_owned());
        }
    }
    if !days(draft.retention.untagged_after_days) {
        return invalid("Days are 1 to 3650.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use lexicon::RetentionRule;

    use super::*;

    #[test]
    fn what_would_delete_everything_or_nothing_is_refused() {
        let rule = |tags: &str, keep_newest, older_than_days| SettingsDraft {
            retention: Retention {
                rules: vec![RetentionRule {
                    tags: tags.to_owned(),
                    keep_newest,
                    older_than_days,
                }],
                ..Retention::default()
            },
            ..SettingsDraft::default()
        };
        assert!(check(&rule("v*", Some(3), None)).is_ok());
        assert!(check(&rule("v*", None, Some(30))).is_ok());
        assert!(check(&rule("v*", None, None)).is_err());
        assert!(check(&rule("v *", Some(3), None)).is_err());
        assert!(check(&rule("v*", None, Some(0))).is_err());
    }
}
