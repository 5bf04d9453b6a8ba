//! The keys of the client's assertions: a file that only the server reads, with the newest key last.
//!
//! A new key is published for a while before it signs, because authorization servers remember key sets. A session is
//! refreshed with the key that it was opened with, so an old key stays until no session uses it.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};
use std::time::SystemTime;

use atproto::oauth::{KEY_BYTES, OAuthKey, PublicJwk};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::secrets::{
    SecretFileError, create_secret_file, random_bytes, read_secret_file, replace_secret_file,
};

/// How long a key is published before it signs, in milliseconds. The reference remembers key sets for ten minutes.
const PUBLISHED_BEFORE_USE: i64 = 15 * 60 * 1000;
const MAX_FILE_BYTES: usize = 64 * 1024;
const MAX_KEYS: usize = 32;

/// The keys of a running server, which takes up changes of the file.
pub struct ClientKeys {
    path: PathBuf,
    loaded: RwLock<Loaded>,
}

struct Loaded {
    keys: Vec<ClientKey>,
    modified: Option<SystemTime>,
}

#[derive(Clone)]
struct ClientKey {
    key: OAuthKey,
    created_at: i64,
}

/// The file of keys cannot be used. The message is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ClientKeysError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// It says something else.
    #[error("the file of OAuth client keys {path} is damaged; restore it from a backup")]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The key that was added.
    pub added: String,
    /// Keys that were removed, because nothing uses them or they were given up.
    pub removed: Vec<String>,
    /// Older keys that sessions still use.
    pub kept: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    keys: Vec<KeyEntry>,
}

#[derive(Serialize, Deserialize)]
struct KeyEntry {
    /// The private key in base64url.
    secret: String,
    /// Unix milliseconds.
    created_at: i64,
}

impl ClientKeys {
    /// Reads the keys, or makes the first one.
    pub fn load_or_create(path: &Path, now: i64) -> Result<Self, ClientKeysError> {
        if read_keys(path)?.is_none() {
            create_secret_file(path, &write_keys(&[ClientKey::generate(now)]))?;
        }
        let modified = modified_at(path);
        let keys = read_keys(path)?.ok_or_else(|| damaged(path))?;
        Ok(Self {
            path: path.to_owned(),
            loaded: RwLock::new(Loaded { keys, modified }),
        })
    }

    /// The key that new sessions are opened with: the newest that has been published for long enough.
    pub(super) fn signing_key(&self, now: i64) -> OAuthKey {
        self.with_current(|keys| {
            let published = |key: &&ClientKey| now - key.created_at >= PUBLISHED_BEFORE_USE;
            let key = keys.iter().rfind(published).or(keys.first());
            key.expect("a file without keys is refused").key.clone()
        })
    }

    /// The key that a session was opened with, unless it was given up.
    pub(super) fn find(&self, id: &str) -> Option<OAuthKey> {
        self.with_current(|keys| {
            let found = keys.iter().find(|key| key.key.id().as_str() == id);
            found.map(|key| key.key.clone())
        })
    }

    /// The public halves, for authorization servers.
    pub fn published(&self) -> Vec<PublicJwk> {
        self.with_current(|keys| keys.iter().map(|key| key.key.published_jwk()).collect())
    }

    /// Runs with the keys of the file as it is now. A file that cannot be read any more changes nothing.
    fn with_current<T>(&self, use_keys: impl FnOnce(&[ClientKey]) -> T) -> T {
        let modified = modified_at(&self.path);
        {
            let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
            if loaded.modified == modified {
                return use_keys(&loaded.keys);
            }
        }
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        match read_keys(&self.path) {
            Ok(Some(keys)) => *loaded = Loaded { keys, modified },
            Ok(None) => tracing::error!("the file of OAuth client keys is gone"),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the OAuth client keys cannot be read again"
            ),
        }
        use_keys(&loaded.keys)
    }
}

/// Adds a key to the file, and removes older ones that are not `in_use`. With `give_up_old`, every older key goes, and
/// the new one signs at once: for a key that has leaked. Running servers take the change up by themselves.
pub fn rotate(
    path: &Path,
    now: i64,
    in_use: &[String],
    give_up_old: bool,
) -> Result<Rotation, ClientKeysError> {
    let old = read_keys(path)?.unwrap_or_default();
    let added = ClientKey::generate(now);
    // What signs now has to sign until the new key has been published for long enough.
    let signing = old
        .iter()
        .rfind(|key| now - key.created_at >= PUBLISHED_BEFORE_USE)
        .or(old.first())
        .map(|key| key.key.id());
    let (kept, removed): (Vec<_>, Vec<_>) = old.into_iter().partition(|key| {
        let id = key.key.id();
        !give_up_old
            && (signing.as_ref() == Some(&id) || in_use.iter().any(|used| used == id.as_str()))
    });
    let id = |key: &ClientKey| key.key.id().to_string();
    let rotation = Rotation {
        added: id(&added),
        removed: removed.iter().map(id).collect(),
        kept: kept.iter().map(id).collect(),
    };
    let keys: Vec<_> = kept.into_iter().chain([added]).collect();
    replace_secret_file(path, &write_keys(&keys))?;
    Ok(rotation)
}

