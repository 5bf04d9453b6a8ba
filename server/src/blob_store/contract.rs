//! What every store must do, as one suite that each of them runs.

use std::collections::HashSet;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use oci::{Digest, DigestAlgorithm};

use super::{
    Appended, BlobStore, BlobStoreError, BodyError, Continuation, IncomingBytes, StoredBlob,
    UploadHash,
};

const NO_LIMIT: u64 = u64::MAX;
const MORE: Continuation = Continuation::MoreToCome;

/// Runs the whole suite on an empty store.
pub(crate) async fn check_contract(store: &dyn BlobStore) {
    store.check().await.expect("a fresh store works");
    a_blob_in_one_piece(store).await;
    a_blob_in_three_pieces(store).await;
    bytes_that_were_not_acknowledged_are_cut_off(store).await;
    leftovers_do_not_reach_the_blob(store).await;
    an_interrupted_body_keeps_what_arrived(store).await;
    a_body_beyond_the_limit_leaves_nothing(store).await;
    an_empty_blob(store).await;
    promoting_twice_keeps_one_copy(store).await;
    promoting_at_the_same_time_keeps_one_copy(store).await;
    ranges(store).await;
    staging_is_hashed_by_both_algorithms(store).await;
    what_is_missing_is_missing(store).await;
    discarded_staging_is_gone(store).await;
    removed_blobs_are_gone(store).await;
    blobs_are_listed_and_nothing_else(store).await;
    abandoned_staging_is_swept(store).await;
}

/// A body that comes in pieces of `piece` bytes.
fn body_in_pieces(content: &[u8], piece: usize) -> IncomingBytes {
    let pieces: Vec<_> = content
        .chunks(piece)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    futures::stream::iter(pieces).boxed()
}

fn body(content: &[u8]) -> IncomingBytes {
    body_in_pieces(content, 64 << 10)
}

fn broken_off_after(content: &[u8]) -> IncomingBytes {
    let error = BodyError::new(io::Error::from(io::ErrorKind::ConnectionReset));
    body(content)
        .chain(futures::stream::iter([Err(error)]))
        .boxed()
}

/// Bytes that differ at every position of a chunk boundary.
fn content_of(size: usize) -> Vec<u8> {
    (0..size)
        .map(|index| u8::try_from((index * 31 + index / 251) % 256).expect("below 256"))
        .collect()
}

fn no_hash() -> UploadHash {
    UploadHash::new(DigestAlgorithm::Sha256)
}

async fn append(store: &dyn BlobStore, before: Appended, content: &[u8]) -> Appended {
    store
        .append(
            &before.staging,
            before.size,
            NO_LIMIT,
            before.hash,
            body(content),
            MORE,
        )
        .await
        .unwrap()
}

async fn start(store: &dyn BlobStore, name: &str) -> Appended {
    let staging = store.create_staging(name).await.unwrap();
    Appended {
        staging,
        size: 0,
        hash: no_hash(),
        interrupted: None,
    }
}

async fn stage(store: &dyn BlobStore, name: &str, content: &[u8]) -> Appended {
    let started = start(store, name).await;
    append(store, started, content).await
}

async fn put(store: &dyn BlobStore, name: &str, content: &[u8]) -> Digest {
    let appended = stage(store, name, content).await;
    let digest = appended.hash.digest();
    assert_eq!(digest, Digest::sha256_of(content));
    store
        .promote(&appended.staging, appended.size, &digest)
        .await
        .unwrap();
    digest
}

async fn get(store: &dyn BlobStore, digest: &Digest, size: usize) -> Vec<u8> {
    let stream = store
        .read(digest, size as u64, None)
        .await
        .unwrap()
        .expect("the blob is there");
    let pieces: Vec<Bytes> = stream.try_collect().await.unwrap();
    pieces.concat()
}

