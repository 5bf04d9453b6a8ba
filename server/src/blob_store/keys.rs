//! Where things lie in a folder; a bucket has more, by `s3/keys.rs`:
//!
//! ```text
//! blobs/<algorithm>/<first two hex>/<hex>    a blob, whole and verified, under its digest
//! staging/<name>                             a blob on its way in
//! ```

use oci::Digest;

use super::{BlobStoreError, Staging};

/// Above every verified blob.
pub(super) const BLOBS: &str = "blobs";
/// Above everything on its way in.
pub(super) const STAGING: &str = "staging";

/// The longest staging name: file systems take 255 bytes.
const LONGEST_STAGING_NAME: usize = 128;

/// The folder of a blob's file; its digits spread blobs over 256 folders.
pub(super) fn blob_folder(digest: &Digest) -> String {
    let hex = digest.hex();
    format!("{BLOBS}/{}/{}", digest.algorithm(), &hex[..2])
}

/// The key of a blob.
pub(super) fn blob_key(digest: &Digest) -> String {
    format!("{}/{}", blob_folder(digest), digest.hex())
}

/// The digest of the blob that lies there; `None` for anything else.
pub(super) fn digest_of_key(key: &str) -> Option<Digest> {
    let (algorithm, rest) = key
        .strip_prefix(BLOBS)?
        .strip_prefix('/')?
        .split_once('/')?;
    let (_, hex) = rest.split_once('/')?;
    let digest = format!("{algorithm}:{hex}").parse().ok()?;
    (blob_key(&digest) == key).then_some(digest)
}

/// The key of a staged blob. Refuses names that could lead out of the folder.
pub(super) fn staging_key(name: &str) -> Result<String, BlobStoreError> {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if name.is_empty() || name.len() > LONGEST_STAGING_NAME || !name.bytes().all(harmless) {
        return Err(BlobStoreError::StagingInvalid {
            staging: name.to_owned(),
        });
    }
    Ok(format!("{STAGING}/{name}"))
}

/// The key of what a caller holds on to.
pub(super) fn key_of(staging: &Staging) -> Result<String, BlobStoreError> {
    staging_key(&staging.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_lie_below_their_algorithm_and_first_digits() {
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let digest = format!("sha256:{hex}").parse().unwrap();
        let key = format!("blobs/sha256/ba/{hex}");
        assert_eq!(blob_key(&digest), key);
        assert_eq!(digest_of_key(&key), Some(digest));
    }

    #[test]
    fn a_file_that_is_no_blob_has_no_digest() {
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        for key in [
            "",
            "blobs",
            "blobs/sha256/ba",
            "blobs/sha256/ba/notes.txt",
            &format!("blobs/sha256/bb/{hex}"),
            &format!("blobs/sha512/ba/{hex}"),
            &format!("links/sha256/ba/{hex}"),
        ] {
            assert_eq!(digest_of_key(key), None, "{key}");
        }
    }

    #[test]
    fn staging_names_cannot_leave_the_folder() {
        assert_eq!(staging_key("0aZ_-").unwrap(), "staging/0aZ_-");
        for name in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "a\\b",
            "a\0",
            "ä",
            &"a".repeat(129),
        ] {
            assert!(staging_key(name).is_err(), "{name:?}");
        }
    }
}
