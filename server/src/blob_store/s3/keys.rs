//! Where things lie in a bucket, beside what [`keys`](super::super::keys) says of small blobs:
//!
//! ```text
//! blobs/<algorithm>/<two hex>/<hex>    a blob that came in one go
//! links/<algorithm>/<two hex>/<hex>    where a blob lies that came in parts: nothing is ever copied or renamed
//! objects/<name>                       such a blob
//! staging/<name>/rest-<random>         bytes of an upload that are no part yet
//! staging/<name>/upload-<hash>         which multipart upload its parts belong to
//! ```

use oci::Digest;

use super::super::keys::{BLOBS, STAGING, blob_key, digest_of_key};

/// Above every link.
pub(super) const LINKS: &str = "links";
const OBJECTS: &str = "objects";
const REST: &str = "rest-";
const UPLOAD: &str = "upload-";

pub(super) fn object_key(name: &str) -> String {
    format!("{OBJECTS}/{name}")
}

pub(super) fn link_key(digest: &Digest) -> String {
    let key = blob_key(digest);
    format!("{LINKS}{}", key.strip_prefix(BLOBS).unwrap_or(&key))
}

/// The digest of a blob, from the key of its object or of its link.
pub(super) fn digest_of(key: &str) -> Option<Digest> {
    match key.strip_prefix(LINKS) {
        Some(rest) => digest_of_key(&format!("{BLOBS}{rest}")),
        None => digest_of_key(key),
    }
}

/// Above everything of one staging.
pub(super) fn staging_prefix(name: &str) -> String {
    format!("{STAGING}/{name}/")
}

pub(super) fn rest_key(name: &str) -> String {
    let random = uuid::Uuid::new_v4().simple();
    format!("{}{REST}{random}", staging_prefix(name))
}

/// S3's names of uploads may be long and have any character.
pub(super) fn upload_marker_key(name: &str, upload_id: &str) -> String {
    let hash = Digest::sha256_of(upload_id.as_bytes());
    format!("{}{UPLOAD}{}", staging_prefix(name), &hash.hex()[..16])
}

pub(super) fn is_upload_marker(key: &str) -> bool {
    key.rsplit_once('/')
        .is_some_and(|(_, file)| file.starts_with(UPLOAD))
}

/// Of which staging an object below `staging/` is.
pub(super) fn staging_name(key: &str) -> Option<&str> {
    let path = key.strip_prefix(STAGING)?.strip_prefix('/')?;
    path.split_once('/').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lie_beside_the_blobs_and_what_is_staged_below_its_name() {
        let digest = Digest::sha256_of(b"abc");
        let hex = digest.hex();
        assert_eq!(link_key(&digest), format!("links/sha256/ba/{hex}"));
        assert_eq!(digest_of(&link_key(&digest)).as_ref(), Some(&digest));
        assert_eq!(digest_of(&blob_key(&digest)), Some(digest));
        assert_eq!(digest_of(&object_key("name")), None);
        let marker = upload_marker_key("name", "an/id?");
        assert!(is_upload_marker(&marker) && !is_upload_marker(&rest_key("name")));
        assert_eq!(staging_name(&marker), Some("name"));
        assert_eq!(staging_name("staging/name"), None);
    }
}
