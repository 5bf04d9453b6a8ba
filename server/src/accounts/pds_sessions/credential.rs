//! Passwords: their shape, and the keyed hash that stands for them.

use atproto::syntax::Did;
use secrecy::{ExposeSecret as _, SecretString};

use crate::secrets::Key;

/// Stands for one account with one password. Means nothing without our key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct CredentialHash([u8; 32]);

impl CredentialHash {
    pub(super) fn new(key: &Key, did: &Did, password: &SecretString) -> Self {
        // A DID has no NUL, so no two pairs are written alike.
        let mut message = did.as_str().as_bytes().to_vec();
        message.push(0);
        message.extend_from_slice(password.expose_secret().as_bytes());
        Self(key.authenticate(&message))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Whether a secret looks like an app password: four groups of four base32 characters, `xxxx-xxxx-xxxx-xxxx`.
pub(super) fn is_app_password(password: &SecretString) -> bool {
    let groups: Vec<&str> = password.expose_secret().split('-').collect();
    let is_base32 = |byte: u8| matches!(byte, b'a'..=b'z' | b'2'..=b'7');
    groups.len() == 4
        && groups
            .iter()
            .all(|group| group.len() == 4 && group.bytes().all(is_base32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_app_passwords_have_their_shape() {
        for password in ["abcd-efgh-ijkl-mnop", "2345-6723-zzzz-aaaa"] {
            assert!(is_app_password(&password.into()), "{password}");
        }
        for password in [
            "",
            "hunter2",
            "abcd-efgh-ijkl",
            "abcd-efgh-ijkl-mnop-",
            "abcd-efgh-ijkl-mnop-qrst",
            "abcd-efgh-ijkl-mno1",
            "Abcd-efgh-ijkl-mnop",
            "abcdefghijklmnop",
            "abc-defgh-ijkl-mnop",
            " abcd-efgh-ijkl-mnop",
            "äbc-defg-hijk-lmno",
        ] {
            assert!(!is_app_password(&password.into()), "{password}");
        }
    }
}
