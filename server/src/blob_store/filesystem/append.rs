//! Bytes from the network into a staging file, hashed on the way.
//!
//! Two steps work at the same time: while a blocking thread hashes and writes one batch, the next is
//! gathered from the network. Back pressure follows: a third batch is not read before the first is
//! written, so an upload holds two batches in memory at most.

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use tokio::task::JoinHandle;

use super::super::{
    Appended, BlobStoreError, BodyError, Continuation, IncomingBytes, Staging, UploadHash,
};
use super::folders::Folders;
use super::staging_file::StagingFile;
use super::{on_blocking_thread, thread_lost};

/// When a batch is handed to the disk: large enough that the hand-over costs nothing.
const BATCH_BYTES: usize = 1 << 20;
/// The same for clients that send crumbs: bounds what a batch costs beyond its bytes.
const BATCH_PIECES: usize = 512;

/// What one look at the network gave.
struct Batch {
    pieces: Vec<Bytes>,
    end: Option<BodyEnd>,
}

/// How a body ended.
enum BodyEnd {
    Complete,
    BrokenOff(BodyError),
    TooLarge,
}

/// See [`BlobStore::append`](super::super::BlobStore::append).
pub(super) async fn append(
    folders: Arc<Folders>,
    staging: &Staging,
    offset: u64,
    limit: u64,
    hash: UploadHash,
    mut body: IncomingBytes,
    continuation: Continuation,
) -> Result<Appended, BlobStoreError> {
    let mut allowance = limit.saturating_sub(offset);
    let mut batch = next_batch(&mut body, &mut allowance).await;
    if batch.pieces.is_empty() {
        // Nothing came: the file need not be opened, let alone synced.
        return match batch.end {
            Some(BodyEnd::TooLarge) => Err(BlobStoreError::TooLarge { limit }),
            Some(BodyEnd::BrokenOff(error)) => Ok(appended(staging, hash, Some(error))),
            Some(BodyEnd::Complete) | None => Ok(appended(staging, hash, None)),
        };
    }
    let mut file = {
        let staging = staging.clone();
        on_blocking_thread(move || StagingFile::open(&folders, &staging, offset, hash)).await?
    };
    loop {
        match batch.end {
            None => {
                let writing = write(file, batch.pieces);
                batch = next_batch(&mut body, &mut allowance).await;
                file = writing.await.map_err(thread_lost)??;
            }
            Some(BodyEnd::TooLarge) => {
                on_blocking_thread(move || {
                    file.give_space_back();
                    Ok(())
                })
                .await?;
                return Err(BlobStoreError::TooLarge { limit });
            }
            Some(BodyEnd::Complete) => {
                let hash = finish(file, batch.pieces, continuation).await?;
                return Ok(appended(staging, hash, None));
            }
            Some(BodyEnd::BrokenOff(error)) => {
                // The client comes back for the rest.
                let hash = finish(file, batch.pieces, Continuation::MoreToCome).await?;
                return Ok(appended(staging, hash, Some(error)));
            }
        }
    }
}

/// Gathers what the network has until there is enough for the disk or the body ends.
async fn next_batch(body: &mut IncomingBytes, allowance: &mut u64) -> Batch {
    let mut pieces = Vec::new();
    let mut bytes = 0;
    while bytes < BATCH_BYTES && pieces.len() < BATCH_PIECES {
        let end = match body.next().await {
            Some(Ok(piece)) if piece.is_empty() => continue,
            Some(Ok(piece)) => match allowance.checked_sub(piece.len() as u64) {
                Some(rest) => {
                    *allowance = rest;
                    bytes += piece.len();
                    pieces.push(piece);
                    continue;
                }
                None => BodyEnd::TooLarge,
            },
            Some(Err(error)) => BodyEnd::BrokenOff(error),
            None => BodyEnd::Complete,
        };
        return Batch {
            pieces,
            end: Some(end),
        };
    }
    Batch { pieces, end: None }
}

/// Starts writing a batch.
fn write(
    mut file: StagingFile,
    pieces: Vec<Bytes>,
) -> JoinHandle<Result<StagingFile, BlobStoreError>> {
    tokio::task::spawn_blocking(move || {
        file.write(&pieces)?;
        Ok(file)
    })
}

/// Writes the last batch and makes everything durable.
async fn finish(
    mut file: StagingFile,
    pieces: Vec<Bytes>,
    continuation: Continuation,
) -> Result<UploadHash, BlobStoreError> {
    on_blocking_thread(move || {
        file.write(&pieces)?;
        file.sync(continuation)?;
        Ok(file.hash().clone())
    })
    .await
}

fn appended(staging: &Staging, hash: UploadHash, interrupted: Option<BodyError>) -> Appended {
    Appended {
        staging: staging.clone(),
        size: hash.size(),
        hash,
        interrupted,
    }
}
