//! Reading: manifests by tag and digest, and blobs.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use atproto::syntax::Did;
use bytes::Bytes;
use lexicon::nsid;
use oci::{Digest, Reference, Tag};

use crate::blob_store::OutgoingBytes;
use crate::clients::hold::{BlobContent, HoldUser};
use crate::db::TagRow;

use super::cache::{self, CachedManifest};
use super::permissions::{PullAccess, Repository};
use super::{Registry, RegistryError};

/// How long a page waits for the list of somebody's tags when there is an older one.
const LISTING_PATIENCE: Duration = Duration::from_millis(100);
/// A list of this age, while a newer one is asked for, still passes for what its owner says.
const LISTING_PASSES_MILLIS: i64 = 10 * 60 * 1000;

/// A manifest for a client.
#[derive(Debug, Clone)]
pub struct FoundManifest {
    /// Its digest.
    pub digest: Digest,
    /// The media type it was pushed with.
    pub media_type: String,
    /// Its exact bytes.
    pub content: Bytes,
    /// The owner's PDS could not be asked whether the tag still points here.
    pub is_stale: bool,
    /// The hold that its blobs lie in, where its record names one.
    pub hold_did: Option<String>,
}

/// A blob for a client.
pub struct BlobRead {
    /// The size of the whole blob in bytes.
    pub size: u64,
    /// The bytes, or where to get them.
    pub content: BlobContent,
}

struct TagTarget {
    digest: Digest,
    is_stale: bool,
}

impl Registry {
    /// A manifest by tag or digest (OCI distribution-spec end-3). By digest the verified copy here is enough; by
    /// tag the owner's PDS is asked when its last word is too old, and an old answer is better than none.
    pub async fn find_manifest(
        &self,
        access: &PullAccess,
        reference: &Reference,
    ) -> Result<FoundManifest, RegistryError> {
        let repository = &access.repository;
        let target = match reference {
            Reference::Digest(digest) => TagTarget {
                digest: digest.clone(),
                is_stale: false,
            },
            Reference::Tag(tag) => self.find_tag_target(repository, tag).await?,
        };
        let manifest = self
            .load_manifest(repository, &target.digest)
            .await?
            .ok_or_else(|| RegistryError::ManifestUnknown {
                reference: reference.to_string(),
            })?;
        if !self
            .may_read_from(
                access.reader.as_ref(),
                &repository.owner,
                repository.path(),
                manifest.hold_did.as_deref(),
            )
            .await?
        {
            return Err(RegistryError::ManifestUnknown {
                reference: reference.to_string(),
            });
        }
        Ok(FoundManifest {
            digest: target.digest,
            media_type: manifest.media_type.clone(),
            content: manifest.content.clone(),
            is_stale: target.is_stale,
            hold_did: manifest.hold_did.clone(),
        })
    }

    async fn find_tag_target(
        &self,
        repository: &Repository,
        tag: &Tag,
    ) -> Result<TagTarget, RegistryError> {
        let fresh = |row: &TagRow| TagTarget {
            digest: row.digest.clone(),
            is_stale: false,
        };
        if let Some(row) = self.inner.cache.tag(repository, tag)
            && self.is_confirmed(&row)
        {
            return Ok(fresh(&row));
        }
        let _turn = self
            .inner
            .cache
            .tag_locks
            .lock(cache::key(repository, tag))
            .await;
        let known = self
            .inner
            .database
            .find_tag(&repository.owner, repository.path(), tag)
            .await?;
        if let Some(row) = &known
            && self.is_confirmed(row)
        {
            self.inner.cache.put_tag(repository, row.clone());
            return Ok(fresh(row));
        }
        let (cache, owner) = (&self.inner.cache, &repository.owner);
        if let Some(row) = &known
            && cache.pds_failed_lately(owner, self.inner.clock.now_millis())
        {
            return Ok(TagTarget {
                digest: row.digest.clone(),
                is_stale: true,
            });
        }
        match self.confirm_tag(repository, tag, known.as_ref()).await {
            Ok(Some(row)) => Ok(fresh(&row)),
            Ok(None) => Err(RegistryError::ManifestUnknown {
                reference: tag.to_string(),
            }),
            Err(error) => match known {
                Some(row) => {
                    cache.note_pds_failure(owner, self.inner.clock.now_millis());
                    tracing::warn!(
                        repository.name = %repository.name, tag = %tag, error = %error,
                        "served a tag that its PDS did not confirm"
                    );
                    Ok(TagTarget {
                        digest: row.digest,
                        is_stale: true,
                    })
                }
                None => Err(error),
            },
        }
    }

