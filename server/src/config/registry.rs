//! `[registry]`: tokens, logins, uploads and their limits.

use std::path::{Path, PathBuf};
use std::time::Duration;

use atproto::syntax::Did;

use super::server::Roles;
use super::settings::{
    ALLOW_ACCOUNT_PASSWORDS, DEFAULT_HOLD_DID, MAX_BLOB_BYTES, SESSION_IDLE_HOURS,
    SESSION_KEY_PATH, TAG_FRESH_SECONDS, TOKEN_KEY_PATH, TOKEN_LIFETIME_SECONDS,
    UPLOAD_EXPIRY_HOURS,
};
use super::source::Reader;
use super::value;

/// Tokens, logins, uploads and their limits.
#[derive(Debug, Clone)]
pub struct RegistryConfig {
    /// How long a registry token is good for.
    pub token_lifetime: Duration,
    /// File of the key that signs registry tokens.
    pub token_key_path: PathBuf,
    /// File of the key that encrypts PDS sessions in the database.
    pub session_key_path: PathBuf,
    /// How long an unused PDS session is kept.
    pub session_idle: Duration,
    /// Whether a login takes any password, not only app passwords.
    pub allow_account_passwords: bool,
    /// How long a tag is answered without asking its owner's PDS again.
    pub tag_fresh: Duration,
    /// The largest blob, in bytes.
    pub max_blob_bytes: u64,
    /// The hold that pushes go to whose owner chose none; `None` for the one of this process.
    pub default_hold: Option<Did>,
    /// How long an unfinished upload can be continued.
    pub upload_expiry: Duration,
}

pub(super) fn read(
    reader: &mut Reader,
    roles: Option<Roles>,
    data_dir: Option<&Path>,
) -> Option<RegistryConfig> {
    let default_hold = reader.optional(&DEFAULT_HOLD_DID, |text| text.parse::<Did>().ok());
    if roles == Some(Roles::Appview) && !reader.is_given(&DEFAULT_HOLD_DID) {
        let message = "is missing; a registry without a hold of its own needs one to push to; expected a DID such as \
                       did:web:hold.example.com";
        reader.refuse(&DEFAULT_HOLD_DID, message.to_owned());
        return None;
    }
    let token_lifetime = reader.value(&TOKEN_LIFETIME_SECONDS, value::seconds(60..=3600));
    let token_key_path = reader.optional(&TOKEN_KEY_PATH, value::path);
    let session_key_path = reader.optional(&SESSION_KEY_PATH, value::path);
    let session_idle = reader.value(&SESSION_IDLE_HOURS, value::hours(1..=720));
    let allow_account_passwords = reader.value(&ALLOW_ACCOUNT_PASSWORDS, value::flag);
    let tag_fresh = reader.value(&TAG_FRESH_SECONDS, value::seconds(0..=3600));
    let max_blob_bytes = reader.value(&MAX_BLOB_BYTES, max_blob_bytes);
    let upload_expiry = reader.value(&UPLOAD_EXPIRY_HOURS, value::hours(1..=720));
    let key = |path: Option<PathBuf>, name: &str| match path {
        Some(path) => Some(path),
        None => Some(data_dir?.join("keys").join(name)),
    };
    Some(RegistryConfig {
        token_lifetime: token_lifetime?,
        token_key_path: key(token_key_path, "registry-token.key")?,
        session_key_path: key(session_key_path, "sessions.key")?,
        session_idle: session_idle?,
        allow_account_passwords: allow_account_passwords?,
        tag_fresh: tag_fresh?,
        max_blob_bytes: max_blob_bytes?,
        default_hold,
        upload_expiry: upload_expiry?,
    })
}

fn max_blob_bytes(text: &str) -> Option<u64> {
    value::byte_size(text).filter(|size| (1 << 20..=1 << 50).contains(size))
}
