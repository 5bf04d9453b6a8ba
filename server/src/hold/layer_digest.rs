//! Digests as layer records have them.
//!
//! The lexicon allows a digest 128 bytes, and `sha512:` with 128 hex digits has 135. There, the hash is written in
//! base64url; every other digest stands as it is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const SHA512: &str = "sha512:";
const SHA512_BYTES: usize = 64;

/// A digest for a record.
pub(super) fn to_record(digest: &str) -> String {
    match digest
        .strip_prefix(SHA512)
        .and_then(|digits| hex::decode(digits).ok())
    {
        Some(hash) => format!("{SHA512}{}", URL_SAFE_NO_PAD.encode(hash)),
        None => digest.to_owned(),
    }
}

/// The digest of a record.
pub(super) fn from_record(digest: &str) -> String {
    let hash = digest
        .strip_prefix(SHA512)
        .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
        .filter(|hash| hash.len() == SHA512_BYTES);
    match hash {
        Some(hash) => format!("{SHA512}{}", hex::encode(hash)),
        None => digest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use oci::{Digest, DigestAlgorithm};

    use super::*;
    use crate::blob_store::UploadHash;

    #[test]
    fn every_digest_fits_and_comes_back() {
        let sha512 = UploadHash::new(DigestAlgorithm::Sha512)
            .digest()
            .to_string();
        let sha256 = Digest::sha256_of(b"").to_string();
        for digest in [
            sha512,
            sha256,
            "sha512:short".to_owned(),
            "blake3:ab".to_owned(),
        ] {
            let written = to_record(&digest);
            assert!(written.len() <= 128, "{written}");
            assert_eq!(from_record(&written), digest);
        }
    }
}
