//! Blobs of the hold's own records, such as its avatar. atproto.com/specs/blob
//!
//! An uploaded blob is temporary and invisible until a record refers to it; one that no record refers to is
//! collected, an hour after its upload at the earliest.

use std::ops::RangeInclusive;

use atproto::data::{Cid, RecordBlob};
use bytes::Bytes;
use futures::StreamExt as _;
use oci::{Digest, DigestAlgorithm};

use super::uploads::random_id;
use super::{Hold, HoldError};
use crate::blob_store::{Continuation, OutgoingBytes, UploadHash};
use crate::db::RecordBlobRow;

/// The largest blob of a record, in bytes.
pub const MAX_RECORD_BLOB_BYTES: u64 = 5 * 1024 * 1024;

/// A blob that a record refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedRecordBlob {
    /// What the uploader said it is.
    pub media_type: String,
    /// In bytes.
    pub size: u64,
    digest: Digest,
}

impl Hold {
    /// Keeps a blob for a record that is about to be written (com.atproto.repo.uploadBlob). The same bytes may come
    /// again; what they are is what the last uploader said.
    pub(super) async fn store_record_blob(
        &self,
        media_type: &str,
        content: Bytes,
    ) -> Result<RecordBlob, HoldError> {
        let cid = Cid::raw_sha256(&content);
        let digest = digest_of(&cid);
        let size = content.len() as u64;
        if size > MAX_RECORD_BLOB_BYTES {
            return Err(HoldError::TooLarge {
                limit: MAX_RECORD_BLOB_BYTES,
            });
        }
        let store = self.blob_store();
        let staging = store.create_staging(&random_id()).await?;
        let body = futures::stream::once(async { Ok(content) }).boxed();
        let hash = UploadHash::new(DigestAlgorithm::Sha256);
        let appended = store
            .append(
                &staging,
                0,
                MAX_RECORD_BLOB_BYTES,
                hash,
                body,
                Continuation::Last,
            )
            .await?;
        let row = RecordBlobRow {
            cid: cid.to_bytes().to_vec(),
            digest: digest.to_string(),
            media_type: media_type.to_owned(),
            size,
        };
        // The row is taken before the bytes get their name, so that whoever collects unused blobs, who removes
        // bytes while holding their row, never removes these. Whoever removes bytes that have no row has a turn too.
        let _turn = self.inner.blob_turns.lock(digest.clone()).await;
        let mut transaction = self.database().begin().await?;
        transaction.lock_blob(&row.digest).await?;
        transaction
            .upsert_record_blob(&row, self.inner.clock.now_millis())
            .await?;
        store.promote(&appended.staging, size, &digest).await?;
        transaction.commit().await?;
        Ok(RecordBlob {
            cid,
            mime_type: media_type.to_owned(),
            size,
        })
    }

    /// A blob that a record refers to, or `None`. Everybody may read these.
    pub async fn find_record_blob(&self, cid: &Cid) -> Result<Option<UsedRecordBlob>, HoldError> {
        let row = self
            .database()
            .find_used_record_blob(&cid.to_bytes())
            .await?;
        Ok(row.map(|row| UsedRecordBlob {
            media_type: row.media_type,
            size: row.size,
            digest: digest_of(cid),
        }))
    }

    /// The bytes of such a blob, or a range of them.
    pub async fn read_record_blob(
        &self,
        blob: &UsedRecordBlob,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<OutgoingBytes>, HoldError> {
        Ok(self
            .blob_store()
            .read(&blob.digest, blob.size, range)
            .await?)
    }

    /// CIDs of the blobs that records refer to since a revision, behind `after`, `limit` of them at most.
    pub async fn list_record_blobs(
        &self,
        since: Option<&str>,
        after: Option<&Cid>,
        limit: u16,
    ) -> Result<Vec<Cid>, HoldError> {
        let after = after.map_or_else(Vec::new, |cid| cid.to_bytes().to_vec());
        let cids = self
            .database()
            .list_used_record_blobs(since.unwrap_or(""), &after, i64::from(limit))
            .await?;
        Ok(cids
            .iter()
            .filter_map(|cid| Cid::from_bytes(cid).ok())
            .collect())
    }
}

/// The same hash, as blobs of images are named: behind version, codec, hash function and length.
pub(super) fn digest_of(cid: &Cid) -> Digest {
    format!("sha256:{}", hex::encode(&cid.to_bytes()[4..]))
        .parse()
        .expect("32 bytes in hex are a SHA-256 digest")
}
