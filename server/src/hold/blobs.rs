//! Reading blobs. A blob exists when it has a row: a file without one is what a crash left behind.

use std::ops::RangeInclusive;
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
    sizes: Option<moka::future::Cache<Digest, u64>>,
}

impl BlobSizes {
    pub(super) fn for_database(database: &Database) -> Self {
        let sizes = (!database.is_shared()).then(|| {
            moka::future::Cache::builder()
                .max_capacity(SIZES_KEPT)
                .build()
        });
        Self { sizes }
    }

    async fn find(&self, digest: &Digest) -> Option<u64> {
        self.sizes.as_ref()?.get(digest).await
    }

    /// Whoever removes blobs has to take them out of here as well.
    pub(super) async fn keep(&self, digest: &Digest, size: u64) {
        if let Some(sizes) = &self.sizes {
            sizes.insert(digest.clone(), size).await;
        }
    }
}

impl BlobSizes {
    pub(super) async fn forget(&self, digest: &Digest) {
        if let Some(sizes) = &self.sizes {
            sizes.invalidate(digest).await;
        }
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
            .await? {
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
        if let Some(size) = self.inner.blob_sizes.find(digest).await {
            return Ok(Some(size));
        }
        let size = self.database().find_hold_blob_size(digest).await?;
        if let Some(size) = size {
            self.inner.blob_sizes.keep(digest, size).await;
        }
        Ok(size)
    }
}
