//! Storing a manifest: as records in its owner's PDS, and as a verified copy here.

use std::sync::Arc;

use atproto::syntax::{Datetime, Did, Nsid, RecordKey};
use bytes::Bytes;
use lexicon::record_key::hashed_record_key;
use lexicon::{ManifestRecord, Record as _, SailorProfile, TagRecord};
use oci::{Digest, Manifest, Reference, Tag};
use serde_json::Value;

use crate::accounts::{AuthorizedPds, PdsSessionError};
use crate::clients::hold::{HoldClient, HoldUser, ManifestNotice};
use crate::clients::pds::{PdsError, Swap};
use crate::db::{PendingNoticeRow, TagRow};

use super::cache::{self, CachedManifest};
use super::manifest_plan;
use super::notices::Notice;
use super::permissions::{PushAccess, Repository};
use super::uploads::to_its_end;
use super::{Registry, RegistryError};

/// A manifest that is stored.
#[derive(Debug, Clone)]
pub struct StoredManifest {
    /// Its digest, in the algorithm the client asked for.
    pub digest: Digest,
    /// What it speaks about, for the `OCI-Subject` header.
    pub subject: Option<Digest>,
    /// The tags that point to it now.
    pub tags: Vec<Tag>,
}

impl Registry {
    /// Stores a manifest under a tag or its digest, with more `tags` (OCI distribution-spec end-7). Accepted only
    /// when everything it names is there, except its subject. May be repeated.
    pub async fn put_manifest(
        &self,
        access: &PushAccess,
        reference: &Reference,
        tags: Vec<Tag>,
        content_type: Option<&str>,
        content: Bytes,
    ) -> Result<StoredManifest, RegistryError> {
        let manifest = Manifest::parse(&content, content_type)?;
        let digest = match reference {
            Reference::Tag(_) => Digest::sha256_of(&content),
            Reference::Digest(named) => {
                let actual = Digest::of(named.algorithm(), &content);
                if actual != *named {
                    return Err(RegistryError::ManifestDigestMismatch {
                        named: named.clone(),
                        actual,
                    });
                }
                actual
            }
        };
        let tags = each_once(reference.tag().cloned().into_iter().chain(tags));
        let hold = self.push_hold(&access.repository.owner).await?;
        self.check_references(access, hold.did(), &manifest).await?;
        let pds = self
            .open_pds(&access.repository.owner, access.session.as_deref())
            .await?;
        let stored = StoredManifest {
            digest: digest.clone(),
            subject: manifest.subject().map(|subject| subject.digest.clone()),
            tags: tags.clone(),
        };
        let push = Push {
            registry: self.clone(),
            repository: access.repository.clone(),
            user: access.hold_user(),
            hold,
            pds,
            manifest,
            digest,
            content,
            tags,
        };
        to_its_end(Box::pin(push.run())).await?;
        Ok(stored)
    }

    /// The owner's PDS, with the session that this login opened.
    pub(super) async fn open_pds(
        &self,
        owner: &Did,
        session: Option<&str>,
    ) -> Result<AuthorizedPds, RegistryError> {
        let session = session.ok_or(RegistryError::SessionEnded)?;
        self.inner
            .sessions
            .open(session, owner)
            .await
            .map_err(|error| RegistryError::of_session(owner, error))
    }

    /// Every blob and every child must be in this repository: a digest alone, which anybody may know, does not
    /// make a blob of another repository readable here. And every blob must lie in the hold that the manifest will
    /// name, where others look for it.
    async fn check_references(
        &self,
        access: &PushAccess,
        hold: &Did,
        manifest: &Manifest,
    ) -> Result<(), RegistryError> {
        let repository = &access.repository;
        let mut missing = Vec::new();
        for (digest, announced) in manifest_plan::required_blobs(manifest) {
            let reader = access.caller.hold_user();
            match self
                .stat_blob_in(repository, hold, reader.as_ref(), &digest)
                .await?
            {
                None => missing.push(digest),
                Some(actual) if actual != announced => {
                    return Err(RegistryError::SizeMismatch {
                        digest,
                        announced,
                        actual,
                    });
                }
                Some(_) => {}
            }
        }
        for child in manifest.children() {
            let known = self
                .inner
                .database
                .find_manifest(&repository.owner, repository.path(), &child.digest)
                .await?;
            if known.is_none() {
                missing.push(child.digest.clone());
            }
        }
        if missing.is_empty() {
            Ok(())
        } else {
            Err(RegistryError::MissingReferences { missing })
        }
    }
}

/// Each tag once, in the order asked for: a push that took the same turn twice would wait for itself.
fn each_once(tags: impl Iterator<Item = Tag>) -> Vec<Tag> {
    let mut unique = Vec::new();
    for tag in tags {
        if !unique.contains(&tag) {
            unique.push(tag);
        }
    }
    unique
}

/// One push, from the checks on.
struct Push {
    registry: Registry,
    repository: Repository,
    user: HoldUser,
    hold: Arc<dyn HoldClient>,
    pds: AuthorizedPds,
    manifest: Manifest,
    digest: Digest,
    content: Bytes,
    tags: Vec<Tag>,
}

