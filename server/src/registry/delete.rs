//! Deleting: a tag, a manifest with its tags, a blob from a repository.

use atproto::syntax::{Nsid, RecordKey};
use lexicon::{ManifestRecord, Record as _, TagRecord};
use oci::{Digest, Reference, RepositoryPath, Tag};

use crate::clients::hold::{HoldError, HoldUser};
use crate::clients::pds::Write;
use crate::db::{PendingNoticeRow, TagRow};

use super::cache;
use super::manifest_plan::tag_key;
use super::notices::Notice;
use super::permissions::{DeleteAccess, Repository};
use super::uploads::to_its_end;
use super::{Registry, RegistryError};

/// A PDS takes this many writes in one commit.
const MAX_WRITES: usize = 200;

impl Registry {
    /// Deletes a tag only, or by digest a manifest and the tags that point to it (OCI distribution-spec end-9).
    /// Children and referrers stay.
    pub async fn delete_manifest(
        &self,
        access: &DeleteAccess,
        reference: &Reference,
    ) -> Result<(), RegistryError> {
        let (registry, access, reference) = (self.clone(), access.clone(), reference.clone());
        to_its_end(async move {
            match &reference {
                Reference::Tag(tag) => registry.delete_tag(&access, tag, None).await.map(|_| ()),
                Reference::Digest(digest) => {
                    Box::pin(registry.delete_by_digest(&access, digest)).await
                }
            }
        })
        .await
    }

    /// Deletes a tag that still points to `digest`. `false`: it points to something else by now, and stays.
    pub async fn delete_tag_at(
        &self,
        access: &DeleteAccess,
        tag: &Tag,
        digest: &Digest,
    ) -> Result<bool, RegistryError> {
        let (registry, access, tag, digest) =
            (self.clone(), access.clone(), tag.clone(), digest.clone());
        to_its_end(async move { registry.delete_tag(&access, &tag, Some(&digest)).await }).await
    }

    /// Deletes a manifest that no tag points to. `false`: one does by now, and both stay.
    pub async fn delete_untagged_manifest(
        &self,
        access: &DeleteAccess,
        digest: &Digest,
    ) -> Result<bool, RegistryError> {
        let repository = &access.repository;
        let tags = self
            .inner
            .database
            .list_tags_of_manifest(&repository.owner, repository.path(), digest)
            .await?;
        if !tags.is_empty() {
            return Ok(false);
        }
        self.delete_manifest(access, &Reference::Digest(digest.clone()))
            .await?;
        Ok(true)
    }

    /// Deletes a record of the owner's that belongs to a repository. May be repeated.
    pub async fn delete_record_of(
        &self,
        access: &DeleteAccess,
        collection: &Nsid,
        key: &RecordKey,
    ) -> Result<(), RegistryError> {
        let owner = &access.repository.owner;
        let pds = self.open_pds(owner, access.session.as_deref()).await?;
        pds.delete_record(collection, key, None)
            .await
            .map_err(|error| RegistryError::of_session(owner, error))
    }

    /// Bytes that deleting these manifests of one hold gives back: to the owner's quota, and to the hold. `None`: the
    /// hold does not tell.
    pub async fn reckon_freed(
        &self,
        hold: &str,
        owner: &HoldUser,
        path: &RepositoryPath,
        manifests: &[Digest],
    ) -> Result<Option<(u64, u64)>, RegistryError> {
        let hold = self.open_hold_named(hold).await?;
        Ok(hold.reckon_freed(owner, path, manifests).await?)
    }

    /// Forgets the blobs of a repository without manifests: nothing names them any more.
    pub async fn forget_blobs(&self, access: &DeleteAccess) -> Result<(), RegistryError> {
        let (owner, path) = (&access.repository.owner, access.repository.path());
        let mut transaction = self.inner.database.begin().await?;
        transaction.delete_repository_blobs(owner, path).await?;
        transaction.commit().await?;
        self.inner.cache.forget_everything();
        Ok(())
    }

    async fn delete_tag(
        &self,
        access: &DeleteAccess,
        tag: &Tag,
        expected: Option<&Digest>,
    ) -> Result<bool, RegistryError> {
        let repository = &access.repository;
        let (owner, path) = (&repository.owner, repository.path());
        let _turn = self
            .inner
            .cache
            .tag_locks
            .lock(cache::key(repository, tag))
            .await;
        let known = self.inner.database.find_tag(owner, path, tag).await?;
        // A tag that only the PDS knows is deleted all the same.
        let known = match known {
            Some(row) => Some(row),
            None => self.confirm_tag(repository, tag, None).await?,
        };
        let Some(row) = known else {
            return Err(RegistryError::ManifestUnknown {
                reference: tag.to_string(),
            });
        };
        if expected.is_some_and(|digest| row.digest != *digest) {
            return Ok(false);
        }
        self.check_deletable(repository, std::iter::once(tag))
            .await?;
        let pds = self.open_pds(owner, access.session.as_deref()).await?;
        let key = record_key_of(repository, &row)?;
        pds.delete_record(&TagRecord::collection(), &key, None)
            .await
            .map_err(|error| RegistryError::of_session(owner, error))?;
        let mut transaction = self.inner.database.begin().await?;
        transaction.delete_tag(owner, path, tag).await?;
        transaction.commit().await?;
        self.inner.cache.forget_tag(repository, tag);
        Ok(true)
    }