async fn a_blob_in_one_piece(store: &dyn BlobStore) {
    // Longer than any buffer on the way, and not a multiple of one.
    for size in [
        1,
        4096,
        (512 << 10) - 1,
        512 << 10,
        (512 << 10) + 1,
        (3 << 20) + 17,
    ] {
        let content = content_of(size);
        let digest = put(store, &format!("one-piece-{size}"), &content).await;
        assert_eq!(store.stat(&digest).await.unwrap(), Some(size as u64));
        assert!(
            get(store, &digest, size).await == content,
            "{size} bytes differ"
        );
    }
    let crumbs = content_of(5000);
    let started = start(store, "crumbs").await;
    let body = body_in_pieces(&crumbs, 1);
    let appended = store
        .append(
            &started.staging,
            0,
            NO_LIMIT,
            no_hash(),
            body,
            Continuation::Last,
        )
        .await
        .unwrap();
    assert_eq!(
        (appended.size, appended.hash.digest()),
        (5000, Digest::sha256_of(&crumbs))
    );
}

async fn a_blob_in_three_pieces(store: &dyn BlobStore) {
    let content = content_of(200_000);
    let first = stage(store, "three-pieces", &content[..70_000]).await;
    assert_eq!(first.size, 70_000);
    let second = append(store, first, b"").await;
    assert_eq!(second.size, 70_000);
    let second = append(store, second, &content[70_000..70_001]).await;
    let third = append(store, second, &content[70_001..]).await;
    let digest = third.hash.digest();
    assert_eq!(
        (third.size, &digest),
        (200_000, &Digest::sha256_of(&content))
    );
    store
        .promote(&third.staging, third.size, &digest)
        .await
        .unwrap();
    assert_eq!(get(store, &digest, content.len()).await, content);
}

async fn bytes_that_were_not_acknowledged_are_cut_off(store: &dyn BlobStore) {
    let first = stage(store, "cut-off", b"acknowledged").await;
    let kept = (first.staging.clone(), first.size, first.hash.clone());
    append(
        store,
        first,
        b", and a long attempt whose answer never arrived",
    )
    .await;
    let (staging, size, hash) = kept;
    let again = store
        .append(&staging, size, NO_LIMIT, hash, body(b" again"), MORE)
        .await
        .unwrap();
    assert_eq!(again.size, 18);
    let hashed = store
        .hash_staging(&again.staging, 18, DigestAlgorithm::Sha256)
        .await
        .unwrap();
    assert_eq!(hashed.digest(), Digest::sha256_of(b"acknowledged again"));
    let digest = again.hash.digest();
    store.promote(&again.staging, 18, &digest).await.unwrap();
    assert_eq!(get(store, &digest, 18).await, b"acknowledged again");
}

async fn leftovers_do_not_reach_the_blob(store: &dyn BlobStore) {
    let first = stage(store, "leftovers", b"the whole blob").await;
    let (staging, digest) = (first.staging.clone(), first.hash.digest());
    append(store, first, b" and what a killed server wrote after it").await;
    store.promote(&staging, 14, &digest).await.unwrap();
    assert_eq!(get(store, &digest, 14).await, b"the whole blob");
}

async fn an_interrupted_body_keeps_what_arrived(store: &dyn BlobStore) {
    let content = content_of(2_500_000);
    let started = start(store, "interrupted").await;
    let body = broken_off_after(&content[..1_500_000]);
    let appended = store
        .append(
            &started.staging,
            0,
            NO_LIMIT,
            no_hash(),
            body,
            Continuation::Last,
        )
        .await
        .unwrap();
    assert!(appended.interrupted.is_some());
    assert_eq!(appended.size, 1_500_000);
    let nothing = broken_off_after(b"");
    let appended = store
        .append(
            &appended.staging,
            appended.size,
            NO_LIMIT,
            appended.hash,
            nothing,
            MORE,
        )
        .await
        .unwrap();
    assert!(appended.interrupted.is_some());
    let appended = append(store, appended, &content[1_500_000..]).await;
    assert!(appended.interrupted.is_none());
    let digest = appended.hash.digest();
    store
        .promote(&appended.staging, appended.size, &digest)
        .await
        .unwrap();
    assert!(get(store, &digest, content.len()).await == content);
}

