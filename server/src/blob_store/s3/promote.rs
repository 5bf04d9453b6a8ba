//! From staged bytes to a blob.
//!
//! What came in one go is stored under its digest. What came in parts stays where it is, and a link says so, written
//! in this order, so that a crash leaves nothing that cannot be told apart:
//!
//! 1. the marker of the multipart upload names the digest: from now on a link may point here;
//! 2. the link: it leads nowhere yet, and nobody follows it, since the blob has no row;
//! 3. the upload is completed: the link leads to the blob;
//! 4. the marker goes: the object belongs to the link alone.

use bytes::BytesMut;
use oci::Digest;
use serde::{Deserialize, Serialize};

use super::super::BlobStoreError;
use super::super::keys::blob_key;
use super::S3BlobStore;
use super::keys;
use super::staged::{MultipartUpload, Staged};

/// Where a blob lies that came in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Link {
    /// The object.
    pub object: String,
    /// Its size in bytes.
    pub size: u64,
}

/// Beside a multipart upload, as long as nobody can tell from elsewhere whom its object belongs to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Marker {
    #[serde(flatten)]
    pub upload: MultipartUpload,
    /// Which link may point to the object.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub digest: Option<Digest>,
}

impl S3BlobStore {
    /// As [`BlobStore::promote`](super::super::BlobStore::promote).
    pub(super) async fn promote_staged(
        &self,
        mut staged: Staged,
        size: u64,
        digest: &Digest,
    ) -> Result<(), BlobStoreError> {
        staged.rewind_to(size)?;
        let Some(upload) = staged.upload.clone() else {
            let content = self.read_rest(&staged, size).await?.freeze();
            self.bucket.put(&blob_key(digest), content).await?;
            for mark in [Some(staged.end), staged.before].into_iter().flatten() {
                if let Some(rest) = mark.rest {
                    self.forget_rest(&rest).await;
                }
            }
            return Ok(());
        };
        if !self.is_linked(digest, size).await? {
            self.put_marker(&staged.name, &upload, Some(digest)).await?;
            let link = Link {
                object: upload.key.clone(),
                size,
            };
            let content = serde_json::to_vec(&link).expect("texts and numbers become JSON");
            let key = keys::link_key(digest);
            self.bucket.put(&key, content.into()).await?;
            self.complete(&staged, &upload).await?;
            self.links.insert(digest.clone(), link).await;
        }
        self.clear_staging(&staged.name).await
    }

    /// Whether the blob is there already. The one that is there stays.
    async fn is_linked(&self, digest: &Digest, size: u64) -> Result<bool, BlobStoreError> {
        self.links.invalidate(digest).await;
        let Some(link) = self.find_link(digest).await? else {
            return Ok(false);
        };
        Ok(link.size == size && self.bucket.size(&link.object).await? == Some(size))
    }

    /// Makes everything staged one object. May be repeated.
    pub(super) async fn complete(
        &self,
        staged: &Staged,
        upload: &MultipartUpload,
    ) -> Result<(), BlobStoreError> {
        let size = staged.end.size;
        let completed = self.try_to_complete(staged, upload).await;
        if let Ok(true) = completed {
            return Ok(());
        }
        // It may be complete already, by an attempt whose answer was lost. Servers differ in what they say then.
        if self.bucket.size(&upload.key).await? == Some(size) {
            return Ok(());
        }
        completed.and(Err(staged.unknown(size)))
    }

    /// False where the server does not know the upload any more.
    async fn try_to_complete(
        &self,
        staged: &Staged,
        upload: &MultipartUpload,
    ) -> Result<bool, BlobStoreError> {
        let mut parts = staged.parts.clone();
        if staged.end.rest.is_some() {
            let content = self.read_rest(staged, staged.end.size).await?.freeze();
            let number = parts.len() + 1;
            match self.bucket.put_part(upload, number, content).await? {
                Some(etag) => parts.push(etag),
                None => return Ok(false),
            }
        }
        self.bucket.complete_multipart(upload, &parts).await
    }

    /// The bytes behind the last part of what is staged up to `size`.
    pub(super) async fn read_rest(
        &self,
        staged: &Staged,
        size: u64,
    ) -> Result<BytesMut, BlobStoreError> {
        let Some(rest) = &staged.mark_at(size)?.rest else {
            return Ok(BytesMut::new());
        };
        let handed_over = self.take_handed_over(&rest.key);
        let content = match handed_over {
            Some(content) => Some(content),
            None => match self.rests.get(&rest.key).await {
                Some(content) => Some(content),
                None => self.bucket.get_whole(&rest.key).await?,
            },
        };
        content
            .filter(|content| content.len() as u64 == rest.size)
            .map(|content| BytesMut::from(&content[..]))
            .ok_or_else(|| staged.unknown(size))
    }

    pub(super) async fn put_marker(
        &self,
        name: &str,
        upload: &MultipartUpload,
        digest: Option<&Digest>,
    ) -> Result<(), BlobStoreError> {
        let marker = Marker {
            upload: upload.clone(),
            digest: digest.cloned(),
        };
        let content = serde_json::to_vec(&marker).expect("texts and numbers become JSON");
        let key = keys::upload_marker_key(name, &upload.id);
        self.bucket.put(&key, content.into()).await
    }
}
