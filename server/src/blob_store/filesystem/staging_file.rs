//! The file of a blob on its way in. Everything here blocks.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use oci::DigestAlgorithm;

use super::super::keys::{STAGING, key_of};
use super::super::{BlobStoreError, Continuation, Staging, UploadHash};
use super::folders::{Folders, sync_folder};

/// How much is read at once to hash a file again.
const HASHING_CHUNK_BYTES: usize = 1 << 20;

/// A staging file opened to be continued, by one writer at a time.
pub(super) struct StagingFile {
    /// Locked exclusively until it is closed. A second writer would mix its bytes with ours, and the
    /// running hash, which is taken from memory, would not notice.
    file: File,
    folder: PathBuf,
    is_created: bool,
    offset: u64,
    hash: UploadHash,
}

impl StagingFile {
    /// Opens the file at `offset` and cuts off what an unacknowledged attempt left beyond it.
    pub(super) fn open(
        folders: &Folders,
        staging: &Staging,
        offset: u64,
        hash: UploadHash,
    ) -> Result<Self, BlobStoreError> {
        let path = folders.path(&key_of(staging)?);
        let unknown = || BlobStoreError::StagingUnknown {
            staging: staging.0.clone(),
            size: offset,
        };
        let fail = BlobStoreError::while_trying_to("open a staging file");
        let opened = OpenOptions::new()
            .write(true)
            .create(offset == 0)
            .truncate(false)
            .mode(0o600)
            .open(&path);
        let mut file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(unknown()),
            Err(error) => return Err(fail(error)),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(BlobStoreError::StagingBusy {
                    staging: staging.0.clone(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
        let length = file.metadata().map_err(&fail)?.len();
        if length < offset {
            return Err(unknown());
        }
        if length > offset {
            file.set_len(offset).map_err(&fail)?;
        }
        file.seek(SeekFrom::Start(offset)).map_err(&fail)?;
        Ok(Self {
            file,
            folder: folders.path(STAGING),
            is_created: offset == 0,
            offset,
            hash,
        })
    }

    /// Writes and hashes the next bytes.
    pub(super) fn write(&mut self, pieces: &[Bytes]) -> Result<(), BlobStoreError> {
        for piece in pieces {
            if let Err(error) = self.file.write_all(piece) {
                self.give_space_back();
                return Err(BlobStoreError::while_trying_to("write a staging file")(
                    error,
                ));
            }
            self.hash.update(piece);
        }
        Ok(())
    }

    /// Makes everything written durable.
    pub(super) fn sync(&self, continuation: Continuation) -> Result<(), BlobStoreError> {
        let fail = BlobStoreError::while_trying_to("sync a staging file");
        // The length is synced with the data, times are not: they mean nothing here.
        self.file.sync_data().map_err(fail)?;
        // The name of a file that is about to be renamed is not worth a second wait for the disk.
        if self.is_created && continuation == Continuation::MoreToCome {
            sync_folder(&self.folder)?;
        }
        Ok(())
    }

    /// Drops what this writer wrote: it will not be acknowledged.
    pub(super) fn give_space_back(&self) {
        // Only housekeeping: the next writer cuts the file as well.
        if let Err(error) = self.file.set_len(self.offset) {
            tracing::warn!(error = %error, "could not shorten a staging file");
        }
    }

    /// The running hash over everything written.
    pub(super) fn hash(&self) -> &UploadHash {
        &self.hash
    }
}

/// Hashes the first `size` bytes of a staging file.
pub(super) fn hash(
    path: &Path,
    staging: &Staging,
    size: u64,
    algorithm: DigestAlgorithm,
) -> Result<UploadHash, BlobStoreError> {
    let fail = BlobStoreError::while_trying_to("read a staging file");
    let unknown = || BlobStoreError::StagingUnknown {
        staging: staging.0.clone(),
        size,
    };
    let mut hash = UploadHash::new(algorithm);
    if size == 0 {
        return Ok(hash);
    }
    let mut file = match File::open(path) {
        Ok(file) => file.take(size),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(unknown()),
        Err(error) => return Err(fail(error)),
    };
    let mut chunk = vec![0; HASHING_CHUNK_BYTES];
    loop {
        match file.read(&mut chunk).map_err(&fail)? {
            0 if hash.size() == size => return Ok(hash),
            0 => return Err(unknown()),
            count => hash.update(&chunk[..count]),
        }
    }
}

/// Gives the file exactly `size` bytes before it becomes a blob: an attempt that was never acknowledged
/// may have left more behind, and nothing creates the file of an empty blob.
pub(super) fn cut_to_size(path: &Path, staging: &Staging, size: u64) -> Result<(), BlobStoreError> {
    let fail = BlobStoreError::while_trying_to("open a staging file");
    let unknown = || BlobStoreError::StagingUnknown {
        staging: staging.0.clone(),
        size,
    };
    let opened = OpenOptions::new()
        .write(true)
        .create(size == 0)
        .truncate(false)
        .mode(0o600)
        .open(path);
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(unknown()),
        Err(error) => return Err(fail(error)),
    };
    let length = file.metadata().map_err(&fail)?.len();
    if length < size {
        return Err(unknown());
    }
    if length > size {
        file.set_len(size).map_err(&fail)?;
        file.sync_data().map_err(&fail)?;
    }
    Ok(())
}

/// Writes a small file, syncs it, reads it back and deletes it.
pub(super) fn check(path: &Path) -> Result<(), BlobStoreError> {
    const CONTENT: &[u8] = b"written to see whether this folder keeps what it is given\n";
    let attempt = || -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(CONTENT)?;
        file.sync_all()?;
        if std::fs::read(path)? != CONTENT {
            return Err(io::Error::other(
                "what was read back is not what was written",
            ));
        }
        Ok(())
    };
    let outcome = attempt();
    let removed = std::fs::remove_file(path);
    outcome
        .and(removed)
        .map_err(BlobStoreError::while_trying_to(
            "write, read back and delete a file",
        ))
}
