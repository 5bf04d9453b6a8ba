//! Uploads: bytes come in, are durable before they are acknowledged, and become a blob when they have the
//! digest the client announced.
//!
//! The order in which things become durable, and what a crash in between leaves:
//!
//! 1. bytes in the staging file: not acknowledged, cut off by the next request;
//! 2. the upload's row says so: acknowledged, an upload continues here;
//! 3. the file is renamed to its digest: a blob without a row does not exist, the client pushes again;
//! 4. one transaction makes the blob exist and ends the upload: only then is it answered.
//!
//! A request that writes runs as a task of its own: when the client goes away in the middle, what arrived is
//! still made durable and counted.

use atproto::syntax::Did;
use oci::{Digest, DigestAlgorithm};
use tracing::Instrument;

use super::permissions::MayWrite;
use super::upload_locks::UploadLock;
use super::{Hold, HoldError};
use crate::blob_store::{
    Appended, BlobStoreError, Continuation, IncomingBytes, Staging, UploadHash,
};
use crate::clients::hold::{Upload, UploadOwner};
use crate::db::UploadRow;

mod metered;
mod parts;
mod reap;

pub use parts::StoredPart;
pub use reap::ReapedUploads;

use metered::Stopped;

/// Random bytes in an upload's id: whoever knows the id is still asked who they are.
const ID_BYTES: usize = 20;

/// An upload that this request alone may change.
struct OpenUpload {
    row: UploadRow,
    _lock: UploadLock,
}

impl Hold {
    /// Opens an upload.
    pub async fn start_upload(&self, owner: &UploadOwner) -> Result<Upload, HoldError> {
        let may_write = self.permit_write(&owner.uploader.did).await?;
        let id = random_id();
        let staging = self.blob_store().create_staging(&id).await?;
        let uploader = &owner.uploader.did;
        self.insert_upload_row(
            &may_write,
            uploader,
            owner.repository.as_str(),
            &id,
            staging,
        )
        .await?;
        Ok(Upload { id, size: 0 })
    }