    async fn delete_by_digest(
        &self,
        access: &DeleteAccess,
        digest: &Digest,
    ) -> Result<(), RegistryError> {
        let repository = &access.repository;
        let (owner, path) = (&repository.owner, repository.path());
        let unknown = || RegistryError::ManifestUnknown {
            reference: digest.to_string(),
        };
        if self.load_manifest(repository, digest).await?.is_none() {
            return Err(unknown());
        }
        let row = self
            .inner
            .database
            .find_manifest(owner, path, digest)
            .await?
            .ok_or_else(unknown)?;
        let tags = self
            .inner
            .database
            .list_tags_of_manifest(owner, path, digest)
            .await?;
        self.check_deletable(repository, tags.iter().map(|row| &row.tag))
            .await?;
        let pds = self.open_pds(owner, access.session.as_deref()).await?;
        let manifest_key: RecordKey = row.record_key.parse().map_err(|_| unknown())?;
        let mut writes = vec![Write::Delete {
            collection: ManifestRecord::collection(),
            rkey: manifest_key,
        }];
        for tag in &tags {
            writes.push(Write::Delete {
                collection: TagRecord::collection(),
                rkey: record_key_of(repository, tag)?,
            });
        }
        // Tags go first where they need more than one commit, so that none is left pointing to nothing.
        writes.reverse();
        for chunk in writes.chunks(MAX_WRITES) {
            if pds.apply_writes(chunk).await.is_err() {
                // One of the records is gone already; deleting one by one does not mind.
                for write in chunk {
                    if let Write::Delete { collection, rkey } = write {
                        pds.delete_record(collection, rkey, None)
                            .await
                            .map_err(|error| RegistryError::of_session(owner, error))?;
                    }
                }
            }
        }
        let pending = self
            .tell_of_deletion(access, row.hold_did.as_deref(), digest)
            .await?;
        let mut transaction = self.inner.database.begin().await?;
        for tag in &tags {
            transaction.delete_tag(owner, path, &tag.tag).await?;
        }
        transaction.delete_manifest(owner, path, digest).await?;
        if row.subject.is_some() {
            // It may have been a signature, and no tag told of it.
            transaction.outdate_search_row(owner, path).await?;
        }
        if let Some(pending) = &pending {
            transaction.insert_pending_notice(pending).await?;
        }
        transaction.commit().await?;
        self.forget_read_from(owner, path).await;
        for tag in &tags {
            self.inner.cache.forget_tag(repository, &tag.tag);
        }
        self.inner.cache.forget_manifest(repository, digest);
        Ok(())
    }

    /// Lets the hold forget what the manifest used. Returns what is left to be said later.
    async fn tell_of_deletion(
        &self,
        access: &DeleteAccess,
        hold: Option<&str>,
        digest: &Digest,
    ) -> Result<Option<PendingNoticeRow>, RegistryError> {
        let repository = &access.repository;
        let Some(hold) = hold else {
            return Ok(None);
        };
        let user = HoldUser {
            did: repository.owner.clone(),
            session: access.session.clone(),
        };
        let notice = Notice::Delete {
            repository: repository.path().clone(),
            manifest: digest.clone(),
        };
        let told = match self.open_hold_named(hold).await {
            Ok(hold) => self.tell(&*hold, &user, &notice).await,
            Err(RegistryError::Hold(HoldError::Unreachable { did })) => {
                return Ok(Some(self.pending(&did, &user, &notice)));
            }
            Err(error) => return Err(error),
        };
        match told {
            // Whoever lost their right in a hold may still delete what is theirs; the hold looks for itself.
            Err(HoldError::Denied { .. }) => Ok(None),
            told => Ok(told?),
        }
    }

    /// Stops the repository from showing a blob (end-10). Other repositories keep theirs; the space is freed when
    /// nothing uses the blob any more.
    pub async fn delete_blob(
        &self,
        access: &DeleteAccess,
        digest: &Digest,
    ) -> Result<(), RegistryError> {
        let repository = &access.repository;
        let mut transaction = self.inner.database.begin().await?;
        let was_there = transaction
            .delete_repository_blob(&repository.owner, repository.path(), digest)
            .await?;
        transaction.commit().await?;
        self.inner.cache.forget_blob(repository, digest);
        if was_there {
            Ok(())
        } else {
            Err(RegistryError::BlobUnknown {
                digest: digest.clone(),
            })
        }
    }
}

fn record_key_of(repository: &Repository, row: &TagRow) -> Result<RecordKey, RegistryError> {
    row.record_key
        .parse()
        .or_else(|_| tag_key(repository.path(), &row.tag))
}
