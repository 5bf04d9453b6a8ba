//! Hashing a blob on its way out.

use bytes::Bytes;
use futures::Stream;
use futures::StreamExt as _;
use oci::Digest;

use super::{BlobStoreError, OutgoingBytes, UploadHash};

/// Blobs whose bytes were hashed lately.
pub(super) type Verified = moka::future::Cache<Digest, ()>;

/// A whole blob of `size` bytes on its way through: the last chunk comes only if all have the digest.
pub fn verified_blob(
    chunks: impl Stream<Item = Result<Bytes, BlobStoreError>> + Send + 'static,
    digest: Digest,
    size: u64,
) -> OutgoingBytes {
    verified(chunks, digest, size, None).boxed()
}

/// The chunks of a whole blob of `size` bytes. The last one comes only if all have the digest; then the blob is
/// remembered in `verified`.
pub(super) fn verified(
    chunks: impl Stream<Item = Result<Bytes, BlobStoreError>> + Send + 'static,
    digest: Digest,
    size: u64,
    verified: Option<Verified>,
) -> impl Stream<Item = Result<Bytes, BlobStoreError>> + Send + 'static {
    let reading = Reading {
        chunks: chunks.boxed(),
        hash: UploadHash::new(digest.algorithm()),
        digest,
        size,
        verified,
    };
    futures::stream::unfold(Some(reading), |reading| async {
        let mut reading = reading?;
        let chunk = reading.next().await?;
        let next = chunk.is_ok().then_some(reading);
        Some((chunk, next))
    })
}

struct Reading {
    chunks: futures::stream::BoxStream<'static, Result<Bytes, BlobStoreError>>,
    hash: UploadHash,
    digest: Digest,
    size: u64,
    verified: Option<Verified>,
}

impl Reading {
    async fn next(&mut self) -> Option<Result<Bytes, BlobStoreError>> {
        let is_complete = self.hash.size() == self.size;
        match self.chunks.next().await {
            Some(Ok(chunk)) => {
                self.hash.update(&chunk);
                if self.hash.size() >= self.size
                    && let Err(damaged) = self.check().await
                {
                    return Some(Err(damaged));
                }
                Some(Ok(chunk))
            }
            None if is_complete => None,
            None => Some(Err(self.damaged(format!(
                "it ended {} bytes early while it was read",
                self.size - self.hash.size()
            )))),
            Some(Err(error)) => Some(Err(error)),
        }
    }

    async fn check(&mut self) -> Result<(), BlobStoreError> {
        let actual = self.hash.digest();
        if actual == self.digest {
            if let Some(verified) = &self.verified {
                verified.insert(self.digest.clone(), ()).await;
            }
            return Ok(());
        }
        tracing::error!(blob.digest = %self.digest, actual = %actual, "a stored blob does not have its digest");
        Err(self.damaged(format!("its bytes have the digest {actual}")))
    }

    fn damaged(&self, damage: String) -> BlobStoreError {
        BlobStoreError::Damaged {
            digest: self.digest.clone(),
            damage,
        }
    }
}
