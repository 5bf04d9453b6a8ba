//! The data folder: created at the first start, for its owner only.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// The data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// It is not there and cannot be made.
    #[error("the data folder {} cannot be created", path.display())]
    Create {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another process works on it.
    #[error("another Longshore works on {}; stop it, or give this one a folder of its own", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// Something else has its name.
    #[error("{} is not a folder; set LONGSHORE_DATA_DIR to one", path.display())]
    NotAFolder {
        /// What has its name.
        path: PathBuf,
    },
}

/// Creates the folder, and those above it, with mode 0700 when it is not there. An existing folder keeps its
/// rights; `doctor` looks at them.
pub fn prepare(path: &Path) -> Result<(), DataFolderError> {
    if path.exists() && !path.is_dir() {
        return Err(DataFolderError::NotAFolder {
            path: path.to_owned(),
        });
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| DataFolderError::Create {
            path: path.to_owned(),
            source,
        })
}

/// A folder that this process alone works on, until the value is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct FolderLock(
    #[expect(dead_code, reason = "the lock lasts as long as the open file")] File,
);

/// Locks a folder against a second server: SQLite's caches and the staging of uploads have one owner.
pub fn lock(path: &Path) -> Result<FolderLock, DataFolderError> {
    let create = |source| DataFolderError::Create {
        path: path.to_owned(),
        source,
    };
    let file = File::create(path.join(".lock")).map_err(create)?;
    match file.try_lock() {
        Ok(()) => Ok(FolderLock(file)),
        Err(TryLockError::WouldBlock) => Err(DataFolderError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(create(source)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_folder_is_created_for_its_owner_only() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/data");
        prepare(&path).unwrap();
        prepare(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_second_process_is_kept_out_until_the_first_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let first = lock(folder.path()).unwrap();
        assert!(matches!(
            lock(folder.path()),
            Err(DataFolderError::InUse { .. })
        ));
        drop(first);
        lock(folder.path()).unwrap();
    }

    #[test]
    fn a_file_in_its_place_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(
            prepare(file.path()),
            Err(DataFolderError::NotAFolder { .. })
        ));
    }
}
