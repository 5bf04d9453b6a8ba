//! Uploads into a hold elsewhere.
//!
//! A client sends chunks of any size; the hold takes parts. Full parts go to the hold as they come, and the rest is
//! kept in our database, so that what is acknowledged lies in one of the two. Any replica goes on from there. The
//! hold hashes: it knows the bytes, and its word is what counts.

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::header::ETAG;
use lexicon::xrpc::{abort_upload, complete_upload, get_part_upload_url, initiate_upload};
use oci::Digest;
use serde::de::IgnoredAny;
use url::Url;

use super::super::hold::{HoldError, HoldUser, Upload, UploadOwner};
use super::super::outbound::{FetchLimits, OpenedAnswer, OutboundRequest};
use super::RemoteHold;
use crate::blob_store::{BodyError, IncomingBytes};
use crate::db::RemoteUploadRow;

/// The size of every part but the last, in bytes: what S3 takes as a part, and memory as a buffer.
const PART_BYTES: usize = 8 << 20;
/// How ids of uploads begin that go to a hold elsewhere.
const ID_PREFIX: &str = "r-";

/// Whether the upload goes to a hold elsewhere.
pub fn is_remote_upload(id: &str) -> bool {
    id.starts_with(ID_PREFIX)
}

impl RemoteHold {
    pub(super) async fn start(&self, owner: &UploadOwner) -> Result<Upload, HoldError> {
        self.permit_write(&owner.uploader.did).await?;
        let random = uuid::Uuid::new_v4().simple();
        let input = initiate_upload::Input {
            // Nobody knows the digest before the end.
            digest: format!("uploads/temp-{random}"),
            size: None,
            repository: Some(owner.repository.to_string()),
        };
        let begun: initiate_upload::Output = self
            .call(&owner.uploader, "io.atcr.hold.initiateUpload", &input)
            .await?;
        let now = self.parts.clock.now_millis();
        let row = RemoteUploadRow {
            id: format!("{ID_PREFIX}{random}{}", uuid::Uuid::new_v4().simple()),
            hold_did: self.did.to_string(),
            uploader_did: owner.uploader.did.to_string(),
            repository: owner.repository.to_string(),
            remote_id: begun.upload_id,
            size: 0,
            parts: "[]".to_owned(),
            tail: Vec::new(),
            started_at: now,
            last_active_at: now,
        };
        let mut transaction = self.parts.database.begin().await?;
        transaction.insert_remote_upload(&row).await?;
        transaction.commit().await?;
        Ok(Upload {
            id: row.id,
            size: 0,
        })
    }

    /// An upload of `owner`'s into this hold; anybody else's does not exist for them.
    pub(super) async fn find_row(
        &self,
        owner: &UploadOwner,
        id: &str,
    ) -> Result<RemoteUploadRow, HoldError> {
        let row = self.parts.database.find_remote_upload(id).await?;
        row.filter(|row| {
            row.hold_did == self.did.as_str()
                && row.uploader_did == owner.uploader.did.as_str()
                && row.repository == owner.repository.as_str()
        })
        .ok_or(HoldError::UploadUnknown)
    }

    pub(super) async fn append(
        &self,
        owner: &UploadOwner,
        id: &str,
        start: Option<u64>,
        body: IncomingBytes,
    ) -> Result<Upload, HoldError> {
        self.find_row(owner, id).await?;
        let _turn = self.turn(id)?;
        let row = self.find_row(owner, id).await?;
        let row = self.take(&owner.uploader, row, start, body).await?;
        Ok(Upload {
            id: row.id,
            size: row.size,
        })
    }

