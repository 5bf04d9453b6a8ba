//! Bytes on their way into the bucket: parts of one size, several at once, and a rest.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::super::{Appended, BlobStoreError, BodyError, Continuation, IncomingBytes, UploadHash};
use super::S3BlobStore;
use super::keys;
use super::staged::{Mark, MultipartUpload, Rest, SavedHash, Staged};

/// How many parts of one blob are sent at once.
const PARTS_AT_ONCE: usize = 4;

/// One body on its way.
struct Sender<'a> {
    store: &'a S3BlobStore,
    staged: Staged,
    /// Bytes that are no part yet.
    rest: BytesMut,
    /// Parts on their way, in order.
    sending: FuturesOrdered<JoinHandle<Result<Option<String>, BlobStoreError>>>,
}

/// As [`BlobStore::append`](super::super::BlobStore::append).
pub(super) async fn append(
    store: &S3BlobStore,
    mut staged: Staged,
    offset: u64,
    limit: u64,
    mut hash: UploadHash,
    mut body: IncomingBytes,
    continuation: Continuation,
) -> Result<Appended, BlobStoreError> {
    let Some(first) = body.next().await else {
        // A last body without bytes ends a blob that is durable as it is.
        staged.mark_at(offset)?;
        return Ok(appended(&staged, offset, hash, None));
    };
    staged.rewind_to(offset)?;
    let began = staged.end.clone();
    let rest = store.read_rest(&staged, offset).await?;
    let mut sender = Sender {
        store,
        staged,
        rest,
        sending: FuturesOrdered::new(),
    };
    let mut interrupted = None;
    let mut next = Some(first);
    while let Some(piece) = next {
        match piece {
            Ok(piece) => {
                let size = hash.size() + piece.len() as u64;
                if size > limit {
                    return Err(BlobStoreError::TooLarge { limit });
                }
                hash.update(&piece);
                sender.take(piece).await?;
            }
            Err(error) => {
                interrupted = Some(error);
                break;
            }
        }
        next = body.next().await;
    }
    if hash.size() == offset {
        return Ok(appended(&sender.staged, offset, hash, interrupted));
    }
    let is_last = continuation == Continuation::Last && interrupted.is_none();
    let staged = sender.finish(began, &hash, is_last).await?;
    Ok(appended(&staged, hash.size(), hash, interrupted))
}

fn appended(
    staged: &Staged,
    size: u64,
    hash: UploadHash,
    interrupted: Option<BodyError>,
) -> Appended {
    Appended {
        staging: staged.staging(),
        size,
        hash,
        interrupted,
    }
}

impl Sender<'_> {
    /// Gathers bytes to parts. A full part goes out when more comes: what fits into one is no part.
    async fn take(&mut self, mut piece: Bytes) -> Result<(), BlobStoreError> {
        let part_bytes = self.part_bytes();
        while !piece.is_empty() {
            if self.rest.len() == part_bytes {
                self.send_part().await?;
            }
            let room = part_bytes - self.rest.len();
            let taken = piece.split_to(room.min(piece.len()));
            self.rest.extend_from_slice(&taken);
        }
        Ok(())
    }

    fn part_bytes(&self) -> usize {
        let decided = self.staged.upload.as_ref().map(|upload| upload.part_bytes);
        usize::try_from(decided.unwrap_or(self.store.part_bytes)).expect("a part fits in memory")
    }

    async fn send_part(&mut self) -> Result<(), BlobStoreError> {
        let upload = self.upload().await?;
        while self.sending.len() >= PARTS_AT_ONCE {
            self.await_part().await?;
        }
        let content = std::mem::take(&mut self.rest).freeze();
        let number = self.staged.parts.len() + self.sending.len() + 1;
        let bucket = self.store.bucket.clone();
        let permit = permit(&self.store.parts_in_memory).await;
        // Tasks of their own, so that parts move on while the client is waited for.
        self.sending.push_back(tokio::spawn(async move {
            let sent = bucket.put_part(&upload, number, content).await;
            drop(permit);
            sent
        }));
        Ok(())
    }

    async fn await_part(&mut self) -> Result<(), BlobStoreError> {
        if let Some(ended) = self.sending.next().await {
            let sent = ended.map_err(|stopped| BlobStoreError::Failed {
                operation: "send a part",
                source: std::io::Error::other(stopped),
            })?;
            let etag = sent?.ok_or_else(|| self.staged.unknown(self.staged.end.size))?;
            self.staged.parts.push(etag);
        }
        Ok(())
    }

    /// The multipart upload, which begins with the first part. An object beside it says so, for the sweeper.
    async fn upload(&mut self) -> Result<MultipartUpload, BlobStoreError> {
        if let Some(upload) = &self.staged.upload {
            return Ok(upload.clone());
        }
        let bucket = &self.store.bucket;
        let key = keys::object_key(&self.staged.name);
        let upload = MultipartUpload {
            id: bucket.start_multipart(&key).await?,
            key,
            part_bytes: self.store.part_bytes,
        };
        self.store
            .put_marker(&self.staged.name, &upload, None)
            .await?;
        self.staged.upload = Some(upload.clone());
        Ok(upload)
    }

    /// Makes the rest durable and writes down where the blob stands. The rest of a blob that is whole now is only
    /// handed over: it is stored with the blob.
    async fn finish(
        mut self,
        began: Mark,
        hash: &UploadHash,
        is_last: bool,
    ) -> Result<Staged, BlobStoreError> {
        let is_full = self.rest.len() == self.part_bytes();
        if is_full && !is_last {
            self.send_part().await?;
        }
        while !self.sending.is_empty() {
            self.await_part().await?;
        }
        let outdated = self.staged.before.take().and_then(|mark| mark.rest);
        let rest = std::mem::take(&mut self.rest).freeze();
        let rest = if rest.is_empty() {
            None
        } else {
            Some(self.keep_rest(rest, is_last).await?)
        };
        self.staged.end = Mark {
            size: hash.size(),
            parts: self.staged.parts.len(),
            rest,
            hash: Some(SavedHash::of(hash)),
        };
        if let Some(outdated) = outdated
            && began.rest.as_ref() != Some(&outdated)
        {
            self.store.forget_rest(&outdated).await;
        }
        self.staged.before = Some(began);
        Ok(self.staged)
    }

    async fn keep_rest(&self, rest: Bytes, is_last: bool) -> Result<Rest, BlobStoreError> {
        let key = keys::rest_key(&self.staged.name);
        let size = rest.len() as u64;
        if is_last {
            self.store.hand_over(&key, rest);
        } else {
            self.store.bucket.put(&key, rest.clone()).await?;
            self.store.rests.insert(key.clone(), rest).await;
        }
        Ok(Rest { key, size })
    }
}

/// Waits until there is memory for one more part.
async fn permit(parts: &Arc<Semaphore>) -> tokio::sync::OwnedSemaphorePermit {
    let permit = parts.clone().acquire_owned().await;
    permit.expect("the semaphore is never closed")
}