impl Push {
    /// The hold first, which may refuse: then nothing was written. Then the records, then the copy here: whoever is
    /// told "stored" finds all of it, and a crash in between leaves only records, which the next read takes up, or a
    /// hold that counts what no record names, which it finds out by itself.
    async fn run(self) -> Result<(), RegistryError> {
        let inner = &self.registry.inner;
        // Writers of one tag take turns, so that the last one is the last one everywhere.
        let mut sorted: Vec<&Tag> = self.tags.iter().collect();
        sorted.sort();
        let mut turns = Vec::with_capacity(sorted.len());
        for tag in sorted {
            turns.push(
                inner
                    .cache
                    .tag_locks
                    .lock(cache::key(&self.repository, tag))
                    .await,
            );
        }
        self.registry
            .check_movable(&self.repository, &self.tags, &self.digest)
            .await?;
        let (owner, path) = (&self.repository.owner, self.repository.path());
        let known = inner
            .database
            .find_manifest(owner, path, &self.digest)
            .await?;
        let pending = self
            .registry
            .tell(&*self.hold, &self.user, &Notice::Push(self.notice()))
            .await?;
        let stored = self.store(pending.as_ref()).await;
        if stored.is_err() && known.is_none() {
            self.take_back().await;
        }
        stored
    }

    async fn store(&self, pending: Option<&PendingNoticeRow>) -> Result<(), RegistryError> {
        let inner = &self.registry.inner;
        let now = inner.clock.now_millis();
        let datetime = Datetime::from_unix_micros(now * 1000);
        let manifest_key = self.put_manifest_record(&datetime).await?;
        let mut tag_rows = Vec::with_capacity(self.tags.len());
        for tag in &self.tags {
            let record_key = self.put_tag_record(tag, &manifest_key, &datetime).await?;
            tag_rows.push(TagRow {
                tag: tag.clone(),
                digest: self.digest.clone(),
                record_key: record_key.to_string(),
                updated_at: now,
                confirmed_at: inner.clock.now_millis(),
            });
        }
        self.keep(&manifest_key, &tag_rows, pending, now).await?;
        self.make_profile(&datetime).await;
        Ok(())
    }

    /// The hold counts a manifest that was not stored.
    async fn take_back(&self) {
        let path = self.repository.path();
        let told = self.hold.forget_manifest(&self.user, path, &self.digest);
        if let Err(error) = told.await {
            tracing::warn!(
                hold.did = %self.hold.did(),
                error = &error as &dyn std::error::Error,
                "a hold counts a manifest that was not stored, until it looks"
            );
        }
    }

    /// Whoever pushes for the first time gets a profile, in which they may choose a hold. It names none: without a
    /// choice of theirs, the registry's is what counts.
    async fn make_profile(&self, now: &Datetime) {
        let owner = &self.repository.owner;
        if !self.registry.lacks_profile(owner).await {
            return;
        }
        let profile = SailorProfile {
            created_at: now.clone(),
            updated_at: None,
            default_hold: None,
            auto_remove_untagged: None,
        };
        let key: RecordKey = "self".parse().expect("a record key");
        let Ok(value) = profile.to_value() else {
            return;
        };
        let collection = SailorProfile::collection();
        let written = self.pds.put_record(&collection, &key, &value, Swap::Absent);
        if let Err(error) = written.await {
            // Another push may have made it; otherwise the next one tries again.
            tracing::debug!(
                owner.did = %owner,
                error = &error as &dyn std::error::Error,
                "a profile was not made"
            );
        }
        self.registry.forget_choice(owner).await;
    }

    async fn put_manifest_record(&self, now: &Datetime) -> Result<RecordKey, RegistryError> {
        let owner = &self.repository.owner;
        let blob = self
            .pds
            .upload_blob(self.manifest.media_type().as_str(), self.content.clone())
            .await
            .map_err(|error| RegistryError::of_session(owner, error))?;
        // A PDS that stored something else must not be pointed to.
        if !blob.cid.matches_raw(&self.content) {
            return Err(RegistryError::of_pds(owner, PdsError::InvalidAnswer));
        }
        let record = manifest_plan::manifest_record(
            self.repository.path(),
            &self.digest,
            &self.manifest,
            &self.content,
            blob,
            self.hold.did(),
            now.clone(),
        );
        let value = record
            .to_value()
            .map_err(|_| RegistryError::of_pds(owner, PdsError::InvalidAnswer))?;
        let (key, swap) = self
            .registry
            .manifest_record_key(&self.repository, &self.digest)
            .await?;
        match self
            .put_record(&ManifestRecord::collection(), key, &value, swap)
            .await
        {
            // Another push took the key since we looked: into this repository, or into one that keeps it now.
            Err(RegistryError::Pds {
                source: PdsError::InvalidSwap,
                ..
            }) => {
                let (key, _) = self
                    .registry
                    .manifest_record_key(&self.repository, &self.digest)
                    .await?;
                self.put_record(&ManifestRecord::collection(), key, &value, Swap::Any)
                    .await
            }
            outcome => outcome,
        }
    }

