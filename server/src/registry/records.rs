//! Taking up what lies in somebody's PDS: records that other software wrote, or that we forgot.

use std::collections::HashSet;
use std::sync::Arc;

use atproto::syntax::{AtIdentifier, Did, Nsid, RecordKey};
use lexicon::{ManifestRecord, Record, TagRecord, nsid, record_key};
use oci::{Digest, DigestAlgorithm, MAX_MANIFEST_BYTES, Manifest, RepositoryPath, Tag};
use serde_json::Value;

use crate::clients::pds::PdsError;
use crate::db::TagRow;
use crate::identity::{Freshness, Identity};

use super::cache::CachedManifest;
use super::manifest_plan;
use super::permissions::Repository;
use super::{Registry, RegistryError};

/// A listing stops here: 200 pages of 100 records.
const MAX_LISTED_RECORDS: usize = 20_000;

impl Registry {
    async fn identity_of(&self, owner: &Did) -> Result<Arc<Identity>, RegistryError> {
        let identifier = AtIdentifier::Did(owner.clone());
        self.inner
            .identities
            .resolve(&identifier, Freshness::ForReading)
            .await
            .map_err(RegistryError::Owner)
    }

    /// A record of a known type. One that does not follow its lexicon counts as absent.
    pub(super) async fn fetch_record<R: Record>(
        &self,
        owner: &Did,
        key: &RecordKey,
    ) -> Result<Option<R>, RegistryError> {
        let value = self.fetch_value(owner, &R::collection(), key).await?;
        Ok(value.and_then(|value| R::from_value(&value).ok()))
    }

    /// A record as it is.
    pub(super) async fn fetch_value(
        &self,
        owner: &Did,
        collection: &Nsid,
        key: &RecordKey,
    ) -> Result<Option<Value>, RegistryError> {
        let identity = self.identity_of(owner).await?;
        let record = self
            .inner
            .pds
            .get_record(&identity.pds, owner, collection, key)
            .await
            .map_err(|source| RegistryError::of_pds(owner, source))?;
        Ok(record.map(|record| record.value))
    }

    /// The first records of a collection, as they are.
    pub(super) async fn fetch_values(
        &self,
        owner: &Did,
        collection: &Nsid,
    ) -> Result<Vec<Value>, RegistryError> {
        let identity = self.identity_of(owner).await?;
        let page = self
            .inner
            .pds
            .list_records(&identity.pds, owner, collection, None)
            .await
            .map_err(|source| RegistryError::of_pds(owner, source))?;
        Ok(page
            .records
            .into_iter()
            .map(|record| record.value)
            .collect())
    }

    /// Asks the owner's PDS what a tag points to now, and keeps the answer. `known` is our last state.
    pub(super) async fn confirm_tag(
        &self,
        repository: &Repository,
        tag: &Tag,
        known: Option<&TagRow>,
    ) -> Result<Option<TagRow>, RegistryError> {
        let asked_at = self.inner.clock.now_millis();
        let path = repository.path();
        let plain = manifest_plan::tag_key(path, tag)?;
        let mut keys = vec![plain.clone(), record_key::hashed_record_key(&plain)];
        if let Some(key) = known.and_then(|row| row.record_key.parse().ok())
            && !keys.contains(&key)
        {
            keys.insert(0, key);
        }
        for key in keys {
            let record: Option<TagRecord> = self.fetch_record(&repository.owner, &key).await?;
            let digest = record
                .filter(|record| record.repository == path.as_str() && record.tag == tag.as_str())
                .and_then(|record| record.manifest_digest())
                .and_then(|digest| digest.parse::<Digest>().ok());
            if let Some(digest) = digest {
                let moved = known.is_none_or(|row| row.digest != digest);
                let row = TagRow {
                    tag: tag.clone(),
                    digest,
                    record_key: key.to_string(),
                    updated_at: known
                        .filter(|_| !moved)
                        .map_or(asked_at, |row| row.updated_at),
                    confirmed_at: asked_at,
                };
                let mut transaction = self.inner.database.begin().await?;
                transaction
                    .upsert_tag(&repository.owner, path, &row)
                    .await?;
                transaction.commit().await?;
                self.inner.cache.put_tag(repository, row.clone());
                return Ok(Some(row));
            }
        }
        self.inner.cache.forget_tag(repository, tag);
        if known.is_some() {
            let mut transaction = self.inner.database.begin().await?;
            transaction.delete_tag(&repository.owner, path, tag).await?;
            transaction.commit().await?;
        }
        Ok(None)
    }

