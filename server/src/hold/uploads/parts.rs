//! Uploads in numbered parts, as registries elsewhere send them (`io.atcr.hold.uploadPart`).
//!
//! Parts come in order, since bytes are hashed as they come. The last part may be sent again, which replaces it: a
//! sender that lost the answer does not know whether it arrived.

use atproto::syntax::Did;
use oci::{Digest, DigestAlgorithm};

use super::super::{Hold, HoldError};
use super::{OpenUpload, in_own_task, random_id, uploader_of};
use crate::blob_store::{Continuation, IncomingBytes, Staging};
use crate::clients::hold::Upload;
use crate::db::{UploadPartRow, UploadRow};

/// The most parts of an upload.
pub const MAX_PARTS: u16 = 10_000;

/// The repository of uploads that are for none in particular: a path that no repository has.
const NO_REPOSITORY: &str = "";

/// A part that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    /// What to call it at the end, without quotes.
    pub etag: String,
    /// Its size in bytes.
    pub size: u64,
}

impl Hold {
    /// Opens an upload in parts. What is announced is reserved.
    pub async fn start_upload_in_parts(
        &self,
        uploader: &Did,
        announced: Option<u64>,
    ) -> Result<Upload, HoldError> {
        let may_write = self.permit_write(uploader).await?;
        let id = random_id();
        self.reserve_announced(&id, uploader, announced).await?;
        let staging = self.blob_store().create_staging(&id).await?;
        self.insert_upload_row(&may_write, uploader, NO_REPOSITORY, &id, staging)
            .await?;
        Ok(Upload { id, size: 0 })
    }

    /// Who opened an upload in parts; an unknown one is [`HoldError::UploadUnknown`].
    pub async fn check_upload_in_parts(&self, uploader: &Did, id: &str) -> Result<(), HoldError> {
        self.find_row_in_parts(uploader, id).await.map(drop)
    }

    /// Stores a part. The caller is known by a ticket or token for this upload; whether they may still write is asked
    /// when the upload is completed.
    pub async fn put_part(
        &self,
        uploader: &Did,
        id: &str,
        number: u16,
        body: IncomingBytes,
    ) -> Result<StoredPart, HoldError> {
        let upload = self.open_in_parts(uploader, id).await?;
        let parts = self.database().list_upload_parts(id).await?;
        let start = start_of(number, &parts)?;
        let hold = self.clone();
        in_own_task(async move { hold.store_part(upload, number, start, body).await }).await
    }

    async fn store_part(
        &self,
        mut upload: OpenUpload,
        number: u16,
        start: u64,
        body: IncomingBytes,
    ) -> Result<StoredPart, HoldError> {
        if upload.row.size != start {
            self.rewind(&mut upload.row, number, start).await?;
        }
        // The right was looked at when the upload was opened, and is again when it is completed.
        let may_write = self.permit_write(&uploader_of(&upload.row)?).await?;
        let hash = self
            .running_hash(&upload.row, DigestAlgorithm::Sha256)
            .await?;
        let appended = self
            .store(
                &may_write,
                &upload.row,
                hash,
                body,
                Continuation::MoreToCome,
            )
            .await?;
        let etag = appended.hash.digest().hex()[..32].to_owned();
        let size = appended.size - start;
        let was_cut_off = appended.interrupted.is_some();
        let end = self.acknowledge(&upload.row, appended).await;
        if was_cut_off {
            // Half a part is no part; the next attempt begins where this one did.
            end?;
        } else {
            end?;
            let part = UploadPartRow {
                part_number: number.into(),
                start,
                size,
                etag: etag.clone(),
            };
            let mut transaction = self.database().begin().await?;
            transaction
                .upsert_upload_part(&upload.row.id, &part)
                .await?;
            transaction.commit().await?;
        }
        Ok(StoredPart { etag, size })
    }

    /// Goes back to where a part begins that is sent again.
    async fn rewind(&self, row: &mut UploadRow, number: u16, start: u64) -> Result<(), HoldError> {
        let now = self.inner.clock.now_millis();
        let mut transaction = self.database().begin().await?;
        transaction
            .delete_upload_parts_from(&row.id, number.into())
            .await?;
        let is_ours = transaction
            .advance_hold_upload(&row.id, row.size, start, &row.staging, now)
            .await?;
        if !is_ours {
            return Err(HoldError::UploadBusy);
        }
        transaction.commit().await?;
        row.size = start;
        Ok(())
    }