impl ClientKey {
    fn generate(now: i64) -> Self {
        loop {
            // Once in 2^32 times random bytes are no key.
            if let Ok(key) = OAuthKey::from_bytes(&random_bytes::<KEY_BYTES>()) {
                return Self {
                    key,
                    created_at: now,
                };
            }
        }
    }
}

fn modified_at(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

fn damaged(path: &Path) -> ClientKeysError {
    ClientKeysError::Damaged {
        path: path.to_owned(),
    }
}

fn read_keys(path: &Path) -> Result<Option<Vec<ClientKey>>, ClientKeysError> {
    let Some(bytes) = read_secret_file(path, MAX_FILE_BYTES)? else {
        return Ok(None);
    };
    let file: KeyFile = serde_json::from_slice(&bytes).map_err(|_| damaged(path))?;
    if !(1..=MAX_KEYS).contains(&file.keys.len()) {
        return Err(damaged(path));
    }
    let read = |entry: &KeyEntry| {
        let bytes = URL_SAFE_NO_PAD.decode(&entry.secret).ok()?;
        let key = OAuthKey::from_bytes(&bytes.try_into().ok()?).ok()?;
        Some(ClientKey {
            key,
            created_at: entry.created_at,
        })
    };
    let keys: Option<Vec<_>> = file.keys.iter().map(read).collect();
    keys.map(Some).ok_or_else(|| damaged(path))
}

fn write_keys(keys: &[ClientKey]) -> Vec<u8> {
    let entries = keys.iter().map(|key| KeyEntry {
        secret: URL_SAFE_NO_PAD.encode(key.key.to_bytes()),
        created_at: key.created_at,
    });
    let file = KeyFile {
        keys: entries.collect(),
    };
    serde_json::to_vec_pretty(&file).expect("texts and numbers have a JSON form")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const HOUR: i64 = 60 * 60 * 1000;

    #[test]
    fn sk_01_the_file_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/oauth-client-keys.json");
        let keys = ClientKeys::load_or_create(&path, 0).unwrap();
        let again = ClientKeys::load_or_create(&path, 0).unwrap();
        assert_eq!(keys.signing_key(0).id(), again.signing_key(0).id());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn oa_24_a_new_key_is_published_before_it_signs_and_the_old_one_stays_while_it_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let keys = ClientKeys::load_or_create(&path, 0).unwrap();
        let old = keys.signing_key(HOUR).id().to_string();
        let rotation = rotate(&path, HOUR, std::slice::from_ref(&old), false).unwrap();
        assert_eq!(rotation.kept, std::slice::from_ref(&old));
        assert_eq!(keys.published().len(), 2, "taken up while running");
        assert_eq!(keys.signing_key(HOUR).id().as_str(), old);
        let later = HOUR + PUBLISHED_BEFORE_USE;
        assert_eq!(keys.signing_key(later).id().as_str(), rotation.added);
        assert!(keys.find(&old).is_some(), "oa_23: refreshes go on with it");
        let second = rotate(&path, later, &[], false).unwrap();
        assert_eq!(second.removed, std::slice::from_ref(&old));
        assert!(keys.find(&old).is_none());
    }

    #[test]
    fn oa_24_a_leaked_key_goes_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let keys = ClientKeys::load_or_create(&path, 0).unwrap();
        let leaked = keys.signing_key(HOUR).id().to_string();
        let in_use = [leaked.clone()];
        let rotation = rotate(&path, HOUR, &in_use, true).unwrap();
        assert_eq!(rotation.removed, [leaked]);
        assert_eq!(keys.signing_key(HOUR).id().as_str(), rotation.added);
        assert_eq!(keys.published().len(), 1);
    }

    #[test]
    fn a_damaged_file_is_refused_at_start_and_ignored_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let keys = ClientKeys::load_or_create(&path, 0).unwrap();
        let id = keys.signing_key(0).id();
        replace_secret_file(&path, br#"{"keys":[]}"#).unwrap();
        assert_eq!(keys.signing_key(0).id(), id);
        let again = ClientKeys::load_or_create(&path, 0);
        assert!(matches!(again, Err(ClientKeysError::Damaged { .. })));
    }
}
