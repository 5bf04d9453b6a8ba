//! Keys in files, and encryption of what the database keeps for others.
//!
//! Every purpose has a key of its own, derived from a file by name: what is sealed or hashed for one
//! purpose means nothing to another.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

/// Secret bytes. Never printed, compared or serialised.
#[derive(Clone)]
pub struct Key {
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key(..)")
    }
}

impl Key {
    /// The bytes, for whoever signs or encrypts with them.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A key of 32 bytes for one purpose, such as `"pds session tokens"`. The same name gives the same key.
    #[must_use]
    pub fn for_purpose(&self, purpose: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.bytes);
        Self {
            bytes: hmac::sign(&key, purpose.as_bytes()).as_ref().to_vec(),
        }
    }

    /// HMAC-SHA-256 of a message, for recognising a secret without keeping it.
    ///
    /// # Panics
    /// Never: HMAC-SHA-256 has 32 bytes.
    pub fn authenticate(&self, message: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.bytes);
        let tag = hmac::sign(&key, message);
        tag.as_ref().try_into().expect("HMAC-SHA-256 has 32 bytes")
    }
}

/// A key file that cannot be used. The message is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// The file or its folder cannot be read or written.
    #[error("the key file {path} cannot be read or created")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Other users of the machine can read or write the file.
    #[error("the key file {path} is open to other users; run: chmod 600 {path}")]
    OpenToOthers {
        /// Which file.
        path: PathBuf,
    },
    /// The file was cut short or is something else.
    #[error(
        "the key file {path} has {actual} bytes instead of {expected}; restore it from a backup"
    )]
    WrongLength {
        /// Which file.
        path: PathBuf,
        /// Bytes it has; one more than expected stands for any larger number.
        actual: usize,
        /// Bytes it should have.
        expected: usize,
    },
    /// There is another key already.
    #[error("the key file {path} has another key; move it away, or keep it and leave this one out")]
    Other {
        /// Which file.
        path: PathBuf,
    },
    /// The system gave no random numbers.
    #[error("the system gave no random numbers for the key file {path}")]
    NoRandomness {
        /// Which file.
        path: PathBuf,
    },
}

/// Reads the key in `path`, of exactly `length` bytes, or creates it with mode 0600 when there is none.
///
/// A new key is on disk for good when this returns. Two processes that start at once end up with the same
/// key, and a crash halfway leaves no half-written one.
pub fn load_or_create_key(path: &Path, length: usize) -> Result<Key, SecretFileError> {
    let io_error = |source| SecretFileError::Io {
        path: path.to_owned(),
        source,
    };
    if let Some(key) = load_key(path, length)? {
        return Ok(key);
    }
    let mut bytes = vec![0; length];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| SecretFileError::NoRandomness {
            path: path.to_owned(),
        })?;
    create_file(path, &bytes).map_err(io_error)?;
    load_key(path, length)?.ok_or_else(|| io_error(io::ErrorKind::NotFound.into()))
}

/// Copies the key of `length` bytes in `from` to `to`, which is made with mode 0600 or has that key already. `false`
/// where there is no key to copy.
pub fn copy_key(from: &Path, to: &Path, length: usize) -> Result<bool, SecretFileError> {
    let io_error = |source| SecretFileError::Io {
        path: to.to_owned(),
        source,
    };
    let Some(key) = load_key(from, length)? else {
        return Ok(false);
    };
    create_file(to, &key.bytes).map_err(io_error)?;
    match load_key(to, length)? {
        Some(there) if there.bytes == key.bytes => Ok(true),
        _ => Err(SecretFileError::Other {
            path: to.to_owned(),
        }),
    }
}

fn load_key(path: &Path, length: usize) -> Result<Option<Key>, SecretFileError> {
    let io_error = |source| SecretFileError::Io {
        path: path.to_owned(),
        source,
    };
    let Some(file) = open_secret_file(path)? else {
        return Ok(None);
    };
    let mut bytes = Vec::with_capacity(length + 1);
    file.take(length as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(io_error)?;
    if bytes.len() != length {
        let (path, actual) = (path.to_owned(), bytes.len());
        return Err(SecretFileError::WrongLength {
            path,
            actual,
            expected: length,
        });
    }
    Ok(Some(Key { bytes }))
}

fn open_secret_file(path: &Path) -> Result<Option<File>, SecretFileError> {
    let io_error = |source| SecretFileError::Io {
        path: path.to_owned(),
        source,
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(error)),
    };
    if file.metadata().map_err(io_error)?.mode() & 0o077 != 0 {
        return Err(SecretFileError::OpenToOthers {
            path: path.to_owned(),
        });
    }
    Ok(Some(file))
}

/// Reads a file that only its owner may read, of at most `limit` bytes. `None` when there is none.
pub fn read_secret_file(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, SecretFileError> {
    let io_error = |source| SecretFileError::Io {
        path: path.to_owned(),
        source,
    };
    let Some(file) = open_secret_file(path)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(io_error)?;
    if bytes.len() > limit {
        return Err(io_error(io::ErrorKind::FileTooLarge.into()));
    }
    Ok(Some(bytes))
}

/// Creates a file that only its owner may read. A file that is there already stays as it is.
pub fn create_secret_file(path: &Path, bytes: &[u8]) -> Result<(), SecretFileError> {
    create_file(path, bytes).map_err(|source| SecretFileError::Io {
        path: path.to_owned(),
        source,
    })
}

/// Replaces a file that only its owner may read, or creates it. Readers see the old bytes or the new ones.
pub fn replace_secret_file(path: &Path, bytes: &[u8]) -> Result<(), SecretFileError> {
    write_beside(path, bytes, |temporary| fs::rename(temporary, path)).map_err(|source| {
        SecretFileError::Io {
            path: path.to_owned(),
            source,
        }
    })
}

/// Writes a temporary file and links it to its name, which fails when somebody else was first: theirs stays.
fn create_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_beside(path, bytes, |temporary| {
        match fs::hard_link(temporary, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    })
}

/// Writes a synced file beside `path`, lets `finish` give it its name, and syncs the folder.
fn write_beside(
    path: &Path,
    bytes: &[u8],
    finish: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let temporary = folder.join(format!(".key-{}", uuid::Uuid::new_v4()));
    let written = (|| {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        finish(&temporary)
    })();
    // Removed in any case; a leftover would be a second copy of the key.
    let removed = match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    written?;
    removed?;
    File::open(folder)?.sync_all()
}

/// Random bytes from the system, as unguessable as keys.
///
/// # Panics
/// When the system gives none, without which nothing that is made of them would be safe.
pub fn random_bytes<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system gives random numbers");
    bytes
}