async fn a_body_beyond_the_limit_leaves_nothing(store: &dyn BlobStore) {
    let first = stage(store, "limit", b"12345").await;
    for too_long in [vec![b'6'; 6], vec![b'6'; 3 << 20]] {
        let refused = store
            .append(
                &first.staging,
                5,
                10,
                first.hash.clone(),
                body(&too_long),
                MORE,
            )
            .await
            .unwrap_err();
        assert!(
            matches!(refused, BlobStoreError::TooLarge { limit: 10 }),
            "{refused:?}"
        );
    }
    let exact = store
        .append(&first.staging, 5, 10, first.hash, body(b"67890"), MORE)
        .await
        .unwrap();
    assert_eq!(
        (exact.size, exact.hash.digest()),
        (10, Digest::sha256_of(b"1234567890"))
    );
}

async fn an_empty_blob(store: &dyn BlobStore) {
    let digest = put(store, "empty", b"").await;
    assert_eq!(store.stat(&digest).await.unwrap(), Some(0));
    assert_eq!(get(store, &digest, 0).await, b"");
}

async fn promoting_twice_keeps_one_copy(store: &dyn BlobStore) {
    let first = put(store, "twice-1", b"pushed twice").await;
    let second = stage(store, "twice-2", b"pushed twice").await;
    store.promote(&second.staging, 12, &first).await.unwrap();
    assert_eq!(get(store, &first, 12).await, b"pushed twice");
    let gone = store.promote(&second.staging, 12, &first).await;
    let gone = gone.unwrap_err();
    assert!(
        matches!(gone, BlobStoreError::StagingUnknown { .. }),
        "{gone:?}"
    );
    assert_eq!(get(store, &first, 12).await, b"pushed twice");
}

async fn promoting_at_the_same_time_keeps_one_copy(store: &dyn BlobStore) {
    let content = content_of(100_000);
    let pushes = (0..8).map(|number| {
        let content = &content;
        async move { put(store, &format!("at-once-{number}"), content).await }
    });
    let digests = futures::future::join_all(pushes).await;
    assert_eq!(get(store, &digests[0], content.len()).await, content);
}

async fn ranges(store: &dyn BlobStore) {
    let content = content_of(1_300_000);
    let digest = put(store, "ranges", &content).await;
    for range in [
        0..=0,
        1_299_999..=1_299_999,
        0..=1_299_999,
        10..=19,
        524_287..=524_288,
        5..=1_200_000,
    ] {
        let stream = store
            .read(&digest, 1_300_000, Some(range.clone()))
            .await
            .unwrap()
            .unwrap();
        let part: Vec<Bytes> = stream.try_collect().await.unwrap();
        let (start, end) = (
            usize::try_from(*range.start()).unwrap(),
            usize::try_from(*range.end()).unwrap(),
        );
        assert!(part.concat() == content[start..=end], "{range:?} differs");
    }
}

async fn staging_is_hashed_by_both_algorithms(store: &dyn BlobStore) {
    let staged = stage(store, "both-algorithms", b"hash me twice").await;
    for algorithm in DigestAlgorithm::ALL {
        let hash = store
            .hash_staging(&staged.staging, 13, algorithm)
            .await
            .unwrap();
        assert_eq!(
            (hash.size(), hash.digest()),
            (13, Digest::of(algorithm, b"hash me twice"))
        );
        let part = store
            .hash_staging(&staged.staging, 4, algorithm)
            .await
            .unwrap();
        assert_eq!(
            (part.size(), part.digest()),
            (4, Digest::of(algorithm, b"hash"))
        );
    }
    let beyond = store
        .hash_staging(&staged.staging, 14, DigestAlgorithm::Sha256)
        .await
        .unwrap_err();
    assert!(
        matches!(beyond, BlobStoreError::StagingUnknown { size: 14, .. }),
        "{beyond:?}"
    );
}

