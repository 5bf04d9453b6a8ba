//! The data folder: created at the first start, for its owner only.

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
    fn a_file_in_its_place_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(
            prepare(file.path()),
            Err(DataFolderError::NotAFolder { .. })
        ));
    }
}
