//! What an owner says of a repository: the record `io.atcr.repo.page`, edited so that nobody's words are lost.

use atproto::data::{Cid, RecordBlob};
use atproto::syntax::{Datetime, RecordKey};
use bytes::Bytes;
use lexicon::record_key::repo_page_record_key;
use lexicon::{Record as _, RepoPage, RepositorySettings};
use serde_json::{Map, Value, json};

use super::avatar::media_type_of;
use super::{OwnedRepository, OwnerError, Repositories};
use crate::clients::pds::{Record, RecordReference, Swap};
use crate::db::RepositoryPageRow;

/// The longest description, in bytes; the lexicon's limit.
const MAX_DESCRIPTION_BYTES: usize = 100_000;

/// The page as its owner edits it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageDraft {
    /// Markdown.
    pub description: String,
    /// The picture.
    pub avatar: Option<RecordBlob>,
    /// Which version of the record this is; `None`: there is none yet.
    pub version: Option<Cid>,
}

/// What becomes of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AvatarChange {
    /// It stays.
    Keep,
    /// It goes.
    Remove,
    /// Another one: the bytes of a PNG, JPEG or WebP picture.
    Replace(Bytes),
}

impl Repositories {
    /// The page as the owner's server has it now.
    pub async fn load_page(&self, owned: &OwnedRepository) -> Result<PageDraft, OwnerError> {
        let found = self.page_record(owned).await?;
        let Some(record) = found else {
            return Ok(PageDraft::default());
        };
        // What does not follow its lexicon is replaced by what is saved, but not unseen.
        let page = RepoPage::from_value(&record.value).ok();
        Ok(PageDraft {
            description: page
                .as_ref()
                .and_then(|page| page.description.clone())
                .unwrap_or_default(),
            avatar: page.and_then(|page| page.avatar),
            version: Some(record.cid),
        })
    }

    /// Saves the page, if it is still the version that was edited. Fields that other software keeps in it stay.
    ///
    /// # Errors
    /// [`OwnerError::Changed`] when it is not, [`OwnerError::Invalid`] for what the lexicon does not allow.
    pub async fn save_page(
        &self,
        owned: &OwnedRepository,
        description: &str,
        avatar: AvatarChange,
        version: Option<Cid>,
    ) -> Result<(), OwnerError> {
        if description.len() > MAX_DESCRIPTION_BYTES {
            return Err(OwnerError::Invalid {
                reason: format!(
                    "The description has {} bytes; at most {MAX_DESCRIPTION_BYTES} fit into the record.",
                    description.len()
                ),
            });
        }
        let found = self.page_record(owned).await?;
        if found.as_ref().map(|record| record.cid) != version {
            return Err(OwnerError::Changed);
        }
        let mut fields = match found.map(|record| record.value) {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        self.set_common(&mut fields, owned, RepoPage::NSID);
        if description.trim().is_empty() {
            fields.remove("description");
        } else {
            fields.insert("description".to_owned(), json!(description));
        }
        match avatar {
            AvatarChange::Keep => {}
            AvatarChange::Remove => drop(fields.remove("avatar")),
            AvatarChange::Replace(bytes) => {
                let blob = self.upload_picture(owned, bytes).await?;
                let blob = serde_json::to_value(blob).expect("a blob reference is plain data");
                fields.insert("avatar".to_owned(), blob);
            }
        }
        let record = Value::Object(fields);
        RepoPage::from_value(&record).map_err(|error| OwnerError::Invalid {
            reason: error.to_string(),
        })?;
        let written = self
            .put(owned, RepoPage::NSID, &page_key(owned)?, &record, version)
            .await?;
        self.show_page(owned, &record, &written).await
    }

    async fn upload_picture(
        &self,
        owned: &OwnedRepository,
        bytes: Bytes,
    ) -> Result<RecordBlob, OwnerError> {
        let media_type = media_type_of(&bytes)?;
        let pds = self.pds_of(owned).await?;
        Ok(pds.upload_blob(media_type, bytes).await?)
    }

    /// What was saved is shown and found at once.
    async fn show_page(
        &self,
        owned: &OwnedRepository,
        record: &Value,
        written: &RecordReference,
    ) -> Result<(), OwnerError> {
        let (did, path) = (&owned.identity.did, owned.name().path());
        let row = RepositoryPageRow {
            record: Some(record.to_string()),
            record_uri: Some(written.uri.to_string()),
            checked_at: self.now_millis(),
        };
        let mut transaction = self.inner.database.begin().await?;
        transaction.upsert_repository_page(did, path, &row).await?;
        transaction.outdate_search_row(did, path).await?;
        Ok(transaction.commit().await?)
    }

    async fn page_record(&self, owned: &OwnedRepository) -> Result<Option<Record>, OwnerError> {
        self.record(owned, RepoPage::NSID).await
    }

    /// The record of a repository in one of the collections that have one for each.
    pub(super) async fn record(
        &self,
        owned: &OwnedRepository,
        nsid: &str,
    ) -> Result<Option<Record>, OwnerError> {
        let identity = &owned.identity;
        let collection = nsid.parse().expect("the lexicon's name is one");
        self.inner
            .pds
            .get_record(&identity.pds, &identity.did, &collection, &page_key(owned)?)
            .await
            .map_err(OwnerError::Pds)
    }

    /// Writes such a record over the version that was edited.
    pub(super) async fn put(
        &self,
        owned: &OwnedRepository,
        nsid: &str,
        key: &RecordKey,
        record: &Value,
        version: Option<Cid>,
    ) -> Result<RecordReference, OwnerError> {
        let collection = nsid.parse().expect("the lexicon's name is one");
        let swap = version.map_or(Swap::Absent, Swap::Version);
        let pds = self.pds_of(owned).await?;
        Ok(pds.put_record(&collection, key, record, swap).await?)
    }

    /// Whose repository it is about, and when it was made and changed.
    pub(super) fn set_common(
        &self,
        fields: &mut Map<String, Value>,
        owned: &OwnedRepository,
        nsid: &str,
    ) {
        let now = Datetime::from_unix_micros(self.now_millis() * 1000);
        let has_date = fields
            .get("createdAt")
            .and_then(Value::as_str)
            .is_some_and(|text| text.parse::<Datetime>().is_ok());
        if !has_date {
            fields.insert("createdAt".to_owned(), json!(now));
        }
        fields.insert("$type".to_owned(), json!(nsid));
        fields.insert("repository".to_owned(), json!(owned.name().path().as_str()));
        fields.insert("updatedAt".to_owned(), json!(now));
    }

    pub(super) async fn pds_of(
        &self,
        owned: &OwnedRepository,
    ) -> Result<crate::accounts::AuthorizedPds, OwnerError> {
        let session = owned
            .access
            .session
            .as_deref()
            .ok_or(OwnerError::SessionEnded)?;
        let opened = self.inner.sessions.open(session, &owned.identity.did);
        Ok(opened.await?)
    }
}

/// The key of the records that a repository has one of: its page and its settings.
pub(super) fn page_key(owned: &OwnedRepository) -> Result<RecordKey, OwnerError> {
    repo_page_record_key(owned.name().path().as_str()).map_err(|_| OwnerError::Invalid {
        reason: "The name of this repository cannot be the key of a record.".to_owned(),
    })
}

/// The collections that have one record for each repository.
pub(super) const COLLECTIONS: [&str; 2] = [RepoPage::NSID, RepositorySettings::NSID];