    pub(super) async fn complete(
        &self,
        owner: &UploadOwner,
        id: &str,
        digest: &Digest,
        start: Option<u64>,
        last: IncomingBytes,
    ) -> Result<u64, HoldError> {
        self.find_row(owner, id).await?;
        let _turn = self.turn(id)?;
        let row = self.find_row(owner, id).await?;
        let user = &owner.uploader;
        let mut row = self.take(user, row, start, last).await?;
        if !row.tail.is_empty() {
            let before = row.size;
            let tail = std::mem::take(&mut row.tail);
            if let Err(error) = self.send_part(user, &mut row, tail.into()).await {
                return Err(self.ended_by(error, user, &row).await?);
            }
            self.save(before, &mut row).await?;
        }
        let input = complete_upload::Input {
            upload_id: row.remote_id.clone(),
            digest: digest.to_string(),
            parts: named_parts(&row),
        };
        let method = "io.atcr.hold.completeUpload";
        match self.call::<IgnoredAny>(user, method, &input).await {
            Ok(_) => {}
            // An earlier attempt may have completed it, whose answer was lost.
            Err(HoldError::UploadUnknown)
                if self.stat(Some(user), digest).await? == Some(row.size) => {}
            Err(HoldError::Invalid { .. }) => {
                self.forget(&row).await?;
                return Err(HoldError::DigestRefused {
                    announced: digest.clone(),
                });
            }
            Err(error) => return Err(self.ended_by(error, user, &row).await?),
        }
        self.forget(&row).await?;
        self.sizes.insert(digest.clone(), row.size).await;
        Ok(row.size)
    }

    pub(super) async fn cancel(&self, owner: &UploadOwner, id: &str) -> Result<(), HoldError> {
        self.find_row(owner, id).await?;
        let _turn = self.turn(id)?;
        let row = self.find_row(owner, id).await?;
        self.abort(&owner.uploader, &row).await;
        self.forget(&row).await
    }

    fn turn(&self, id: &str) -> Result<tokio::sync::OwnedMutexGuard<()>, HoldError> {
        self.turns
            .try_lock(id.to_owned())
            .ok_or(HoldError::UploadBusy)
    }

    /// Takes a body in: sends full parts, keeps the rest. What is returned is durable.
    async fn take(
        &self,
        user: &HoldUser,
        mut row: RemoteUploadRow,
        start: Option<u64>,
        mut body: IncomingBytes,
    ) -> Result<RemoteUploadRow, HoldError> {
        if let Some(start) = start
            && start != row.size
        {
            return Err(HoldError::OutOfOrder {
                start,
                expected: row.size,
            });
        }
        let mut saved = row.size;
        let mut rest = BytesMut::from(&std::mem::take(&mut row.tail)[..]);
        let mut interrupted = None;
        while let Some(piece) = body.next().await {
            let mut piece = match piece {
                Ok(piece) => piece,
                Err(error) => {
                    interrupted = Some(error);
                    break;
                }
            };
            row.size += piece.len() as u64;
            if row.size > self.parts.max_blob_bytes {
                return Err(HoldError::TooLarge {
                    limit: self.parts.max_blob_bytes,
                });
            }
            while !piece.is_empty() {
                let room = PART_BYTES - rest.len();
                rest.extend_from_slice(&piece.split_to(room.min(piece.len())));
                if rest.len() == PART_BYTES {
                    let part = std::mem::take(&mut rest).freeze();
                    // Up to the end of the part: what comes behind it is not stored yet.
                    row.size -= piece.len() as u64;
                    if let Err(error) = self.send_part(user, &mut row, part).await {
                        return Err(self.ended_by(error, user, &row).await?);
                    }
                    self.save(saved, &mut row).await?;
                    saved = row.size;
                    row.size += piece.len() as u64;
                }
            }
        }
        row.tail = rest.to_vec();
        if row.size != saved {
            self.save(saved, &mut row).await?;
        }
        match interrupted {
            Some(source) => Err(interruption(row.size, source)),
            None => Ok(row),
        }
    }

