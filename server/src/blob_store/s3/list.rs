//! What lies in the bucket, a page of objects at a time.

use std::collections::VecDeque;

use futures::{StreamExt as _, TryStreamExt as _};

use super::super::keys::BLOBS;
use super::super::{BlobStoreError, StoredBlob, StoredBlobs};
use super::bucket::Bucket;
use super::keys::{self, LINKS};

/// As [`BlobStore::list_blobs`](super::super::BlobStore::list_blobs): blobs that came in one go, and links to the
/// others.
pub(super) fn list(bucket: Bucket) -> StoredBlobs {
    let prefixes = VecDeque::from([format!("{BLOBS}/"), format!("{LINKS}/")]);
    futures::stream::try_unfold((bucket, prefixes, None), next_page)
        .map_ok(|page| futures::stream::iter(page.into_iter().map(Ok)))
        .try_flatten()
        .boxed()
}

/// The bucket, what is still to be listed, and the last key that was.
type Place = (Bucket, VecDeque<String>, Option<String>);

async fn next_page(
    (bucket, mut prefixes, mut after): Place,
) -> Result<Option<(Vec<StoredBlob>, Place)>, BlobStoreError> {
    while let Some(prefix) = prefixes.front() {
        let page = bucket.list(prefix, after.take()).await?;
        let Some(last) = page.last() else {
            prefixes.pop_front();
            continue;
        };
        let place = (bucket, prefixes, Some(last.key.clone()));
        let blobs = page.iter().filter_map(|object| {
            Some(StoredBlob {
                digest: keys::digest_of(&object.key)?,
                modified_at: object.modified * 1000,
            })
        });
        return Ok(Some((blobs.collect(), place)));
    }
    Ok(None)
}