    /// Makes the parts a blob, when they are all there and have the digest. Returns its size. The right to write is
    /// asked for again; whoever lost it since has their bytes removed.
    pub async fn complete_upload_in_parts(
        &self,
        uploader: &Did,
        id: &str,
        digest: &Digest,
        named: &[(u16, String)],
    ) -> Result<u64, HoldError> {
        let upload = self.open_in_parts(uploader, id).await?;
        let may_write = match self.permit_write(uploader).await {
            Ok(may_write) => may_write,
            Err(denied @ HoldError::Denied { .. }) => {
                let staging = Staging(upload.row.staging.clone());
                self.end_upload(&upload.row.id, &staging).await?;
                return Err(denied);
            }
            Err(error) => return Err(error),
        };
        let parts = self.database().list_upload_parts(id).await?;
        check_named(named, &parts)?;
        let complete: u64 = parts.iter().map(|part| part.size).sum();
        let (hold, digest) = (self.clone(), digest.clone());
        in_own_task(async move {
            let mut upload = upload;
            if upload.row.size != complete {
                // Bytes of a part that broke off.
                let next = u16::try_from(parts.len() + 1).unwrap_or(u16::MAX);
                hold.rewind(&mut upload.row, next, complete).await?;
            }
            let nothing = Box::pin(futures::stream::empty());
            hold.complete(&may_write, upload, &digest, nothing).await
        })
        .await
    }

    /// Ends an upload in parts and frees its space.
    pub async fn abort_upload_in_parts(&self, uploader: &Did, id: &str) -> Result<(), HoldError> {
        let upload = self.open_in_parts(uploader, id).await?;
        let staging = Staging(upload.row.staging.clone());
        self.end_upload(&upload.row.id, &staging).await
    }

    async fn open_in_parts(&self, uploader: &Did, id: &str) -> Result<OpenUpload, HoldError> {
        let lock = self.inner.upload_locks.try_lock(id);
        let row = self.find_row_in_parts(uploader, id).await?;
        let lock = lock.ok_or(HoldError::UploadBusy)?;
        Ok(OpenUpload { row, _lock: lock })
    }

    /// An upload of `uploader`'s; anybody else's does not exist for them.
    async fn find_row_in_parts(&self, uploader: &Did, id: &str) -> Result<UploadRow, HoldError> {
        self.database()
            .find_hold_upload(id)
            .await?
            .filter(|row| row.uploader_did == uploader.as_str() && row.repository == NO_REPOSITORY)
            .ok_or(HoldError::UploadUnknown)
    }
}

/// Where a part begins: behind the last one, or in its place.
fn start_of(number: u16, parts: &[UploadPartRow]) -> Result<u64, HoldError> {
    let next = i64::try_from(parts.len()).unwrap_or(i64::MAX) + 1;
    let invalid = |reason: String| Err(HoldError::Parts { reason });
    match i64::from(number) {
        0 => invalid("parts are numbered from 1".to_owned()),
        _ if number > MAX_PARTS => invalid(format!("an upload has {MAX_PARTS} parts at most")),
        number if number == next => Ok(parts.iter().map(|part| part.size).sum()),
        number if number + 1 == next => Ok(parts.last().map_or(0, |part| part.start)),
        number => invalid(format!(
            "parts come in order: the next one is {next}, and this is {number}"
        )),
    }
}

/// Whether what the sender counts up is what is here. `ETag`s may come in quotes, as HTTP has them.
fn check_named(named: &[(u16, String)], parts: &[UploadPartRow]) -> Result<(), HoldError> {
    let missing = |reason: String| Err(HoldError::Parts { reason });
    if named.len() != parts.len() {
        return missing(format!(
            "{} parts were named, and {} are here",
            named.len(),
            parts.len()
        ));
    }
    let mut named: Vec<_> = named.iter().collect();
    named.sort_by_key(|(number, _)| *number);
    for ((number, etag), part) in named.into_iter().zip(parts) {
        if i64::from(*number) != part.part_number || etag.trim_matches('"') != part.etag {
            return missing(format!(
                "part {number} is not here under that etag; send it again"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(sizes: &[u64]) -> Vec<UploadPartRow> {
        let mut start = 0;
        sizes
            .iter()
            .zip(1..)
            .map(|(size, number)| {
                let part = UploadPartRow {
                    part_number: number,
                    start,
                    size: *size,
                    etag: format!("e{number}"),
                };
                start += size;
                part
            })
            .collect()
    }

    #[test]
    fn a_part_is_the_next_one_or_the_last_one_again() {
        assert_eq!(start_of(1, &[]).unwrap(), 0);
        assert_eq!(start_of(3, &parts(&[5, 7])).unwrap(), 12);
        assert_eq!(start_of(2, &parts(&[5, 7])).unwrap(), 5);
        for number in [0, 1, 4, MAX_PARTS + 1] {
            assert!(start_of(number, &parts(&[5, 7])).is_err(), "{number}");
        }
    }

    #[test]
    fn the_parts_named_are_the_parts_here() {
        let here = parts(&[5, 7]);
        let named = |names: &[(u16, &str)]| -> Vec<(u16, String)> {
            names
                .iter()
                .map(|(number, etag)| (*number, (*etag).to_owned()))
                .collect()
        };
        assert!(check_named(&named(&[(1, "e1"), (2, "\"e2\"")]), &here).is_ok());
        assert!(check_named(&named(&[(2, "e2"), (1, "e1")]), &here).is_ok());
        for wrong in [
            &[(1, "e1")][..],
            &[(1, "e1"), (2, "e1")],
            &[(1, "e1"), (3, "e2")],
            &[],
        ] {
            assert!(check_named(&named(wrong), &here).is_err(), "{wrong:?}");
        }
    }
}