/// A random text of 43 characters (256 bits in base64url), for what nobody may guess.
pub fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// Encrypts small secrets for the database with AES-256-GCM.
pub struct Sealer {
    key: LessSafeKey,
    random: SystemRandom,
}

/// A sealed value does not open: another key, another context, or changed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open with this key and context")]
pub struct UnsealError;

/// The system gave no random numbers to seal with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random numbers")]
pub struct SealError;

impl Sealer {
    /// A sealer for one purpose; see [`Key::for_purpose`].
    ///
    /// # Panics
    /// Never: a key for a purpose has the 32 bytes of AES-256.
    pub fn new(key: &Key, purpose: &str) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key.for_purpose(purpose).bytes())
            .expect("a key for a purpose has the 32 bytes of AES-256");
        Self {
            key: LessSafeKey::new(key),
            random: SystemRandom::new(),
        }
    }

    /// Encrypts `plain` so that it opens only in the same `context`, such as the id of its row.
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(|_| SealError)?;
        let mut sealed = plain.to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context),
                &mut sealed,
            )
            .map_err(|_| SealError)?;
        sealed.splice(..0, nonce);
        Ok(sealed)
    }

    /// Decrypts what [`Sealer::seal`] made in the same context.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, UnsealError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(UnsealError)?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(context), &mut sealed)
            .map_err(|_| UnsealError)?;
        Ok(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn sk_01_creates_a_key_for_the_owner_only_and_finds_it_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/sealing.key");
        let created = load_or_create_key(&path, 32).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let folder = path.parent().unwrap();
        assert_eq!(fs::metadata(folder).unwrap().mode() & 0o777, 0o700);
        assert_eq!(
            load_or_create_key(&path, 32).unwrap().bytes(),
            created.bytes()
        );
        assert_ne!(created.bytes(), [0; 32]);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn sk_01_refuses_a_key_that_others_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sealing.key");
        load_or_create_key(&path, 32).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = load_or_create_key(&path, 32).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn sk_01_refuses_a_key_of_another_length() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sealing.key");
        load_or_create_key(&path, 32).unwrap();
        for other in [16, 33, 64] {
            let error = load_or_create_key(&path, other).unwrap_err();
            assert!(
                matches!(error, SecretFileError::WrongLength { .. }),
                "{error}"
            );
        }
    }

    #[test]
    fn sk_01_starts_at_the_same_moment_agree_on_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sealing.key");
        let keys: Vec<Key> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| load_or_create_key(&path, 32).unwrap()))
                .collect();
            starts
                .into_iter()
                .map(|start| start.join().unwrap())
                .collect()
        });
        assert!(keys.iter().all(|key| key.bytes() == keys[0].bytes()));
    }

    #[test]
    fn a_copied_key_is_for_its_owner_only_and_replaces_none() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a.key"), folder.path().join("b/b.key"));
        assert!(!copy_key(&from, &to, 32).unwrap());
        let key = load_or_create_key(&from, 32).unwrap();
        assert!(copy_key(&from, &to, 32).unwrap());
        assert!(copy_key(&from, &to, 32).unwrap(), "it is there already");
        assert_eq!(fs::metadata(&to).unwrap().mode() & 0o777, 0o600);
        assert_eq!(load_or_create_key(&to, 32).unwrap().bytes(), key.bytes());
        let other = folder.path().join("c.key");
        load_or_create_key(&other, 32).unwrap();
        let refused = copy_key(&other, &to, 32);
        assert!(
            matches!(refused, Err(SecretFileError::Other { .. })),
            "{refused:?}"
        );
        assert_eq!(load_or_create_key(&to, 32).unwrap().bytes(), key.bytes());
    }

    #[test]
    fn sk_03_sealed_values_open_only_with_their_key_purpose_and_context() {
        let key = Key { bytes: vec![7; 32] };
        let sealing = Sealer::new(&key, "tokens");
        let sealed = sealing.seal(b"row 1", b"secret").unwrap();
        assert_eq!(sealing.open(b"row 1", &sealed).unwrap(), b"secret");
        assert_ne!(sealed, sealing.seal(b"row 1", b"secret").unwrap());
        assert_eq!(sealing.open(b"row 2", &sealed), Err(UnsealError));
        assert_eq!(
            Sealer::new(&key, "cookies").open(b"row 1", &sealed),
            Err(UnsealError)
        );
        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert_eq!(sealing.open(b"row 1", &changed), Err(UnsealError));
        }
        assert_eq!(sealing.open(b"row 1", &sealed[..5]), Err(UnsealError));
    }

    #[test]
    fn sk_04_keys_do_not_show_in_debug_output() {
        assert_eq!(
            format!(
                "{:?}",
                Key {
                    bytes: vec![1, 2, 3]
                }
            ),
            "Key(..)"
        );
    }
}
