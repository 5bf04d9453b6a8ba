//! Small blobs in memory: every pull of an image fetches its configuration, and for a few kilobytes the way to
//! a blocking thread and back costs more than all the rest of the request.

use std::ops::RangeInclusive;

use bytes::Bytes;
use moka::sync::Cache;
use oci::Digest;

/// The largest blob that is kept, in bytes. Configurations of images are smaller.
const LARGEST: u64 = 32 * 1024;
/// All blobs that are kept, in bytes.
const ALL_BYTES: u64 = 16 * 1024 * 1024;
/// What the cache itself needs for a blob, in bytes.
const ENTRY_BYTES: usize = 256;

/// Blobs by digest. What is in here has its digest.
pub(super) struct SmallBlobs {
    blobs: Cache<Digest, Bytes>,
}

impl SmallBlobs {
    pub(super) fn new() -> Self {
        let weigh = |_: &Digest, bytes: &Bytes| {
            u32::try_from(bytes.len() + ENTRY_BYTES).unwrap_or(u32::MAX)
        };
        Self {
            blobs: Cache::builder()
                .max_capacity(ALL_BYTES)
                .weigher(weigh)
                .build(),
        }
    }

    /// Whether blobs of this size are kept.
    pub(super) const fn takes(size: u64) -> bool {
        size <= LARGEST
    }

    /// The whole blob, if it is in memory and has this size.
    pub(super) fn find(&self, digest: &Digest, size: u64) -> Option<Bytes> {
        self.blobs
            .get(digest)
            .filter(|bytes| bytes.len() as u64 == size)
    }

    /// Keeps a whole blob that was verified.
    pub(super) fn keep(&self, digest: &Digest, bytes: Bytes) {
        self.blobs.insert(digest.clone(), bytes);
    }

    /// Before a blob is removed.
    pub(super) fn forget(&self, digest: &Digest) {
        self.blobs.invalidate(digest);
    }
}

/// An inclusive range of a blob, as far as the blob goes.
pub(super) fn part(bytes: &Bytes, range: &RangeInclusive<u64>) -> Bytes {
    let length = bytes.len() as u64;
    let end = range.end().saturating_add(1).min(length);
    let start = (*range.start()).min(end);
    let index = |position: u64| usize::try_from(position).expect("a small blob fits in memory");
    bytes.slice(index(start)..index(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_ends_where_the_blob_does() {
        let bytes = Bytes::from_static(b"0123456789");
        assert_eq!(part(&bytes, &(2..=4)), "234");
        assert_eq!(part(&bytes, &(8..=u64::MAX)), "89");
        assert_eq!(part(&bytes, &(10..=20)), "");
    }

    #[test]
    fn a_blob_of_another_size_is_not_found() {
        let blobs = SmallBlobs::new();
        let digest = Digest::sha256_of(b"abc");
        blobs.keep(&digest, Bytes::from_static(b"abc"));
        assert_eq!(blobs.find(&digest, 3), Some(Bytes::from_static(b"abc")));
        assert_eq!(blobs.find(&digest, 4), None);
        blobs.forget(&digest);
        assert_eq!(blobs.find(&digest, 3), None);
    }
}
