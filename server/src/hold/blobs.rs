//! Reading blobs. A blob exists when it has a row: a file without one is what a crash left behind.

use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use atproto::syntax::Did;
use oci::Digest;

use super::{Hold, HoldError};
use crate::blob_store::OutgoingBytes;
use crate::clients::hold::BlobContent;
use crate::db::Database;

/// How long a URL from which a blob can be fetched without any right is good for: long enough to begin.
const PRESIGNED_FOR: Duration = Duration::from_mins(5);
/// Digest and size take about 150 bytes each.
const SIZES_KEPT: u64 = 100_000;

/// Sizes of blobs that exist. Nothing is kept of a shared database, where another process may remove them.
pub(super) struct BlobSizes {
    sizes: Option<moka::sync::Cache<Digest, u64>>,
    /// Rises whenever a blob is forgotten. Held while a size is kept or forgotten.
    forgotten: Mutex<u64>,
}

/// A moment before a size was read: what was forgotten since may have been it.
#[derive(Debug, Clone, Copy)]
pub(super) struct SizesRead(u64);

impl BlobSizes {
    pub(super) fn for_database(database: &Database) -> Self {
        let sizes = (!database.is_shared()).then(|| moka::sync::Cache::new(SIZES_KEPT));
        Self {
            sizes,
            forgotten: Mutex::default(),
        }
    }

    fn find(&self, digest: &Digest) -> Option<u64> {
        self.sizes.as_ref()?.get(digest)
    }

    /// To be called before a size is read that may be kept.
    pub(super) fn begin(&self) -> SizesRead {
        SizesRead(*self.forgotten())
    }

    /// Keeps a size that the database had, unless a blob was forgotten since `read`: a row that is gone must not be
    /// remembered for ever.
    pub(super) fn keep(&self, digest: &Digest, size: u64, read: SizesRead) {
        let Some(sizes) = &self.sizes else {
            return;
        };
        let forgotten = self.forgotten();
        if *forgotten == read.0 {
            sizes.insert(digest.clone(), size);
        }
    }

    /// To be called when a blob's row is gone, by whoever removed it.
    pub(super) fn forget(&self, digest: &Digest) {
        let Some(sizes) = &self.sizes else {
            return;
        };
        let mut forgotten = self.forgotten();
        *forgotten += 1;
        sizes.invalidate(digest);
    }

    fn forgotten(&self) -> MutexGuard<'_, u64> {
        self.forgotten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    /// The size of a blob in bytes, or `None` where it does not exist or `reader` may not read.
    pub async fn stat_blob(
        &self,
        reader: Option<&Did>,
        digest: &Digest,
    ) -> Result<Option<u64>, HoldError> {
        if !self.may_read(reader).await? {
            return Ok(None);
        }
        self.find_blob_size(digest).await
    }

    /// A blob of `size` bytes, or an inclusive range of it. `None` where it does not exist, has another size or
    /// `reader` may not read.
    pub async fn read_blob(
        &self,
        reader: Option<&Did>,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<BlobContent>, HoldError> {
        if self.stat_blob(reader, digest).await? != Some(size) {
            return Ok(None);
        }
        if let Some(url) = self
            .blob_store()
            .presign(digest, size, PRESIGNED_FOR)
            .await?
        {
            return Ok(Some(BlobContent::Redirect(url)));
        }
        Ok(self
            .blob_store()
            .read(digest, size, range)
            .await?
            .map(BlobContent::Stream))
    }

    /// A whole blob of `size` bytes as bytes, never as an address: for this server to look into. `None` as with
    /// [`Hold::read_blob`].
    pub async fn stream_blob(
        &self,
        reader: Option<&Did>,
        digest: &Digest,
        size: u64,
    ) -> Result<Option<OutgoingBytes>, HoldError> {
        if self.stat_blob(reader, digest).await? != Some(size) {
            return Ok(None);
        }
        Ok(self.blob_store().read(digest, size, None).await?)
    }

    async fn find_blob_size(&self, digest: &Digest) -> Result<Option<u64>, HoldError> {
        let sizes = &self.inner.blob_sizes;
        if let Some(size) = sizes.find(digest) {
            return Ok(Some(size));
        }
        let read = sizes.begin();
        let size = self.database().find_hold_blob_size(digest).await?;
        if let Some(size) = size {
            sizes.keep(digest, size, read);
        }
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::TestDatabase;

    #[tokio::test]
    async fn a_size_that_was_read_before_its_blob_went_is_not_kept() {
        let test = TestDatabase::on_sqlite().await;
        let sizes = BlobSizes::for_database(&test.database);
        let (blob, other) = (Digest::sha256_of(b"blob"), Digest::sha256_of(b"other"));
        let read = sizes.begin();
        sizes.keep(&blob, 4, read);
        assert_eq!(sizes.find(&blob), Some(4));
        sizes.forget(&blob);
        // The row was read while it was still there.
        sizes.keep(&blob, 4, read);
        assert_eq!(sizes.find(&blob), None);
        sizes.keep(&other, 5, sizes.begin());
        assert_eq!(sizes.find(&other), Some(5));
        test.finish().await;
    }
}
