//! What an S3 store is told at start.

use secrecy::SecretString;
use url::Url;

/// The smallest part that S3 takes, except for the last one, is 5 MiB; 8 MiB are fewer requests.
const LEAST_PART_BYTES: u64 = 8 << 20;
/// S3 takes this many parts.
const MOST_PARTS: u64 = 10_000;
const MIB: u64 = 1 << 20;

/// Which bucket, and how to get at it.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// The bucket, which is there already.
    pub bucket: String,
    /// The server; `None` for Amazon's of the region.
    pub endpoint: Option<Url>,
    /// The region that requests are signed for.
    pub region: String,
    /// Who asks.
    pub access_key_id: String,
    /// With what they sign.
    pub secret_access_key: SecretString,
    /// Whether the bucket stands in the path of a URL instead of its host, as other servers than Amazon's want it.
    pub path_style: bool,
    /// Whether clients fetch blobs from the bucket itself, by presigned URLs.
    pub redirect: bool,
}

/// The size of every part but the last: all alike, since some servers want that, and large enough that the largest
/// blob has no more parts than S3 takes.
pub(super) fn part_bytes(max_blob_bytes: u64) -> u64 {
    let needed = max_blob_bytes.div_ceil(MOST_PARTS);
    needed.next_multiple_of(MIB).max(LEAST_PART_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_blob_fits_in_ten_thousand_parts() {
        for (max_blob_bytes, part) in [
            (10 << 30, 8 << 20),
            (80_000 * MIB, 8 << 20),
            (80_000 * MIB + 1, 9 << 20),
        ] {
            assert_eq!(part_bytes(max_blob_bytes), part);
        }
    }
}