    fn is_confirmed(&self, row: &TagRow) -> bool {
        let age = self.inner.clock.now_millis() - row.confirmed_at;
        u128::try_from(age).is_ok_and(|age| age <= self.inner.settings.tag_fresh.as_millis())
    }

    /// A manifest by digest: from memory, from the database, or from its owner's PDS.
    pub(super) async fn load_manifest(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<Option<Arc<CachedManifest>>, RegistryError> {
        if let Some(manifest) = self.inner.cache.manifest(repository, digest) {
            return Ok(Some(manifest));
        }
        let database = &self.inner.database;
        let row = database
            .find_manifest(&repository.owner, repository.path(), digest)
            .await?;
        if let Some(row) = row
            && let Some(content) = database.find_manifest_content(digest).await?
        {
            // The database's bytes are checked as everybody else's: a damaged row is fetched again.
            if Digest::of(digest.algorithm(), &content) == *digest {
                let manifest = Arc::new(CachedManifest {
                    media_type: row.media_type,
                    hold_did: row.hold_did,
                    content: content.into(),
                });
                self.inner
                    .cache
                    .put_manifest(repository, digest, Arc::clone(&manifest));
                return Ok(Some(manifest));
            }
            tracing::error!(manifest.digest = %digest, "a stored manifest does not match its digest");
        }
        let fetched = self.fetch_manifest(repository, digest).await?;
        if let Some(manifest) = &fetched {
            self.inner
                .cache
                .put_manifest(repository, digest, Arc::clone(manifest));
        }
        Ok(fetched)
    }

    /// The size of a blob of the repository (end-2, HEAD).
    pub async fn stat_blob(
        &self,
        access: &PullAccess,
        digest: &Digest,
    ) -> Result<u64, RegistryError> {
        self.stat_repository_blob(&access.repository, access.reader.as_ref(), digest)
            .await?
            .ok_or_else(|| RegistryError::BlobUnknown {
                digest: digest.clone(),
            })
    }

    /// As [`Self::stat_blob`], for somebody who may be about to push. A blob that lies elsewhere than their pushes go
    /// is none for them: it is to be sent, so that one hold has all of the manifest.
    pub async fn stat_blob_to_push(
        &self,
        access: &PullAccess,
        digest: &Digest,
    ) -> Result<u64, RegistryError> {
        let (repository, reader) = (&access.repository, access.reader.as_ref());
        if !access.may_push {
            return self.stat_blob(access, digest).await;
        }
        let hold = self.push_hold(&repository.owner).await?;
        self.stat_blob_in(repository, hold.did(), reader, digest)
            .await?
            .ok_or_else(|| RegistryError::BlobUnknown {
                digest: digest.clone(),
            })
    }

    /// A blob of the repository (end-2), or an inclusive range of it. `size` is what [`Self::stat_blob`] said.
    pub async fn read_blob(
        &self,
        access: &PullAccess,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<BlobRead, RegistryError> {
        let unknown = || RegistryError::BlobUnknown {
            digest: digest.clone(),
        };
        let hold_did = self
            .find_blob_hold(&access.repository, digest)
            .await?
            .ok_or_else(unknown)?;
        let hold = self.open_hold_named(&hold_did).await?;
        let content = hold
            .read_blob(access.reader.as_ref(), digest, size, range)
            .await?
            .ok_or_else(unknown)?;
        Ok(BlobRead { size, content })
    }

    /// A whole blob of the repository as bytes, with its size: for this server to look into on behalf of a reader.
    pub async fn stream_blob(
        &self,
        access: &PullAccess,
        digest: &Digest,
    ) -> Result<(u64, OutgoingBytes), RegistryError> {
        let unknown = || RegistryError::BlobUnknown {
            digest: digest.clone(),
        };
        let hold_did = self
            .find_blob_hold(&access.repository, digest)
            .await?
            .ok_or_else(unknown)?;
        let hold = self.open_hold_named(&hold_did).await?;
        let reader = access.reader.as_ref();
        let size = hold.stat_blob(reader, digest).await?.ok_or_else(unknown)?;
        let bytes = hold
            .stream_blob(reader, digest, size)
            .await?
            .ok_or_else(unknown)?;
        Ok((size, bytes))
    }

    /// Brings the list of an owner's tags up to date; answers whether it is as fresh as it should be.
    pub async fn refresh_listing(&self, owner: &Did) -> Result<bool, RegistryError> {
        self.refresh_tags(owner).await
    }

    /// As [`Self::refresh_listing`], for a page: somebody who has thousands of tags is asked for them in many
    /// requests, so what is known is shown after [`LISTING_PATIENCE`], and the next reader has the rest.
    pub async fn refresh_listing_soon(&self, owner: &Did) -> Result<bool, RegistryError> {
        let Some(listed_at) = self.inner.database.find_listing(owner, nsid::TAG).await? else {
            return self.refresh_tags(owner).await;
        };
        let (registry, listed) = (self.clone(), owner.clone());
        // A task of its own, so that it goes on when the page does not wait for it.
        let refresh = tokio::spawn(async move { registry.refresh_tags(&listed).await });
        match tokio::time::timeout(LISTING_PATIENCE, refresh).await {
            Ok(Ok(refreshed)) => refreshed,
            Ok(Err(_panicked)) => Ok(false),
            Err(_still_asking) => {
                Ok(self.inner.clock.now_millis() - listed_at <= LISTING_PASSES_MILLIS)
            }
        }
    }

    /// The size of a blob, where the repository shows it and its hold has it.
    pub(super) async fn stat_repository_blob(
        &self,
        repository: &Repository,
        reader: Option<&HoldUser>,
        digest: &Digest,
    ) -> Result<Option<u64>, RegistryError> {
        match self.find_blob_hold(repository, digest).await? {
            Some(hold_did) => {
                let hold = self.open_hold_named(&hold_did).await?;
                Ok(hold.stat_blob(reader, digest).await?)
            }
            None => Ok(None),
        }
    }

    /// As [`Self::stat_repository_blob`], of one hold alone.
    pub(super) async fn stat_blob_in(
        &self,
        repository: &Repository,
        hold: &Did,
        reader: Option<&HoldUser>,
        digest: &Digest,
    ) -> Result<Option<u64>, RegistryError> {
        match self.find_blob_hold(repository, digest).await? {
            Some(named) if *named == *hold.as_str() => {
                self.stat_repository_blob(repository, reader, digest).await
            }
            _ => Ok(None),
        }
    }

    async fn find_blob_hold(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<Option<Arc<str>>, RegistryError> {
        if let Some(hold) = self.inner.cache.blob_hold(repository, digest) {
            return Ok(Some(hold));
        }
        let (owner, path) = (&repository.owner, repository.path());
        let found = self
            .inner
            .database
            .find_repository_blob(owner, path, digest)
            .await?;
        if let Some(hold) = &found {
            self.inner.cache.put_blob_hold(repository, digest, hold);
        }
        Ok(found.map(Arc::from))
    }
}
