//! `[oauth]`: who this registry is where people sign in.

use std::path::{Path, PathBuf};

use super::settings::{OAUTH_CLIENT_KEYS_PATH, OAUTH_CLIENT_NAME};
use super::source::Reader;
use super::value;

/// Who this registry is where people sign in.
#[derive(Debug, Clone)]
pub struct OAuthConfig {
    /// What people read there.
    pub client_name: String,
    /// File of the keys with which the registry shows who it is.
    pub client_keys_path: PathBuf,
}

pub(super) fn read(reader: &mut Reader, data_dir: Option<&Path>) -> Option<OAuthConfig> {
    let client_name = reader.value(&OAUTH_CLIENT_NAME, |text| {
        let fits = !text.is_empty() && text.chars().count() <= 64;
        (fits && !text.contains(char::is_control)).then(|| text.to_owned())
    });
    let client_keys_path = reader
        .optional(&OAUTH_CLIENT_KEYS_PATH, value::path)
        .or_else(|| Some(data_dir?.join("keys").join("oauth-client-keys.json")));
    Some(OAuthConfig {
        client_name: client_name?,
        client_keys_path: client_keys_path?,
    })
}
