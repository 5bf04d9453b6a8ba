//! From the bucket to the network.

use std::ops::RangeInclusive;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use futures::StreamExt;
use oci::Digest;

use super::super::keys::blob_key;
use super::super::verification::verified;
use super::super::{BlobStoreError, OutgoingBytes};
use super::S3BlobStore;
use super::keys;
use super::promote::Link;

/// Blobs up to this size mostly came in one go.
const USUALLY_IN_ONE_GO: u64 = 8 << 20;

impl S3BlobStore {
    /// As [`BlobStore::read`](super::super::BlobStore::read).
    pub(super) async fn read_blob(
        &self,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<OutgoingBytes>, BlobStoreError> {
        // S3 has no range of nothing, and the range of everything is everything.
        let range = range.filter(|range| *range.start() != 0 || *range.end() + 1 < size);
        let header = range
            .as_ref()
            .map(|range| format!("bytes={}-{}", range.start(), range.end()));
        let Some(object) = self.open_object(digest, size, header).await? else {
            return Ok(None);
        };
        let found = whole_size(&object);
        if found != Some(size) {
            let found = found.map_or_else(|| "an unknown number of".to_owned(), |n| n.to_string());
            return Err(BlobStoreError::Damaged {
                digest: digest.clone(),
                damage: format!("it has {found} bytes instead of {size}"),
            });
        }
        let chunks = futures::stream::unfold(object.body, |mut body| async move {
            let chunk = body.next().await?;
            let chunk = chunk.map_err(|error| BlobStoreError::Failed {
                operation: "read an object",
                source: std::io::Error::other(error),
            });
            Some((chunk, body))
        });
        if range.is_some() || self.verified.contains_key(digest) {
            return Ok(Some(chunks.boxed()));
        }
        Ok(Some(
            verified(chunks, digest.clone(), size, Some(self.verified.clone())).boxed(),
        ))
    }

    /// The object of a blob, by the likelier key first.
    async fn open_object(
        &self,
        digest: &Digest,
        size: u64,
        range: Option<String>,
    ) -> Result<Option<GetObjectOutput>, BlobStoreError> {
        for key in self.likely_keys(digest, size).await? {
            if let Some(object) = self.bucket.get(&key, range.clone()).await? {
                return Ok(Some(object));
            }
        }
        // A link that led nowhere may be old: another process replaced it.
        self.links.invalidate(digest).await;
        match self.find_link(digest).await? {
            Some(link) => self.bucket.get(&link.object, range).await,
            None => Ok(None),
        }
    }

    async fn likely_keys(&self, digest: &Digest, size: u64) -> Result<Vec<String>, BlobStoreError> {
        let in_one_go = blob_key(digest);
        if size <= USUALLY_IN_ONE_GO {
            return Ok(vec![in_one_go]);
        }
        let link = self.find_link(digest).await?.map(|link| link.object);
        Ok(link.into_iter().chain([in_one_go]).collect())
    }

    /// The key of the object that a blob is; `None` where there is none.
    pub(super) async fn find_object(
        &self,
        digest: &Digest,
        size: u64,
    ) -> Result<Option<String>, BlobStoreError> {
        for key in self.likely_keys(digest, size).await? {
            if self.bucket.size(&key).await? == Some(size) {
                return Ok(Some(key));
            }
        }
        self.links.invalidate(digest).await;
        Ok(self.find_link(digest).await?.map(|link| link.object))
    }

    /// Where a blob lies that came in parts.
    pub(super) async fn find_link(&self, digest: &Digest) -> Result<Option<Link>, BlobStoreError> {
        if let Some(link) = self.links.get(digest).await {
            return Ok(Some(link));
        }
        let Some(content) = self.bucket.get_whole(&keys::link_key(digest)).await? else {
            return Ok(None);
        };
        let link: Link =
            serde_json::from_slice(&content).map_err(|error| BlobStoreError::Damaged {
                digest: digest.clone(),
                damage: format!("its link cannot be read: {error}"),
            })?;
        self.links.insert(digest.clone(), link.clone()).await;
        Ok(Some(link))
    }
}

/// The size of the whole object, also when a range of it was asked for.
fn whole_size(object: &GetObjectOutput) -> Option<u64> {
    if let Some(range) = object.content_range() {
        return range.rsplit_once('/')?.1.parse().ok();
    }
    u64::try_from(object.content_length()?).ok()
}
