//! What reading asks for most, in memory.
//!
//! Only one process writes to a SQLite database, so there the memory cannot go stale as long as every write
//! below passes by here. With a shared database nothing is kept, because another replica may write.

use std::sync::Arc;

use atproto::syntax::Did;
use bytes::Bytes;
use moka::sync::Cache as MokaCache;
use oci::{Digest, RepositoryPath, Tag};

use crate::db::TagRow;
use crate::keyed_lock::KeyedLock;

use super::permissions::Repository;

/// Bytes of manifests kept in memory.
const MANIFEST_BYTES: u64 = 64 * 1024 * 1024;
/// Tags, and pairs of repository and blob, kept in memory.
const ENTRIES: u64 = 50_000;

/// A PDS that failed is left alone for this long, in milliseconds, by requests that have an older answer.
const FAILURE_MILLIS: i64 = 10 * 1000;

/// A manifest whose bytes match its digest.
#[derive(Debug)]
pub struct CachedManifest {
    /// The media type it was pushed with.
    pub media_type: String,
    /// Which hold has its blobs.
    pub hold_did: Option<String>,
    /// Its bytes.
    pub content: Bytes,
}

/// One thing of one repository.
pub type RepositoryKey<K> = (String, RepositoryPath, K);

pub struct Cache {
    is_alone: bool,
    manifests: MokaCache<RepositoryKey<Digest>, Arc<CachedManifest>>,
    tags: MokaCache<RepositoryKey<Tag>, Arc<TagRow>>,
    blobs: MokaCache<RepositoryKey<Digest>, Arc<str>>,
    /// When the PDS of somebody last failed.
    failures: MokaCache<Did, i64>,
    /// One request at a time asks a PDS for one tag, and writers of a tag follow each other.
    pub tag_locks: KeyedLock<RepositoryKey<Tag>>,
    /// One request at a time lists a collection of somebody.
    pub listing_locks: KeyedLock<(String, &'static str)>,
}

impl Cache {
    pub fn new(is_alone: bool) -> Self {
        Self {
            is_alone,
            manifests: MokaCache::builder()
                .max_capacity(MANIFEST_BYTES)
                .weigher(|_, manifest: &Arc<CachedManifest>| {
                    u32::try_from(manifest.content.len() + 512).unwrap_or(u32::MAX)
                })
                .build(),
            tags: MokaCache::new(ENTRIES),
            blobs: MokaCache::new(ENTRIES),
            failures: MokaCache::new(ENTRIES),
            tag_locks: KeyedLock::default(),
            listing_locks: KeyedLock::default(),
        }
    }

    pub fn manifest(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Option<Arc<CachedManifest>> {
        self.is_alone
            .then(|| self.manifests.get(&key(repository, digest)))
            .flatten()
    }

    pub fn put_manifest(
        &self,
        repository: &Repository,
        digest: &Digest,
        manifest: Arc<CachedManifest>,
    ) {
        if self.is_alone {
            self.manifests.insert(key(repository, digest), manifest);
        }
    }

    pub fn forget_manifest(&self, repository: &Repository, digest: &Digest) {
        self.manifests.invalidate(&key(repository, digest));
    }

    pub fn tag(&self, repository: &Repository, tag: &Tag) -> Option<Arc<TagRow>> {
        self.is_alone
            .then(|| self.tags.get(&key(repository, tag)))
            .flatten()
    }

    pub fn put_tag(&self, repository: &Repository, row: TagRow) {
        if self.is_alone {
            self.tags.insert(key(repository, &row.tag), Arc::new(row));
        }
    }

    pub fn forget_tag(&self, repository: &Repository, tag: &Tag) {
        self.tags.invalidate(&key(repository, tag));
    }

    pub fn blob_hold(&self, repository: &Repository, digest: &Digest) -> Option<Arc<str>> {
        self.is_alone
            .then(|| self.blobs.get(&key(repository, digest)))
            .flatten()
    }

    pub fn put_blob_hold(&self, repository: &Repository, digest: &Digest, hold: &str) {
        if self.is_alone {
            self.blobs.insert(key(repository, digest), Arc::from(hold));
        }
    }

    pub fn forget_blob(&self, repository: &Repository, digest: &Digest) {
        self.blobs.invalidate(&key(repository, digest));
    }

    /// Remembers that somebody's PDS failed at `now`, so that not every request waits for it in turn.
    pub fn note_pds_failure(&self, owner: &Did, now: i64) {
        self.failures.insert(owner.clone(), now);
    }

    /// Whether somebody's PDS failed a short while ago.
    pub fn pds_failed_lately(&self, owner: &Did, now: i64) -> bool {
        self.failures
            .get(owner)
            .is_some_and(|failed_at| now - failed_at < FAILURE_MILLIS)
    }

    /// After somebody's records were listed, anything remembered of them may be gone.
    pub fn forget_everything(&self) {
        self.manifests.invalidate_all();
        self.tags.invalidate_all();
        self.blobs.invalidate_all();
    }
}

pub fn key<K: Clone>(repository: &Repository, item: &K) -> RepositoryKey<K> {
    (
        repository.owner.to_string(),
        repository.path().clone(),
        item.clone(),
    )
}