    /// Sends the next part. The hold has stored it when it answers.
    async fn send_part(
        &self,
        user: &HoldUser,
        row: &mut RemoteUploadRow,
        part: Bytes,
    ) -> Result<(), HoldError> {
        let mut parts: Vec<String> = serde_json::from_str(&row.parts).unwrap_or_default();
        let part_number = u32::try_from(parts.len() + 1).unwrap_or(u32::MAX);
        let method = "io.atcr.hold.getPartUploadUrl";
        let input = get_part_upload_url::Input {
            upload_id: row.remote_id.clone(),
            part_number,
        };
        let place: get_part_upload_url::Output = self.call(user, method, &input).await?;
        let etag = self.put_part(place.url.as_str(), part).await?;
        parts.push(etag);
        row.parts = serde_json::to_string(&parts).expect("texts become JSON");
        Ok(())
    }

    /// Puts a part where the hold said. The URL carries the right to do so.
    async fn put_part(&self, url: &str, part: Bytes) -> Result<String, HoldError> {
        let method = "io.atcr.hold.uploadPart";
        let unusable = || HoldError::Unreachable {
            did: self.did.clone(),
        };
        let url: Url = url.parse().map_err(|_| unusable())?;
        let request = OutboundRequest::put(url).bytes("application/octet-stream", part);
        let limits = &FetchLimits::HOLD_WRITE;
        match self.parts.outbound.open(request, limits).await {
            Ok(OpenedAnswer::Body { headers, .. }) => headers
                .get(ETAG)
                .and_then(|etag| etag.to_str().ok())
                .map(str::to_owned)
                .ok_or_else(unusable),
            Ok(OpenedAnswer::Redirect(_)) => Err(unusable()),
            Err(error) => Err(self.failed(method, &error)),
        }
    }

    /// Writes down how far the upload has come.
    async fn save(&self, before: u64, row: &mut RemoteUploadRow) -> Result<(), HoldError> {
        row.last_active_at = self.parts.clock.now_millis();
        let mut transaction = self.parts.database.begin().await?;
        if !transaction.advance_remote_upload(before, row).await? {
            return Err(HoldError::UploadBusy);
        }
        transaction.commit().await?;
        Ok(())
    }

    /// An upload that the hold does not take any more ends here too. Returns what the client is told.
    async fn ended_by(
        &self,
        error: HoldError,
        user: &HoldUser,
        row: &RemoteUploadRow,
    ) -> Result<HoldError, HoldError> {
        match error {
            HoldError::QuotaExceeded { .. } => {
                self.abort(user, row).await;
                self.forget(row).await?;
                Ok(self.quota_exceeded(user).await)
            }
            HoldError::Denied { .. }
            | HoldError::UploadUnknown
            | HoldError::Parts { .. }
            | HoldError::TooLarge { .. } => {
                self.abort(user, row).await;
                self.forget(row).await?;
                Ok(error)
            }
            error => Ok(error),
        }
    }

    async fn forget(&self, row: &RemoteUploadRow) -> Result<(), HoldError> {
        let mut transaction = self.parts.database.begin().await?;
        transaction.delete_remote_upload(&row.id).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Best effort: a hold ends uploads that nobody comes back to.
    async fn abort(&self, user: &HoldUser, row: &RemoteUploadRow) {
        let input = abort_upload::Input {
            upload_id: row.remote_id.clone(),
        };
        let method = "io.atcr.hold.abortUpload";
        if let Err(error) = self.call::<IgnoredAny>(user, method, &input).await {
            tracing::debug!(
                hold.did = %self.did,
                error = &error as &dyn std::error::Error,
                "an upload stays for the hold to end"
            );
        }
    }
}

fn named_parts(row: &RemoteUploadRow) -> Vec<complete_upload::PartInfo> {
    let parts: Vec<String> = serde_json::from_str(&row.parts).unwrap_or_default();
    parts
        .into_iter()
        .zip(1..)
        .map(|(etag, part_number)| complete_upload::PartInfo { part_number, etag })
        .collect()
}

fn interruption(size: u64, source: BodyError) -> HoldError {
    HoldError::Interrupted { size, source }
}
