//! Files of an archive: written whole and synced, read with the hash that the manifest has.

use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use futures::Stream;
use oci::DigestAlgorithm;
use tokio::fs::{self, File};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use super::rows::Row;
use super::{ArchiveError, ArchivedFile};
use crate::blob_store::UploadHash;

/// Read at a time.
const CHUNK: usize = 256 * 1024;
/// Written at a time.
const BATCH: usize = 64 * 1024;

/// For `map_err`: names the file, and what was to be done with it.
pub(super) fn fail(
    path: &Path,
    operation: &'static str,
) -> impl Fn(std::io::Error) -> ArchiveError {
    let path = path.to_owned();
    move |source| ArchiveError::File {
        path: path.clone(),
        operation,
        source,
    }
}

/// A file on its way: it has its name when it is whole.
pub(super) struct FileWriter {
    path: PathBuf,
    part: PathBuf,
    file: File,
    waiting: BytesMut,
    hash: UploadHash,
}

impl FileWriter {
    pub(super) async fn create(path: PathBuf) -> Result<Self, ArchiveError> {
        let mut part = path.clone().into_os_string();
        part.push(".new");
        let part = PathBuf::from(part);
        let mut options = File::options();
        let options = options.write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(&part).await.map_err(fail(&part, "created"))?;
        Ok(Self {
            path,
            part,
            file,
            waiting: BytesMut::new(),
            hash: UploadHash::new(DigestAlgorithm::Sha256),
        })
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.hash.update(bytes);
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= BATCH {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ArchiveError> {
        let written = self.file.write_all(&self.waiting.split()).await;
        written.map_err(fail(&self.part, "written"))
    }

    /// Gives the file its name, durably.
    pub(super) async fn finish(mut self) -> Result<ArchivedFile, ArchiveError> {
        self.flush().await?;
        let synced = async {
            self.file.flush().await?;
            self.file.sync_all().await?;
            fs::rename(&self.part, &self.path).await?;
            let folder = self.path.parent().unwrap_or(Path::new("."));
            File::open(folder).await?.sync_all().await
        };
        synced.await.map_err(fail(&self.path, "written"))?;
        Ok(ArchivedFile {
            bytes: self.hash.size(),
            digest: self.hash.digest(),
        })
    }
}

/// A whole small file; `None` where there is none.
pub(super) async fn read_whole(path: &Path) -> Result<Option<Vec<u8>>, ArchiveError> {
    match fs::read(path).await {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fail(path, "read")(error)),
    }
}

/// A file in pieces, of which the last is an error when all of them are not what the manifest says.
pub(super) fn read_checked(
    folder: &Path,
    name: &'static str,
    expected: &ArchivedFile,
) -> impl Stream<Item = Result<Bytes, ArchiveError>> + Send + use<> {
    let path = folder.join(name);
    let expected = expected.clone();
    let hash = UploadHash::new(DigestAlgorithm::Sha256);
    futures::stream::try_unfold((None, hash), move |(file, mut hash)| {
        let (path, expected) = (path.clone(), expected.clone());
        async move {
            let mut file = match file {
                Some(file) => file,
                None => File::open(&path).await.map_err(fail(&path, "read"))?,
            };
            let mut chunk = BytesMut::with_capacity(CHUNK);
            file.read_buf(&mut chunk)
                .await
                .map_err(fail(&path, "read"))?;
            hash.update(&chunk);
            if !chunk.is_empty() {
                return Ok(Some((chunk.freeze(), (Some(file), hash))));
            }
            if hash.digest() == expected.digest {
                return Ok(None);
            }
            Err(ArchiveError::Damaged {
                file: name.to_owned(),
                reason: format!(
                    "it has {} bytes with the digest {} instead of {} with {}",
                    hash.size(),
                    hash.digest(),
                    expected.bytes,
                    expected.digest
                ),
            })
        }
    })
}

/// The rows of an archive.
pub(super) struct RowReader {
    lines: tokio::io::Lines<BufReader<File>>,
    path: PathBuf,
}

impl RowReader {
    pub(super) async fn open(path: PathBuf) -> Result<Self, ArchiveError> {
        let file = File::open(&path).await.map_err(fail(&path, "read"))?;
        let lines = BufReader::with_capacity(CHUNK, file).lines();
        Ok(Self { lines, path })
    }

    /// The next row; `None` behind the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Row>, ArchiveError> {
        let line = self.lines.next_line().await;
        let Some(line) = line.map_err(fail(&self.path, "read"))? else {
            return Ok(None);
        };
        let row = serde_json::from_str(&line).map_err(|error| ArchiveError::Damaged {
            file: super::ROWS.to_owned(),
            reason: format!("a row cannot be read: {error}"),
        })?;
        Ok(Some(row))
    }

    /// All rows that follow.
    pub(super) fn into_rows(self) -> impl Stream<Item = Result<Row, ArchiveError>> + Send {
        futures::stream::try_unfold(self, |mut reader| async {
            Ok(reader.next().await?.map(|row| (row, reader)))
        })
    }
}
