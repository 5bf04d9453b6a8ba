//! What is particular to files: rights, damage, what a crash leaves behind.

use std::os::unix::fs::PermissionsExt;

use bytes::Bytes;
use futures::TryStreamExt;
use tempfile::TempDir;

use super::*;
use crate::blob_store::check_contract;

async fn store_in(folder: &TempDir) -> FilesystemBlobStore {
    FilesystemBlobStore::open(folder.path().join("data/store"))
        .await
        .unwrap()
}

fn body(content: &'static [u8]) -> IncomingBytes {
    futures::stream::iter([Ok(Bytes::from_static(content))]).boxed()
}

async fn put(store: &FilesystemBlobStore, name: &str, content: &'static [u8]) -> Digest {
    let staging = store.create_staging(name).await.unwrap();
    let hash = UploadHash::new(DigestAlgorithm::Sha256);
    let appended = store
        .append(
            &staging,
            0,
            u64::MAX,
            hash,
            body(content),
            Continuation::Last,
        )
        .await
        .unwrap();
    let digest = appended.hash.digest();
    store
        .promote(&staging, appended.size, &digest)
        .await
        .unwrap();
    digest
}

async fn get(
    store: &FilesystemBlobStore,
    digest: &Digest,
    size: u64,
) -> Result<Vec<u8>, BlobStoreError> {
    let stream = store
        .read(digest, size, None)
        .await?
        .expect("the blob is there");
    Ok(stream.try_collect::<Vec<Bytes>>().await?.concat())
}

#[tokio::test]
async fn keeps_the_contract() {
    let folder = TempDir::new().unwrap();
    check_contract(&store_in(&folder).await).await;
}

#[tokio::test]
async fn files_and_folders_belong_to_the_server_alone() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder).await;
    let digest = put(&store, "x", b"private").await;
    let mut path = store.blob_path(&digest);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    while path.pop() && path != folder.path() {
        assert_eq!(
            path.metadata().unwrap().permissions().mode() & 0o777,
            0o700,
            "{path:?}"
        );
    }
}

#[tokio::test]
async fn a_blob_of_the_wrong_length_is_not_served() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder).await;
    let digest = put(&store, "x", b"0123456789").await;
    for damaged in ["012345678", "0123456789x", ""] {
        std::fs::write(store.blob_path(&digest), damaged).unwrap();
        let error = get(&store, &digest, 10).await.unwrap_err();
        assert!(matches!(error, BlobStoreError::Damaged { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_blob_cut_short_while_it_is_read_ends_with_an_error() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder).await;
    let content: &'static [u8] = vec![7; 3 << 20].leak();
    let digest = put(&store, "x", content).await;
    let mut stream = store.read(&digest, 3 << 20, None).await.unwrap().unwrap();
    let file = std::fs::File::options()
        .write(true)
        .open(store.blob_path(&digest))
        .unwrap();
    file.set_len(2 << 20).unwrap();
    let mut received = 0;
    let end = loop {
        match stream.next().await {
            Some(Ok(chunk)) => received += chunk.len(),
            end => break end,
        }
    };
    assert!(
        matches!(end, Some(Err(BlobStoreError::Damaged { .. }))),
        "clean end after {received}"
    );
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn damage_is_noticed_by_the_first_reader_after_a_restart_and_healed_by_a_push() {
    let folder = TempDir::new().unwrap();
    let content: &'static [u8] = vec![7; 2 << 20].leak();
    let digest = put(&store_in(&folder).await, "x", content).await;

    let store = store_in(&folder).await;
    let mut damaged = content.to_vec();
    damaged[1_000_000] ^= 1;
    std::fs::write(store.blob_path(&digest), damaged).unwrap();
    for _ in 0..2 {
        let mut stream = store.read(&digest, 2 << 20, None).await.unwrap().unwrap();
        let mut received = 0;
        let end = loop {
            match stream.next().await {
                Some(Ok(chunk)) => received += chunk.len(),
                end => break end,
            }
        };
        assert!(matches!(end, Some(Err(BlobStoreError::Damaged { .. }))));
        assert!(received < content.len(), "the last chunk is held back");
    }

    put(&store, "y", content).await;
    assert!(get(&store, &digest, 2 << 20).await.unwrap() == content);
}

#[tokio::test]
async fn a_second_writer_is_refused_while_the_first_one_writes() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder).await;
    let staging = store.create_staging("x").await.unwrap();
    let hash = || UploadHash::new(DigestAlgorithm::Sha256);
    let first = staging_file::StagingFile::open(&store.folders, &staging, 0, hash()).unwrap();
    let refused = store
        .append(&staging, 0, 9, hash(), body(b"me too"), Continuation::Last)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, BlobStoreError::StagingBusy { .. }),
        "{refused:?}"
    );
    drop(first);
    store
        .append(&staging, 0, 9, hash(), body(b"my turn"), Continuation::Last)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_empty_body_does_not_touch_the_file() {
    let folder = TempDir::new().unwrap();
    let store = store_in(&folder).await;
    let staging = store.create_staging("x").await.unwrap();
    let hash = UploadHash::new(DigestAlgorithm::Sha256);
    let appended = store
        .append(
            &staging,
            0,
            9,
            hash,
            futures::stream::empty().boxed(),
            Continuation::Last,
        )
        .await
        .unwrap();
    assert_eq!(appended.size, 0);
    assert!(!store.staging_path(&staging).unwrap().exists());
}
