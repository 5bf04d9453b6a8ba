//! The files of the hold's private keys.

use std::path::{Path, PathBuf};

use atproto::crypto::{Curve, SIGNING_KEY_BYTES, SigningKey};

use crate::secrets::{SecretFileError, load_or_create_key};

/// The name of the key's file where the setting names a folder.
const FILE_IN_FOLDER: &str = "signing.key";

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// The file cannot be read or made.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// Its bytes are no key.
    #[error("the file {} is not a private key; restore it from a backup", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
}

/// Reads the k256 key in `path`, 32 raw bytes, or makes one for its owner's eyes only. A folder stands for
/// `signing.key` in it.
pub fn load_or_create_signing_key(path: &Path) -> Result<SigningKey, SigningKeyError> {
    let path = key_file(path);
    let key = load_or_create_key(&path, SIGNING_KEY_BYTES)?;
    let bytes: &[u8; SIGNING_KEY_BYTES] = key
        .bytes()
        .try_into()
        .expect("the file was read as this many bytes");
    // Of random bytes, one in 2^128 is no key.
    SigningKey::from_bytes(Curve::K256, bytes).map_err(|_| SigningKeyError::NotAKey { path })
}

/// The file of the key: a folder stands for `signing.key` in it.
pub(super) fn key_file(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.join(FILE_IN_FOLDER)
    } else {
        path.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_only() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("keys/hold-signing.key");
        let key = load_or_create_signing_key(&path).unwrap();
        let again = load_or_create_signing_key(&path).unwrap();
        assert_eq!(key.public_key(), again.public_key());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_folder_stands_for_the_key_in_it() {
        let folder = TempDir::new().unwrap();
        load_or_create_signing_key(folder.path()).unwrap();
        assert!(folder.path().join("signing.key").is_file());
    }

    #[test]
    fn other_bytes_are_refused() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("zero.key");
        std::fs::write(&path, [0; 32]).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let error = load_or_create_signing_key(&path).unwrap_err();
        assert!(matches!(error, SigningKeyError::NotAKey { .. }), "{error}");
    }
}
