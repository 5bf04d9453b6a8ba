//! A file for its owner's eyes, written whole or not at all, by one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::HelperError;

/// How long another process may take over a change.
const PATIENCE: Duration = Duration::from_secs(10);
const TRY_AGAIN: Duration = Duration::from_millis(20);

/// Taken by whoever changes a file, until dropped. The system gives it back when a process dies.
pub struct FileLock(#[expect(dead_code, reason = "held, not used")] File);

/// Waits for its turn with `path`, a while. The folder is made, for its owner alone, if it is missing.
pub fn lock(path: &Path) -> Result<FileLock, HelperError> {
    let failed = |source| HelperError::File {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        create_private_folder(folder).map_err(failed)?;
    }
    let file = private_options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.with_extension("lock"))
        .map_err(failed)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(FileLock(file)),
            Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                std::thread::sleep(TRY_AGAIN);
            }
            Err(TryLockError::WouldBlock) => {
                return Err(HelperError::Locked {
                    path: path.to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
    }
}

/// The bytes of a file; `None` when there is none.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, HelperError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(HelperError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Replaces a file by one that only its owner reads. Whoever reads meanwhile sees the old or the new one.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), HelperError> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = (|| {
        // Left behind by a process of the same number that died.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private_options()
            .write(true)
            .create_new(true)
            .open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    written.map_err(|source| {
        // Nobody can be helped by a second error.
        let _ = fs::remove_file(&temporary);
        HelperError::File {
            path: path.to_owned(),
            source,
        }
    })
}

#[cfg(unix)]
fn private_options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Elsewhere a person's folder is theirs by what it inherits.
#[cfg(not(unix))]
fn private_options() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(unix)]
fn create_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn create_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_for_its_owner_alone_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/credentials.json");
        let _lock = lock(&path).unwrap();
        assert_eq!(read(&path).unwrap(), None);
        for content in [&b"one"[..], b"two"] {
            write(&path, content).unwrap();
            assert_eq!(read(&path).unwrap().as_deref(), Some(content));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
            let folder = path.parent().unwrap();
            assert_eq!(fs::metadata(folder).unwrap().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn changes_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("number");
        write(&path, b"0").unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let _lock = lock(&path).unwrap();
                    let text = String::from_utf8(read(&path).unwrap().unwrap()).unwrap();
                    let next = text.parse::<u32>().unwrap() + 1;
                    fs::write(&path, next.to_string()).unwrap();
                });
            }
        });
        assert_eq!(read(&path).unwrap().as_deref(), Some(&b"8"[..]));
    }
}
