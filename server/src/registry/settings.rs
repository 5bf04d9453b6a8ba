//! What an owner decided about a repository: the record `dev.longshore.repository.settings` in their repo. Tags that
//! it calls immutable are neither moved nor deleted, whoever asks.

use std::fmt;

use atproto::syntax::Did;
use lexicon::record_key::repo_page_record_key;
use lexicon::{Record as _, RepositorySettings};
use oci::{Digest, RepositoryPath, Tag};

use super::permissions::Repository;
use super::{Registry, RegistryError};
use crate::db::RepositorySettingsRow;
use crate::glob;

/// Settings are believed this long, in milliseconds; what is decided here counts at once.
const FRESH_MILLIS: i64 = 60 * 1000;
/// The longest pattern, in bytes: as long as a tag.
const MAX_PATTERN_BYTES: usize = 128;

/// Tags, by a pattern in which `*` stands for any characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagPattern(String);

/// A pattern that no tag could fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a pattern is a tag such as v1.0, with * for any characters: v*, release-*; at most 128 characters"
)]
pub struct TagPatternError;

impl TagPattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, TagPatternError> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.*".contains(&byte);
        if (1..=MAX_PATTERN_BYTES).contains(&text.len()) && text.bytes().all(is_known) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TagPatternError)
        }
    }

    /// Whether a tag is among them.
    pub fn matches(&self, tag: &Tag) -> bool {
        glob::matches(&self.0, tag.as_str())
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TagPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Settings with where they lie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownSettings {
    /// What was decided; `None`: nothing.
    pub settings: Option<RepositorySettings>,
    /// `at://…`
    pub record_uri: Option<String>,
}

impl KnownSettings {
    /// The tags that are neither moved nor deleted. What strangers wrote that is no pattern matches nothing.
    pub fn immutable_tags(&self) -> Vec<TagPattern> {
        self.settings
            .iter()
            .filter_map(|settings| settings.immutable_tags.as_ref())
            .flatten()
            .filter_map(|pattern| TagPattern::parse(pattern).ok())
            .collect()
    }

    fn read(row: &RepositorySettingsRow, path: &RepositoryPath) -> Self {
        let settings = row
            .record
            .as_deref()
            .and_then(|record| serde_json::from_str(record).ok())
            .and_then(|value| RepositorySettings::from_value(&value).ok())
            // A record under another's key decides nothing.
            .filter(|settings| settings.repository == path.as_str());
        Self {
            settings,
            record_uri: row.record_uri.clone(),
        }
    }
}

impl Registry {
    /// What the owner decided, at most a minute old.
    ///
    /// # Errors
    /// When it is not known from before and their PDS does not answer: nothing may be moved then that might be
    /// immutable.
    pub async fn repository_settings(
        &self,
        owner: &Did,
        path: &RepositoryPath,
    ) -> Result<KnownSettings, RegistryError> {
        let known = self
            .inner
            .database
            .find_repository_settings(owner, path)
            .await?;
        let now = self.inner.clock.now_millis();
        match known {
            Some(row) if now - row.checked_at < FRESH_MILLIS => Ok(KnownSettings::read(&row, path)),
            known => match self.fetch_settings(owner, path, now).await {
                Ok(row) => {
                    self.keep_settings(owner, path, &row).await?;
                    Ok(KnownSettings::read(&row, path))
                }
                Err(error) => known.map_or(Err(error), |row| Ok(KnownSettings::read(&row, path))),
            },
        }
    }

    async fn fetch_settings(
        &self,
        owner: &Did,
        path: &RepositoryPath,
        now: i64,
    ) -> Result<RepositorySettingsRow, RegistryError> {
        let key = repo_page_record_key(path.as_str());
        let collection = RepositorySettings::collection();
        let record = match &key {
            Ok(key) => self.fetch_value(owner, &collection, key).await?,
            Err(_) => None,
        };
        let uri = key.map(|key| format!("at://{owner}/{collection}/{key}"));
        Ok(RepositorySettingsRow {
            record_uri: record.as_ref().and_then(|_| uri.ok()),
            record: record.map(|value| value.to_string()),
            checked_at: now,
        })
    }

    /// Keeps what the owner's PDS has: read from there, or just written there.
    pub(crate) async fn keep_settings(
        &self,
        owner: &Did,
        path: &RepositoryPath,
        row: &RepositorySettingsRow,
    ) -> Result<(), RegistryError> {
        let applies_daily = KnownSettings::read(row, path)
            .settings
            .and_then(|settings| settings.retention)
            .is_some_and(|retention| retention.enabled);
        let mut transaction = self.inner.database.begin().await?;
        transaction
            .upsert_repository_settings(owner, path, row, applies_daily)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Refuses to move tags that are immutable: those that point to something else than `digest` now. Whoever asks
    /// has the turns of these tags.
    pub(super) async fn check_movable(
        &self,
        repository: &Repository,
        tags: &[Tag],
        digest: &Digest,
    ) -> Result<(), RegistryError> {
        let (owner, path) = (&repository.owner, repository.path());
        let mut others = Vec::new();
        for tag in tags {
            let known = self.inner.database.find_tag(owner, path, tag).await?;
            if known.as_ref().is_none_or(|row| row.digest != *digest) {
                others.push((tag, known));
            }
        }
        if others.is_empty() {
            return Ok(());
        }
        let patterns = self
            .repository_settings(owner, path)
            .await?
            .immutable_tags();
        for (tag, known) in others {
            let Some(pattern) = patterns.iter().find(|pattern| pattern.matches(tag)) else {
                continue;
            };
            let current = match known {
                Some(row) => Some(row),
                None => self.confirm_tag(repository, tag, None).await?,
            };
            if current.is_some_and(|row| row.digest != *digest) {
                return Err(immutable(tag, pattern));
            }
        }
        Ok(())
    }

    /// Refuses to delete tags that are immutable.
    pub(super) async fn check_deletable<'a>(
        &self,
        repository: &Repository,
        tags: impl Iterator<Item = &'a Tag>,
    ) -> Result<(), RegistryError> {
        let mut patterns = None;
        for tag in tags {
            let known = if let Some(known) = &patterns {
                known
            } else {
                let (owner, path) = (&repository.owner, repository.path());
                let settings = self.repository_settings(owner, path).await?;
                patterns.insert(settings.immutable_tags())
            };
            if let Some(pattern) = known.iter().find(|pattern| pattern.matches(tag)) {
                return Err(immutable(tag, pattern));
            }
        }
        Ok(())
    }
}

fn immutable(tag: &Tag, pattern: &TagPattern) -> RegistryError {
    RegistryError::ImmutableTag {
        tag: tag.clone(),
        pattern: pattern.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_what_a_tag_may_be_with_stars() {
        for (pattern, tag, matches) in [
            ("v*", "v1.0", true),
            ("v*", "dev", false),
            ("*", "latest", true),
            ("1.*.0", "1.22.0", true),
            ("latest", "latest", true),
        ] {
            let pattern = TagPattern::parse(pattern).unwrap();
            assert_eq!(
                pattern.matches(&tag.parse().unwrap()),
                matches,
                "{pattern} {tag}"
            );
        }
        for text in ["", "v1 v2", "a/b", "ü", &"a".repeat(129)] {
            assert_eq!(TagPattern::parse(text), Err(TagPatternError));
        }
    }
}