async fn what_is_missing_is_missing(store: &dyn BlobStore) {
    let digest = Digest::sha256_of(b"never stored");
    assert_eq!(store.stat(&digest).await.unwrap(), None);
    assert!(store.read(&digest, 12, None).await.unwrap().is_none());
    store.remove(&digest).await.unwrap();
    let staging = store.create_staging("never-started").await.unwrap();
    store.discard_staging(&staging).await.unwrap();
    let mut hash = no_hash();
    hash.update(b"acknowledged");
    let lost = store
        .append(&staging, 12, NO_LIMIT, hash, body(b"more"), MORE)
        .await
        .unwrap_err();
    assert!(
        matches!(lost, BlobStoreError::StagingUnknown { size: 12, .. }),
        "{lost:?}"
    );
    let evil = store.create_staging("../blobs/x").await.unwrap_err();
    assert!(
        matches!(evil, BlobStoreError::StagingInvalid { .. }),
        "{evil:?}"
    );
}

async fn discarded_staging_is_gone(store: &dyn BlobStore) {
    let staged = stage(store, "discarded", b"thrown away").await;
    store.discard_staging(&staged.staging).await.unwrap();
    store.discard_staging(&staged.staging).await.unwrap();
    let gone = store
        .hash_staging(&staged.staging, 11, DigestAlgorithm::Sha256)
        .await
        .unwrap_err();
    assert!(
        matches!(gone, BlobStoreError::StagingUnknown { .. }),
        "{gone:?}"
    );
}

async fn removed_blobs_are_gone(store: &dyn BlobStore) {
    let digest = put(store, "removed", b"here and gone").await;
    store.remove(&digest).await.unwrap();
    assert_eq!(store.stat(&digest).await.unwrap(), None);
    assert!(store.read(&digest, 13, None).await.unwrap().is_none());
    put(store, "removed-again", b"here and gone").await;
    assert_eq!(get(store, &digest, 13).await, b"here and gone");
}

async fn blobs_are_listed_and_nothing_else(store: &dyn BlobStore) {
    let before = listed(store).await;
    let small = put(store, "listed-small", b"a listed blob").await;
    let content = content_of((11 << 20) + 5);
    let started = stage(store, "listed-large", &content[..8 << 20]).await;
    let appended = append(store, started, &content[8 << 20..]).await;
    let large = appended.hash.digest();
    store
        .promote(&appended.staging, appended.size, &large)
        .await
        .unwrap();
    let staged = stage(store, "not-listed", b"no blob yet").await;
    let now = super::unix_millis(std::time::SystemTime::now());
    let blobs = listed(store).await;
    let new: HashSet<&Digest> = blobs
        .iter()
        .filter(|blob| !before.iter().any(|other| other.digest == blob.digest))
        .map(|blob| &blob.digest)
        .collect();
    assert_eq!(new, HashSet::from([&small, &large]));
    let hour = 3_600_000;
    let is_recent = |blob: &StoredBlob| (now - hour..=now + hour).contains(&blob.modified_at);
    assert!(blobs.iter().all(is_recent), "{blobs:?}");
    for digest in [&small, &large] {
        store.remove(digest).await.unwrap();
    }
    store.discard_staging(&staged.staging).await.unwrap();
    assert_eq!(digests(listed(store).await), digests(before));
}

async fn listed(store: &dyn BlobStore) -> Vec<StoredBlob> {
    store.list_blobs().try_collect().await.unwrap()
}

fn digests(blobs: Vec<StoredBlob>) -> HashSet<Digest> {
    blobs.into_iter().map(|blob| blob.digest).collect()
}

async fn abandoned_staging_is_swept(store: &dyn BlobStore) {
    store
        .sweep_staging(Duration::ZERO, &HashSet::new())
        .await
        .unwrap();
    let kept = stage(store, "claimed", b"still in use").await;
    let abandoned = stage(store, "abandoned", b"nobody comes back").await;
    let claimed = HashSet::from([kept.staging.clone()]);
    assert_eq!(
        store
            .sweep_staging(Duration::from_hours(1), &claimed)
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        store.sweep_staging(Duration::ZERO, &claimed).await.unwrap(),
        1
    );
    store
        .hash_staging(&kept.staging, 12, DigestAlgorithm::Sha256)
        .await
        .unwrap();
    assert!(
        store
            .hash_staging(&abandoned.staging, 17, DigestAlgorithm::Sha256)
            .await
            .is_err()
    );
}