    async fn put_tag_record(
        &self,
        tag: &Tag,
        manifest_key: &RecordKey,
        now: &Datetime,
    ) -> Result<RecordKey, RegistryError> {
        let (owner, path) = (&self.repository.owner, self.repository.path());
        // A record that others wrote under a key of their own is moved, not doubled.
        let known = self
            .registry
            .inner
            .database
            .find_tag(owner, path, tag)
            .await?;
        let key = known
            .and_then(|row| row.record_key.parse().ok())
            .map_or_else(|| manifest_plan::tag_key(path, tag), Ok)?;
        let record = manifest_plan::tag_record(owner, path, tag, &self.digest, manifest_key, now);
        let value = record
            .to_value()
            .map_err(|_| RegistryError::of_pds(owner, PdsError::InvalidAnswer))?;
        self.put_record(&TagRecord::collection(), key, &value, Swap::Any)
            .await
    }

    /// Some PDSes refuse keys with words on a list; such a record goes under the hash of its key.
    async fn put_record(
        &self,
        collection: &Nsid,
        key: RecordKey,
        value: &Value,
        swap: Swap,
    ) -> Result<RecordKey, RegistryError> {
        let owner = &self.repository.owner;
        match self.pds.put_record(collection, &key, value, swap).await {
            Ok(_) => Ok(key),
            Err(PdsSessionError::Pds(PdsError::Refused { ref error, .. }))
                if error == "InvalidRequest" =>
            {
                let hashed = hashed_record_key(&key);
                self.pds
                    .put_record(collection, &hashed, value, Swap::Any)
                    .await
                    .map_err(|error| RegistryError::of_session(owner, error))?;
                Ok(hashed)
            }
            Err(error) => Err(RegistryError::of_session(owner, error)),
        }
    }

    /// The verified copy here, in one transaction.
    async fn keep(
        &self,
        manifest_key: &RecordKey,
        tags: &[TagRow],
        pending: Option<&PendingNoticeRow>,
        now: i64,
    ) -> Result<(), RegistryError> {
        let inner = &self.registry.inner;
        let (owner, path) = (&self.repository.owner, self.repository.path());
        let hold_did = self.hold.did().as_str();
        let row = manifest_plan::manifest_row(
            &self.digest,
            &self.manifest,
            Some(hold_did),
            manifest_key,
            now,
        );
        let mut transaction = inner.database.begin().await?;
        transaction
            .insert_manifest_content(&self.digest, &self.content)
            .await?;
        transaction.upsert_manifest(owner, path, &row).await?;
        if row.subject.is_some() {
            // It may be a signature, and no tag tells of it.
            transaction.outdate_search_row(owner, path).await?;
        }
        for tag in tags {
            transaction.upsert_tag(owner, path, tag).await?;
        }
        if let Some(pending) = pending {
            transaction.insert_pending_notice(pending).await?;
        }
        transaction.commit().await?;
        self.registry.forget_read_from(owner, path).await;
        for tag in tags {
            inner.cache.put_tag(&self.repository, tag.clone());
        }
        inner.cache.put_manifest(
            &self.repository,
            &self.digest,
            Arc::new(CachedManifest {
                media_type: row.media_type,
                hold_did: row.hold_did,
                content: self.content.clone(),
            }),
        );
        Ok(())
    }

    fn notice(&self) -> ManifestNotice {
        ManifestNotice {
            owner: self.repository.owner.clone(),
            repository: self.repository.path().clone(),
            manifest: self.digest.clone(),
            media_type: self.manifest.media_type().to_string(),
            tag: self.tags.first().cloned(),
            layers: manifest_plan::layer_uses(&self.manifest),
            children: manifest_plan::children(&self.manifest),
        }
    }
}

impl Registry {
    /// The key of the manifest's record, where it is already or else where it belongs, and what must be there:
    /// nothing, where it would be the first, since all repositories of an owner would like the plain key.
    async fn manifest_record_key(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<(RecordKey, Swap), RegistryError> {
        let (owner, path) = (&repository.owner, repository.path());
        if let Some(row) = self
            .inner
            .database
            .find_manifest(owner, path, digest)
            .await?
            && let Ok(key) = row.record_key.parse()
        {
            return Ok((key, Swap::Any));
        }
        let key = |is_taken| {
            manifest_plan::manifest_key(digest, path, is_taken)
                .map_err(|_| RegistryError::of_pds(owner, PdsError::InvalidAnswer))
        };
        let plain = key(false)?;
        match self.fetch_record::<ManifestRecord>(owner, &plain).await? {
            None => Ok((plain, Swap::Absent)),
            Some(record) if record.repository == path.as_str() => Ok((plain, Swap::Any)),
            Some(_) => Ok((key(true)?, Swap::Any)),
        }
    }
}