    /// Fetches a manifest from its owner's PDS, verifies it against the digest asked for, and keeps it.
    pub(super) async fn fetch_manifest(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<Option<Arc<CachedManifest>>, RegistryError> {
        let (owner, path) = (&repository.owner, repository.path());
        let Ok(plain) = manifest_plan::manifest_key(digest, path, false) else {
            return Ok(None);
        };
        let Ok(in_repository) = manifest_plan::manifest_key(digest, path, true) else {
            return Ok(None);
        };
        let hashed = record_key::hashed_record_key(&in_repository);
        for key in [plain, in_repository, hashed] {
            let record: Option<ManifestRecord> = self.fetch_record(owner, &key).await?;
            if let Some(record) = record.filter(|record| record.repository == path.as_str()) {
                return self.keep_manifest(repository, digest, &key, &record).await;
            }
        }
        Ok(None)
    }

    async fn keep_manifest(
        &self,
        repository: &Repository,
        digest: &Digest,
        key: &RecordKey,
        record: &ManifestRecord,
    ) -> Result<Option<Arc<CachedManifest>>, RegistryError> {
        let (owner, path) = (&repository.owner, repository.path());
        // Records older than `manifestBlob` have no bytes to serve.
        let Some(blob) = &record.manifest_blob else {
            return Ok(None);
        };
        let identity = self.identity_of(owner).await?;
        // Whatever others write, it is either the manifest of this digest or no manifest at all.
        let content = match self
            .inner
            .pds
            .get_blob(&identity.pds, owner, &blob.cid, MAX_MANIFEST_BYTES)
            .await
        {
            Ok(Some(content)) if Digest::of(digest.algorithm(), &content) == *digest => content,
            Ok(_) | Err(PdsError::TooLarge) => return Ok(None),
            Err(source) => return Err(RegistryError::of_pds(owner, source)),
        };
        let Ok(manifest) = Manifest::parse(&content, Some(&record.media_type)) else {
            return Ok(None);
        };
        let hold_did = record.hold_did.as_ref().map(Did::as_str);
        let now = self.inner.clock.now_millis();
        let mut transaction = self.inner.database.begin().await?;
        transaction
            .insert_manifest_content(digest, &content)
            .await?;
        let row = manifest_plan::manifest_row(digest, &manifest, hold_did, key, now);
        transaction.upsert_manifest(owner, path, &row).await?;
        if row.subject.is_some() {
            transaction.outdate_search_row(owner, path).await?;
        }
        if let Some(hold_did) = hold_did {
            for blob in manifest.all_blobs() {
                transaction
                    .insert_repository_blob(owner, path, &blob.digest, hold_did, now)
                    .await?;
            }
        }
        transaction.commit().await?;
        Ok(Some(Arc::new(CachedManifest {
            media_type: row.media_type,
            hold_did: row.hold_did,
            content,
        })))
    }

    /// Lists somebody's tags whole when our list is too old, and removes what their PDS no longer has. Answers
    /// whether the list is as fresh as it should be; a PDS that fails leaves what is known.
    pub(super) async fn refresh_tags(&self, owner: &Did) -> Result<bool, RegistryError> {
        let _turn = self
            .inner
            .cache
            .listing_locks
            .lock((owner.to_string(), nsid::TAG))
            .await;
        if self.is_listed(owner, nsid::TAG).await? {
            return Ok(true);
        }
        let listed_at = self.inner.clock.now_millis();
        if self.inner.cache.pds_failed_lately(owner, listed_at) {
            return Ok(false);
        }
        let listing = match self.list_records::<TagRecord>(owner).await {
            Ok(listing) => listing,
            Err(error) => {
                self.inner
                    .cache
                    .note_pds_failure(owner, self.inner.clock.now_millis());
                tracing::warn!(owner.did = %owner, error = %error, "could not list tags");
                return Ok(false);
            }
        };
        let mut transaction = self.inner.database.begin().await?;
        for (key, record) in listing.records {
            let Some(digest) = record
                .manifest_digest()
                .and_then(|digest| digest.parse().ok())
            else {
                continue;
            };
            let (Ok(path), Ok(tag)) = (
                record.repository.parse::<RepositoryPath>(),
                record.tag.parse(),
            ) else {
                continue;
            };
            let moved_at = record.updated_at.or(record.created_at);
            let row = TagRow {
                tag,
                digest,
                record_key: key,
                updated_at: moved_at.map_or(listed_at, |time| time.unix_micros() / 1000),
                confirmed_at: listed_at,
            };
            transaction.upsert_listed_tag(owner, &path, &row).await?;
        }
        if listing.is_whole {
            transaction
                .delete_unconfirmed_tags(owner, listed_at)
                .await?;
        }
        transaction
            .upsert_listing(owner, nsid::TAG, listed_at)
            .await?;
        transaction.commit().await?;
        self.inner.cache.forget_everything();
        Ok(true)
    }

    /// Takes up the manifests of somebody that speak about others, so that referrers pushed elsewhere are
    /// found. Answers as [`Self::refresh_tags`] does.
    pub(super) async fn refresh_referrers(&self, owner: &Did) -> Result<bool, RegistryError> {
        let _turn = self
            .inner
            .cache
            .listing_locks
            .lock((owner.to_string(), nsid::MANIFEST))
            .await;
        if self.is_listed(owner, nsid::MANIFEST).await? {
            return Ok(true);
        }
        let listed_at = self.inner.clock.now_millis();
        if self.inner.cache.pds_failed_lately(owner, listed_at) {
            return Ok(false);
        }
        match self.take_up_referrers(owner).await {
            Ok(()) => {}
            Err(error) => {
                self.inner
                    .cache
                    .note_pds_failure(owner, self.inner.clock.now_millis());
                tracing::warn!(owner.did = %owner, error = %error, "could not list manifests");
                return Ok(false);
            }
        }
        let mut transaction = self.inner.database.begin().await?;
        transaction
            .upsert_listing(owner, nsid::MANIFEST, listed_at)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn take_up_referrers(&self, owner: &Did) -> Result<(), RegistryError> {
        // Asked first: what is stored while the listing runs need not be in it, and is not gone.
        let known_before = self.inner.database.list_manifests(owner).await?;
        let listing = self.list_records::<ManifestRecord>(owner).await?;
        let seen: HashSet<&str> = listing
            .records
            .iter()
            .map(|(key, _)| key.as_str())
            .collect();
        for known in known_before {
            if listing.is_whole && !seen.contains(known.manifest.record_key.as_str()) {
                let mut transaction = self.inner.database.begin().await?;
                transaction
                    .delete_manifest(owner, &known.repository, &known.manifest.digest)
                    .await?;
                transaction.commit().await?;
                self.inner.cache.forget_everything();
            }
        }
        for (key, record) in &listing.records {
            if record.subject.is_none() {
                continue;
            }
            let (Ok(path), Ok(key)) = (
                record.repository.parse::<RepositoryPath>(),
                key.parse::<RecordKey>(),
            ) else {
                continue;
            };
            let Some(digest) = digest_of(&key, record) else {
                continue;
            };
            if self
                .inner
                .database
                .find_manifest(owner, &path, &digest)
                .await?
                .is_some()
            {
                continue;
            }
            let Some(repository) = repository_of(owner, &path) else {
                continue;
            };
            self.keep_manifest(&repository, &digest, &key, record)
                .await?;
        }
        Ok(())
    }

    /// Takes up every manifest of a repository that its owner's PDS has, so that nothing is decided without one.
    /// Returns the keys of records that name the repository and cannot be taken up: without bytes, or with others.
    pub async fn take_up_manifests(
        &self,
        repository: &Repository,
    ) -> Result<Vec<RecordKey>, RegistryError> {
        let (owner, path) = (&repository.owner, repository.path());
        let known = self
            .inner
            .database
            .list_repository_manifests(owner, path)
            .await?;
        let known: HashSet<&str> = known.iter().map(|row| row.record_key.as_str()).collect();
        let listing = self.list_records::<ManifestRecord>(owner).await?;
        let mut unusable = Vec::new();
        for (key, record) in &listing.records {
            if record.repository != path.as_str() || known.contains(key.as_str()) {
                continue;
            }
            let Ok(key) = key.parse::<RecordKey>() else {
                continue;
            };
            let taken_up = match digest_of(&key, record) {
                Some(digest) => {
                    self.keep_manifest(repository, &digest, &key, record)
                        .await?
                }
                None => None,
            };
            if taken_up.is_none() {
                unusable.push(key);
            }
        }
        Ok(unusable)
    }

    async fn is_listed(&self, owner: &Did, collection: &str) -> Result<bool, RegistryError> {
        let listed_at = self.inner.database.find_listing(owner, collection).await?;
        let now = self.inner.clock.now_millis();
        Ok(listed_at.is_some_and(|then| {
            u128::try_from(now - then)
                .is_ok_and(|age| age <= self.inner.settings.listing_fresh.as_millis())
        }))
    }

    /// All records of a collection, by key. Records that do not follow the lexicon are passed over.
    async fn list_records<R: Record>(&self, owner: &Did) -> Result<Listing<R>, RegistryError> {
        let identity = self.identity_of(owner).await?;
        let mut records = Vec::new();
        let mut cursor = None;
        loop {
            let page = self
                .inner
                .pds
                .list_records(&identity.pds, owner, &R::collection(), cursor.as_deref())
                .await
                .map_err(|source| RegistryError::of_pds(owner, source))?;
            let is_last = page.records.is_empty();
            for record in page.records {
                if let (Some(key), Ok(value)) =
                    (record.uri.record_key(), R::from_value(&record.value))
                {
                    records.push((key.to_string(), value));
                }
            }
            cursor = page.cursor;
            let is_whole = is_last || cursor.is_none();
            if is_whole || records.len() >= MAX_LISTED_RECORDS {
                return Ok(Listing { records, is_whole });
            }
        }
    }
}

/// What somebody's PDS has of one collection, by record key.
struct Listing<R> {
    records: Vec<(String, R)>,
    /// There is no more: what is not in it does not exist.
    is_whole: bool,
}

/// The digest a manifest was pushed under is in the record's key; its fields may have only the SHA-256.
fn digest_of(key: &RecordKey, record: &ManifestRecord) -> Option<Digest> {
    let from_key = record_key::parse_manifest_record_key(key).and_then(|hex| {
        DigestAlgorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.hex_length() == hex.len())
            .and_then(|algorithm| format!("{}:{hex}", algorithm.as_str()).parse().ok())
    });
    from_key.or_else(|| record.digest.parse().ok())
}

/// A repository under the spelling of its owner's DID: good enough to store by, since storage goes by DID.
fn repository_of(owner: &Did, path: &RepositoryPath) -> Option<Repository> {
    let name = oci::RepositoryName::new(&owner.to_oci_component()?, path).ok()?;
    Some(Repository {
        name,
        owner: owner.clone(),
    })
}