    async fn insert_upload_row(
        &self,
        _: &MayWrite,
        uploader: &Did,
        repository: &str,
        id: &str,
        staging: Staging,
    ) -> Result<(), HoldError> {
        let now = self.inner.clock.now_millis();
        let row = UploadRow {
            id: id.to_owned(),
            uploader_did: uploader.to_string(),
            repository: repository.to_owned(),
            staging: staging.0,
            size: 0,
            started_at: now,
            last_active_at: now,
        };
        let mut transaction = self.database().begin().await?;
        transaction.insert_hold_upload(&row).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// An upload that is in progress, or [`HoldError::UploadUnknown`].
    pub async fn find_upload(&self, owner: &UploadOwner, id: &str) -> Result<Upload, HoldError> {
        self.check_write(&owner.uploader.did).await?;
        let row = self.find_row(owner, id).await?;
        Ok(Upload {
            id: row.id,
            size: row.size,
        })
    }

    /// Adds bytes to an upload. `start` is where the client says they begin; anything else than the acknowledged
    /// size is [`HoldError::OutOfOrder`] and leaves the upload usable. What is returned is durable.
    pub async fn append_upload(
        &self,
        owner: &UploadOwner,
        id: &str,
        start: Option<u64>,
        body: IncomingBytes,
    ) -> Result<Upload, HoldError> {
        let may_write = self.permit_write(&owner.uploader.did).await?;
        let upload = self.open_upload(owner, id, start).await?;
        let hold = self.clone();
        in_own_task(async move { hold.append(&may_write, upload, body).await }).await
    }

    async fn append(
        &self,
        may_write: &MayWrite,
        upload: OpenUpload,
        body: IncomingBytes,
    ) -> Result<Upload, HoldError> {
        let hash = self
            .running_hash(&upload.row, DigestAlgorithm::Sha256)
            .await?;
        let appended = self
            .store(may_write, &upload.row, hash, body, Continuation::MoreToCome)
            .await?;
        let size = self.acknowledge(&upload.row, appended).await?;
        Ok(Upload {
            id: upload.row.id,
            size,
        })
    }

    /// Adds the last bytes, verifies the digest over all of them and makes the blob readable, durably. Returns its
    /// size. A mismatch is [`HoldError::DigestMismatch`] and ends the upload.
    pub async fn complete_upload(
        &self,
        owner: &UploadOwner,
        id: &str,
        digest: &Digest,
        start: Option<u64>,
        last: IncomingBytes,
    ) -> Result<u64, HoldError> {
        let may_write = self.permit_write(&owner.uploader.did).await?;
        let upload = self.open_upload(owner, id, start).await?;
        let (hold, digest) = (self.clone(), digest.clone());
        in_own_task(async move { hold.complete(&may_write, upload, &digest, last).await }).await
    }

    async fn complete(
        &self,
        may_write: &MayWrite,
        upload: OpenUpload,
        digest: &Digest,
        last: IncomingBytes,
    ) -> Result<u64, HoldError> {
        let row = &upload.row;
        let is_first = row.size == 0;
        // An upload in one request is hashed by the algorithm it is announced with. One in several is hashed by
        // SHA-256 as it comes, since nobody knows its digest before the end.
        let running = if is_first {
            digest.algorithm()
        } else {
            DigestAlgorithm::Sha256
        };
        let hash = self.running_hash(row, running).await?;
        let appended = self
            .store(may_write, row, hash, last, Continuation::Last)
            .await?;
        if appended.interrupted.is_some() {
            return self.acknowledge(row, appended).await;
        }
        let (staging, size) = (appended.staging, appended.size);
        let hash = if appended.hash.algorithm() == digest.algorithm() {
            appended.hash
        } else {
            self.blob_store()
                .hash_staging(&staging, size, digest.algorithm())
                .await?
        };
        let actual = hash.digest();
        if actual != *digest {
            self.end_upload(&row.id, &staging).await?;
            return Err(HoldError::DigestMismatch {
                announced: digest.clone(),
                actual,
                size,
            });
        }
        let uploader = uploader_of(row)?;
        let turn = self.inner.blob_turns.lock(digest.clone()).await;
        let sizes = &self.inner.blob_sizes;
        let read = sizes.begin();
        self.promote(row, &uploader, &staging, digest, size).await?;
        drop(turn);
        sizes.keep(digest, size, read);
        Ok(size)
    }

    /// Makes a verified upload a blob, if its uploader has room for it.
    async fn promote(
        &self,
        row: &UploadRow,
        uploader: &Did,
        staging: &Staging,
        digest: &Digest,
        size: u64,
    ) -> Result<(), HoldError> {
        let limit = self.limit_of(uploader).await?;
        if let Some(limit) = &limit
            && let Err(refused) = self.reserve(limit, &row.id, size).await
        {
            self.end_upload(&row.id, staging).await?;
            return Err(refused);
        }
        // Other processes take turns about a blob by a lock in the database, from before its bytes are there. With
        // SQLite there are none, and nobody should wait for the disk with the one connection that writes.
        let early = if self.database().is_shared() {
            let mut transaction = self.database().begin().await?;
            transaction.lock_blob(&digest.to_string()).await?;
            Some(transaction)
        } else {
            None
        };
        self.blob_store().promote(staging, size, digest).await?;
        let mut transaction = match early {
            Some(transaction) => transaction,
            None => self.database().begin().await?,
        };
        transaction
            .insert_hold_blob(digest, size, self.inner.clock.now_millis())
            .await?;
        transaction.delete_hold_upload(&row.id).await?;
        if let Some(limit) = &limit {
            self.reserve_blob(&mut transaction, limit, &row.id, digest, size)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Ends an upload and frees its space.
    pub async fn cancel_upload(&self, owner: &UploadOwner, id: &str) -> Result<(), HoldError> {
        self.check_write(&owner.uploader.did).await?;
        let upload = self.open_upload(owner, id, None).await?;
        let hold = self.clone();
        in_own_task(async move {
            hold.end_upload(&upload.row.id, &Staging(upload.row.staging.clone()))
                .await
        })
        .await
    }

    /// The row first: bytes that nobody claims are swept, a claim on bytes that are gone is not.
    async fn end_upload(&self, id: &str, staging: &Staging) -> Result<(), HoldError> {
        let mut transaction = self.database().begin().await?;
        transaction.delete_hold_upload(id).await?;
        transaction.delete_reservation(id).await?;
        transaction.delete_upload_parts_from(id, 0).await?;
        transaction.commit().await?;
        self.blob_store().discard_staging(staging).await?;
        Ok(())
    }

    /// An upload of `owner`'s; anybody else's does not exist for them.
    async fn find_row(&self, owner: &UploadOwner, id: &str) -> Result<UploadRow, HoldError> {
        self.database()
            .find_hold_upload(id)
            .await?
            .filter(|row| {
                row.uploader_did == owner.uploader.did.as_str()
                    && row.repository == owner.repository.as_str()
            })
            .ok_or(HoldError::UploadUnknown)
    }

    /// Takes the upload for this request alone and checks that it stands where the client thinks.
    async fn open_upload(
        &self,
        owner: &UploadOwner,
        id: &str,
        start: Option<u64>,
    ) -> Result<OpenUpload, HoldError> {
        let lock = self.inner.upload_locks.try_lock(id);
        // Read under the lock, or the size may be old. Asked for before the lock is looked at, so that
        // a stranger does not learn that the upload exists.
        let row = self.find_row(owner, id).await?;
        let lock = lock.ok_or(HoldError::UploadBusy)?;
        match start {
            Some(start) if start != row.size => Err(HoldError::OutOfOrder {
                start,
                expected: row.size,
            }),
            _ => Ok(OpenUpload { row, _lock: lock }),
        }
    }

    /// The hash over the acknowledged bytes, from memory or from what is staged.
    async fn running_hash(
        &self,
        row: &UploadRow,
        algorithm: DigestAlgorithm,
    ) -> Result<UploadHash, HoldError> {
        if row.size == 0 {
            return Ok(UploadHash::new(algorithm));
        }
        let staging = Staging(row.staging.clone());
        if let Some(hash) = self.inner.running_hashes.take(&staging, row.size).await {
            return Ok(hash);
        }
        match self
            .blob_store()
            .hash_staging(&staging, row.size, algorithm)
            .await
        {
            Ok(hash) => Ok(hash),
            Err(error) => Err(self.refuse_lost_upload(row, error).await?),
        }
    }

    async fn store(
        &self,
        _: &MayWrite,
        row: &UploadRow,
        hash: UploadHash,
        body: IncomingBytes,
        continuation: Continuation,
    ) -> Result<Appended, HoldError> {
        let staging = Staging(row.staging.clone());
        let limit = self.inner.settings.max_blob_bytes;
        let (body, stopped) = match self.limit_of(&uploader_of(row)?).await? {
            Some(limit) => self.metered(limit, &row.id, row.size, body),
            None => (body, Stopped::default()),
        };
        let appended = self
            .blob_store()
            .append(&staging, row.size, limit, hash, body, continuation)
            .await;
        if let Some(refused) = stopped.take() {
            // What came before there was no more room is of no use.
            self.end_upload(&row.id, &staging).await?;
            return Err(refused);
        }
        match appended {
            Ok(appended) => Ok(appended),
            Err(BlobStoreError::TooLarge { limit }) => Err(HoldError::TooLarge { limit }),
            Err(BlobStoreError::StagingBusy { .. }) => Err(HoldError::UploadBusy),
            Err(error) => Err(self.refuse_lost_upload(row, error).await?),
        }
    }

    /// An upload whose bytes are gone cannot go on: it was promoted by a server that died before it said so, or
    /// somebody cleared the folder. The client starts again.
    async fn refuse_lost_upload(
        &self,
        row: &UploadRow,
        error: BlobStoreError,
    ) -> Result<HoldError, HoldError> {
        if !matches!(error, BlobStoreError::StagingUnknown { .. }) {
            return Ok(HoldError::Storage(error));
        }
        tracing::warn!(
            upload.size_bytes = row.size,
            "the bytes of an upload are gone; the upload ends"
        );
        self.end_upload(&row.id, &Staging(row.staging.clone()))
            .await?;
        Ok(HoldError::UploadUnknown)
    }

    /// Writes down how far the upload has come and returns it: from here on the client may rely on it. Tells of an
    /// interruption only now, when what arrived counts.
    async fn acknowledge(&self, row: &UploadRow, appended: Appended) -> Result<u64, HoldError> {
        let Appended {
            staging,
            size,
            hash,
            interrupted,
        } = appended;
        if size != row.size {
            let now = self.inner.clock.now_millis();
            let mut transaction = self.database().begin().await?;
            let is_ours = transaction
                .advance_hold_upload(&row.id, row.size, size, &staging.0, now)
                .await?;
            if !is_ours {
                return Err(HoldError::UploadBusy);
            }
            transaction.commit().await?;
        }
        if hash.algorithm() == DigestAlgorithm::Sha256 {
            self.inner.running_hashes.keep(staging, hash).await;
        }
        match interrupted {
            Some(source) => Err(HoldError::Interrupted { size, source }),
            None => Ok(size),
        }
    }
}

impl Hold {
    /// Ends every upload of somebody and frees its space; one that is being written to right now ends by itself.
    pub(super) async fn end_uploads_of(&self, uploader: &Did) -> Result<(), HoldError> {
        for row in self.database().list_uploads_of(uploader.as_str()).await? {
            if let Some(_lock) = self.inner.upload_locks.try_lock(&row.id) {
                self.end_upload(&row.id, &Staging(row.staging)).await?;
            }
        }
        Ok(())
    }
}

fn uploader_of(row: &UploadRow) -> Result<Did, HoldError> {
    row.uploader_did
        .parse()
        .map_err(|_| HoldError::UploadUnknown)
}

/// Runs `work` to its end even when the request that waits for it goes away.
pub(super) async fn in_own_task<T: Send + 'static>(
    work: impl Future<Output = Result<T, HoldError>> + Send + 'static,
) -> Result<T, HoldError> {
    match tokio::spawn(work.in_current_span()).await {
        Ok(outcome) => outcome,
        Err(stopped) => Err(HoldError::Storage(BlobStoreError::Failed {
            operation: "finish an upload",
            source: std::io::Error::other(stopped),
        })),
    }
}

pub(super) fn random_id() -> String {
    use ring::rand::{SecureRandom, SystemRandom};
    let mut bytes = [0; ID_BYTES];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system gives random bytes");
    hex::encode(bytes)
}
