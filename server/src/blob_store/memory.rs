//! Blobs in memory, for tests.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use futures::StreamExt;
use oci::{Digest, DigestAlgorithm};

use super::keys::staging_key;
use super::{
    Appended, BlobStore, BlobStoreError, Continuation, IncomingBytes, OutgoingBytes, Staging,
    StoredBlob, StoredBlobs, UploadHash, unix_millis,
};

/// Keeps everything until it is dropped.
#[derive(Default)]
pub struct MemoryBlobStore {
    content: Mutex<Content>,
}

#[derive(Default)]
struct Content {
    blobs: HashMap<Digest, (Bytes, SystemTime)>,
    staged: HashMap<String, Staged>,
}

struct Staged {
    bytes: Vec<u8>,
    written_at: Instant,
}

impl MemoryBlobStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    fn staged(&self, staging: &Staging, size: u64) -> Result<&[u8], BlobStoreError> {
        let unknown = || BlobStoreError::StagingUnknown {
            staging: staging.0.clone(),
            size,
        };
        let staged = self.staged.get(&staging.0).ok_or_else(unknown)?;
        staged.bytes.get(..index(size)).ok_or_else(unknown)
    }
}

fn index(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

#[async_trait::async_trait]
impl BlobStore for MemoryBlobStore {
    async fn create_staging(&self, name: &str) -> Result<Staging, BlobStoreError> {
        staging_key(name)?;
        let staged = Staged {
            bytes: Vec::new(),
            written_at: Instant::now(),
        };
        self.content().staged.insert(name.to_owned(), staged);
        Ok(Staging(name.to_owned()))
    }

    async fn append(
        &self,
        staging: &Staging,
        offset: u64,
        limit: u64,
        mut hash: UploadHash,
        mut body: IncomingBytes,
        _: Continuation,
    ) -> Result<Appended, BlobStoreError> {
        let mut bytes = self.content().staged(staging, offset)?.to_vec();
        let mut interrupted = None;
        while let Some(piece) = body.next().await {
            match piece {
                Ok(piece) if (bytes.len() + piece.len()) as u64 > limit => {
                    return Err(BlobStoreError::TooLarge { limit });
                }
                Ok(piece) => {
                    hash.update(&piece);
                    bytes.extend_from_slice(&piece);
                }
                Err(error) => {
                    interrupted = Some(error);
                    break;
                }
            }
        }
        let staged = Staged {
            bytes,
            written_at: Instant::now(),
        };
        self.content().staged.insert(staging.0.clone(), staged);
        Ok(Appended {
            staging: staging.clone(),
            size: hash.size(),
            hash,
            interrupted,
        })
    }

    async fn hash_staging(
        &self,
        staging: &Staging,
        size: u64,
        algorithm: DigestAlgorithm,
    ) -> Result<UploadHash, BlobStoreError> {
        let mut hash = UploadHash::new(algorithm);
        hash.update(self.content().staged(staging, size)?);
        Ok(hash)
    }

    async fn promote(
        &self,
        staging: &Staging,
        size: u64,
        digest: &Digest,
    ) -> Result<(), BlobStoreError> {
        let mut content = self.content();
        let bytes = Bytes::copy_from_slice(content.staged(staging, size)?);
        content.staged.remove(&staging.0);
        let stored = (bytes, SystemTime::now());
        content.blobs.insert(digest.clone(), stored);
        Ok(())
    }

    async fn discard_staging(&self, staging: &Staging) -> Result<(), BlobStoreError> {
        self.content().staged.remove(&staging.0);
        Ok(())
    }

    async fn stat(&self, digest: &Digest) -> Result<Option<u64>, BlobStoreError> {
        Ok(self
            .content()
            .blobs
            .get(digest)
            .map(|(bytes, _)| bytes.len() as u64))
    }

    async fn read(
        &self,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<OutgoingBytes>, BlobStoreError> {
        let Some((bytes, _)) = self.content().blobs.get(digest).cloned() else {
            return Ok(None);
        };
        if bytes.len() as u64 != size {
            let damage = format!("it has {} bytes instead of {size}", bytes.len());
            return Err(BlobStoreError::Damaged {
                digest: digest.clone(),
                damage,
            });
        }
        let part = match range {
            Some(range) => {
                let end = index(range.end().saturating_add(1)).min(bytes.len());
                bytes.slice(index(*range.start()).min(end)..end)
            }
            None => bytes,
        };
        Ok(Some(
            futures::stream::iter((!part.is_empty()).then_some(Ok(part))).boxed(),
        ))
    }

    async fn presign(
        &self,
        _: &Digest,
        _: u64,
        _: Duration,
    ) -> Result<Option<url::Url>, BlobStoreError> {
        Ok(None)
    }

    async fn remove(&self, digest: &Digest) -> Result<(), BlobStoreError> {
        self.content().blobs.remove(digest);
        Ok(())
    }

    fn list_blobs(&self) -> StoredBlobs {
        let content = self.content();
        let blobs = content.blobs.iter().map(|(digest, (_, stored))| {
            Ok(StoredBlob {
                digest: digest.clone(),
                modified_at: unix_millis(*stored),
            })
        });
        futures::stream::iter(blobs.collect::<Vec<_>>()).boxed()
    }

    async fn sweep_staging(
        &self,
        age: Duration,
        claimed: &HashSet<Staging>,
    ) -> Result<u64, BlobStoreError> {
        let mut content = self.content();
        let before = content.staged.len();
        content.staged.retain(|name, staged| {
            staged.written_at.elapsed() < age || claimed.contains(&Staging(name.clone()))
        });
        Ok((before - content.staged.len()) as u64)
    }

    async fn check(&self) -> Result<(), BlobStoreError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob_store::check_contract;

    #[tokio::test]
    async fn keeps_the_contract() {
        check_contract(&MemoryBlobStore::new()).await;
    }
}
