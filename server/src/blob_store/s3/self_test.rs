//! Whether a bucket can be trusted: it gives back what it was given, and asks who is there.

use bytes::Bytes;

use super::super::BlobStoreError;
use super::S3BlobStore;
use super::bucket::{Bucket, is_denied};
use super::keys;

const CONTENT: &[u8] = b"What is written here is read back.";

/// Writes, reads and removes a small object.
pub(super) async fn check_round_trip(store: &S3BlobStore) -> Result<(), BlobStoreError> {
    let key = put(store).await?;
    let read = store.bucket.get_whole(&key).await;
    store.bucket.delete(&key).await?;
    if read?.is_some_and(|content| content == CONTENT) {
        return Ok(());
    }
    Err(unusable(
        "the bucket did not give back what was written into it",
    ))
}

/// As [`check_round_trip`]; refuses a server that reads to somebody who does not know the secret key: whoever knows a
/// bucket's name could take every private layer, and URLs would never expire.
pub(super) async fn run(store: &S3BlobStore) -> Result<(), BlobStoreError> {
    if !store.bucket.exists().await? {
        return Err(unusable("there is no bucket of this name"));
    }
    check_round_trip(store).await?;
    let key = put(store).await?;
    let stranger = Bucket::signing_with(&store.settings, "not the secret access key");
    let answer = stranger.get_whole(&key).await;
    store.bucket.delete(&key).await?;
    match answer {
        Err(error) if is_denied(&error) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(unusable(
            "the server takes requests with a wrong signature: everybody can read and write what lies there",
        )),
    }
}

async fn put(store: &S3BlobStore) -> Result<String, BlobStoreError> {
    let name = format!("check-{}", uuid::Uuid::new_v4().simple());
    let key = format!("{}object", keys::staging_prefix(&name));
    store.bucket.put(&key, Bytes::from_static(CONTENT)).await?;
    Ok(key)
}

fn unusable(reason: &'static str) -> BlobStoreError {
    BlobStoreError::Failed {
        operation: "trust the bucket",
        source: std::io::Error::other(reason),
    }
}
