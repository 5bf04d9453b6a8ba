//! A blob from its file to the network.
//!
//! One chunk is read ahead while the one before is sent. A blob that is not what was stored never ends
//! cleanly: a wrong length is noticed before the first byte, a wrong hash before the last chunk.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use bytes::Bytes;
use futures::Stream;
use oci::Digest;
use tokio::task::JoinHandle;

use super::super::{BlobStoreError, UploadHash};
use super::{on_blocking_thread, thread_lost};

/// How much is read at once. Two of these are in memory per download.
const CHUNK_BYTES: u64 = 512 << 10;

/// Hashes a whole blob while it is read, for blobs that nobody hashed since the process started.
pub(super) struct Verification {
    digest: Digest,
    hash: UploadHash,
    verified: moka::future::Cache<Digest, ()>,
}

impl Verification {
    pub(super) fn boxed(digest: Digest, verified: moka::future::Cache<Digest, ()>) -> Box<Self> {
        let hash = UploadHash::new(digest.algorithm());
        Box::new(Self {
            digest,
            hash,
            verified,
        })
    }

    fn finish(&self) -> Result<(), BlobStoreError> {
        let actual = self.hash.digest();
        if actual == self.digest {
            return Ok(());
        }
        tracing::error!(blob.digest = %self.digest, actual = %actual, "a stored blob does not have its digest");
        let damage = format!("its bytes have the digest {actual}");
        Err(BlobStoreError::Damaged {
            digest: self.digest.clone(),
            damage,
        })
    }
}

/// Reads from one file to the end of what was asked for.
struct Reader {
    file: File,
    remaining: u64,
    digest: Digest,
    verification: Option<Box<Verification>>,
}

impl Reader {
    /// The next chunk. Blocks.
    fn read_chunk(&mut self) -> Result<Bytes, BlobStoreError> {
        let wanted = self.remaining.min(CHUNK_BYTES);
        let capacity = usize::try_from(wanted).expect("a chunk fits in memory");
        let mut chunk = Vec::with_capacity(capacity);
        (&self.file)
            .take(wanted)
            .read_to_end(&mut chunk)
            .map_err(BlobStoreError::while_trying_to("read a blob"))?;
        if chunk.len() != capacity {
            let damage = format!(
                "it ended {} bytes early while it was read",
                wanted - chunk.len() as u64
            );
            return Err(BlobStoreError::Damaged {
                digest: self.digest.clone(),
                damage,
            });
        }
        self.remaining -= wanted;
        if let Some(verification) = &mut self.verification {
            verification.hash.update(&chunk);
            if self.remaining == 0 {
                verification.finish()?;
            }
        }
        Ok(chunk.into())
    }
}

/// Where a download stands.
enum Progress {
    Reading(JoinHandle<(Reader, Result<Bytes, BlobStoreError>)>),
    Read(Reader, Result<Bytes, BlobStoreError>),
    Ended,
}

/// Opens a blob and reads its first chunk. `None` when there is no such file.
pub(super) async fn open(
    path: PathBuf,
    digest: Digest,
    size: u64,
    range: Option<RangeInclusive<u64>>,
    verification: Option<Box<Verification>>,
) -> Result<
    Option<impl Stream<Item = Result<Bytes, BlobStoreError>> + Send + 'static>,
    BlobStoreError,
> {
    let opened = on_blocking_thread(move || {
        let Some(mut reader) = open_reader(path, digest, size, range, verification)? else {
            return Ok(None);
        };
        let chunk = reader.read_chunk()?;
        Ok(Some((reader, chunk)))
    })
    .await?;
    Ok(opened
        .map(|(reader, chunk)| futures::stream::unfold(Progress::Read(reader, Ok(chunk)), advance)))
}

fn open_reader(
    path: PathBuf,
    digest: Digest,
    size: u64,
    range: Option<RangeInclusive<u64>>,
    verification: Option<Box<Verification>>,
) -> Result<Option<Reader>, BlobStoreError> {
    let fail = BlobStoreError::while_trying_to("open a blob");
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(error)),
    };
    let length = file.metadata().map_err(&fail)?.len();
    if length != size {
        let damage = format!("it has {length} bytes instead of {size}");
        return Err(BlobStoreError::Damaged { digest, damage });
    }
    let mut remaining = size;
    if let Some(range) = range {
        let end = range.end().saturating_add(1).min(size);
        remaining = end.saturating_sub(*range.start());
        file.seek(SeekFrom::Start(*range.start())).map_err(&fail)?;
    }
    Ok(Some(Reader {
        file,
        remaining,
        digest,
        verification,
    }))
}

/// One chunk out, the next one started.
async fn advance(progress: Progress) -> Option<(Result<Bytes, BlobStoreError>, Progress)> {
    let (mut reader, chunk) = match progress {
        Progress::Read(reader, chunk) => (reader, chunk),
        Progress::Reading(reading) => match reading.await {
            Ok(read) => read,
            Err(stopped) => return Some((Err(thread_lost(stopped)), Progress::Ended)),
        },
        Progress::Ended => return None,
    };
    let chunk = match chunk {
        Ok(chunk) => chunk,
        Err(error) => return Some((Err(error), Progress::Ended)),
    };
    if reader.remaining > 0 {
        let reading = tokio::task::spawn_blocking(move || {
            let chunk = reader.read_chunk();
            (reader, chunk)
        });
        return Some((Ok(chunk), Progress::Reading(reading)));
    }
    if let Some(verification) = reader.verification {
        verification
            .verified
            .insert(verification.digest.clone(), ())
            .await;
    }
    (!chunk.is_empty()).then_some((Ok(chunk), Progress::Ended))
}
