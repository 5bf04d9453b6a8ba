//! A hold through its surface, on both databases.

use bytes::Bytes;
use chrono::TimeDelta;
use futures::{StreamExt, TryStreamExt};
use oci::{Digest, DigestAlgorithm};
use tokio::sync::oneshot;

use super::testing::*;
use super::*;
use crate::blob_store::{
    BlobStore, Continuation, FilesystemBlobStore, IncomingBytes, Staging, UploadHash,
};
use crate::clients::hold::{BlobContent, LayerUse, ManifestNotice, UploadOwner};
use crate::db::testing::test_on_databases;

/// A body that gives its first bytes and then waits.
struct HeldBody {
    /// Answers when the hold has taken the first bytes and waits for more.
    waiting: oneshot::Receiver<()>,
    /// Ends the body.
    release: oneshot::Sender<()>,
    body: IncomingBytes,
}

fn held_body(first: &'static [u8]) -> HeldBody {
    let (release, released) = oneshot::channel::<()>();
    let (tell, waiting) = oneshot::channel();
    let rest = futures::stream::once(async move {
        let _ = tell.send(());
        let _ = released.await;
        Ok(Bytes::new())
    });
    let first = futures::stream::iter([Ok(Bytes::from_static(first))]);
    HeldBody {
        waiting,
        release,
        body: first.chain(rest).boxed(),
    }
}

test_on_databases! {
    async fn a_blob_in_chunks_is_readable_only_when_complete(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let digest = Digest::sha256_of(b"one two three");
        let upload = hold.start_upload(&owner()).await.unwrap();
        let upload = hold.append_upload(&owner(), &upload.id, Some(0), body(b"one ")).await.unwrap();
        assert_eq!(upload.size, 4);
        let upload = hold.append_upload(&owner(), &upload.id, None, body(b"two ")).await.unwrap();
        assert_eq!(hold.find_upload(&owner(), &upload.id).await.unwrap(), upload);
        assert_eq!(pull(&hold, &digest).await, None);
        let size = hold
            .complete_upload(&owner(), &upload.id, &digest, Some(8), body(b"three"))
            .await
            .unwrap();
        assert_eq!(size, 13);
        assert_eq!(pull(&hold, &digest).await.unwrap(), b"one two three");
        assert_eq!(folder.files_below("staging"), []);
        let ended = hold.find_upload(&owner(), &upload.id).await.unwrap_err();
        assert!(matches!(ended, HoldError::UploadUnknown), "{ended:?}");
    }

    async fn ranges_are_inclusive_and_a_wrong_size_is_no_blob(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let digest = push(&hold, b"0123456789").await.unwrap();
        let part = hold.read_blob(None, &digest, 10, Some(3..=5)).await.unwrap();
        let Some(BlobContent::Stream(part)) = part else { panic!("a stream") };
        assert_eq!(part.try_collect::<Vec<Bytes>>().await.unwrap().concat(), b"345");
        assert!(hold.read_blob(None, &digest, 9, None).await.unwrap().is_none());
        let absent = Digest::sha256_of(b"absent");
        assert!(hold.read_blob(None, &absent, 10, None).await.unwrap().is_none());
    }

    async fn an_upload_survives_a_restart_at_its_last_acknowledged_byte(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let upload = hold.start_upload(&owner()).await.unwrap();
        hold.append_upload(&owner(), &upload.id, None, body(b"acknowledged")).await.unwrap();
        drop(hold);
        // The server died in the middle of the next chunk.
        let path = folder.folder.path().join("staging").join(&upload.id);
        std::fs::write(&path, b"acknowledged, and what nobody heard of").unwrap();

        let database = test.connect_again().await;
        let hold = folder.start(&database).await;
        assert_eq!(hold.find_upload(&owner(), &upload.id).await.unwrap().size, 12);
        hold.append_upload(&owner(), &upload.id, Some(12), body(b" by")).await.unwrap();
        let digest = Digest::sha256_of(b"acknowledged by us");
        hold.complete_upload(&owner(), &upload.id, &digest, None, body(b" us")).await.unwrap();
        assert_eq!(pull(&hold, &digest).await.unwrap(), b"acknowledged by us");
        database.close().await;
    }

    async fn garbage_of_a_dead_server_never_reaches_a_blob(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let upload = hold.start_upload(&owner()).await.unwrap();
        hold.append_upload(&owner(), &upload.id, None, body(b"whole")).await.unwrap();
        let path = folder.folder.path().join("staging").join(&upload.id);
        std::fs::write(&path, b"whole and garbage").unwrap();
        let hold = folder.start(&test.database).await;
        let digest = Digest::sha256_of(b"whole");
        let size = hold.complete_upload(&owner(), &upload.id, &digest, None, nothing()).await.unwrap();
        assert_eq!((size, pull(&hold, &digest).await.unwrap()), (5, b"whole".to_vec()));
    }

    async fn a_chunk_out_of_order_is_refused_and_the_upload_goes_on(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let upload = hold.start_upload(&owner()).await.unwrap();
        hold.append_upload(&owner(), &upload.id, Some(0), body(b"abc")).await.unwrap();
        for start in [0, 2, 4] {
            let refused =
                hold.append_upload(&owner(), &upload.id, Some(start), body(b"x")).await.unwrap_err();
            assert!(matches!(refused, HoldError::OutOfOrder { expected: 3, .. }), "{refused:?}");
        }
        let upload = hold.append_upload(&owner(), &upload.id, Some(3), body(b"def")).await.unwrap();
        assert_eq!(upload.size, 6);
    }

    async fn a_second_writer_is_refused_while_the_first_one_writes(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let upload = hold.start_upload(&owner()).await.unwrap();
        let slow = held_body(b"slow");
        let (writing, id) = (hold.clone(), upload.id.clone());
        let (owner_of_first, owner) = (owner(), owner());
        let first = tokio::spawn(async move { writing.append_upload(&owner_of_first, &id, None, slow.body).await });
        slow.waiting.await.unwrap();
        let second = hold.append_upload(&owner, &upload.id, None, body(b"quick")).await.unwrap_err();
        assert!(matches!(second, HoldError::UploadBusy), "{second:?}");
        let stranger = UploadOwner { repository: "other".parse().unwrap(), ..owner.clone() };
        let unknown = hold.append_upload(&stranger, &upload.id, None, body(b"x")).await.unwrap_err();
        assert!(matches!(unknown, HoldError::UploadUnknown), "{unknown:?}");
        slow.release.send(()).unwrap();
        assert_eq!(first.await.unwrap().unwrap().size, 4);
        hold.append_upload(&owner, &upload.id, Some(4), body(b"next")).await.unwrap();
    }

    async fn two_replicas_cannot_both_move_an_upload(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let (here, there) = (folder.start(&test.database).await, folder.start(&test.database).await);
        let upload = here.start_upload(&owner()).await.unwrap();
        let slow = held_body(b"slow");
        let (writing, id, writer) = (here.clone(), upload.id.clone(), owner());
        let first = tokio::spawn(async move { writing.append_upload(&writer, &id, None, slow.body).await });
        slow.waiting.await.unwrap();
        // Either the second is stopped by the file's lock, or its bytes count and the first one's do not.
        let second = there.append_upload(&owner(), &upload.id, None, body(b"quick")).await;
        slow.release.send(()).unwrap();
        let first = first.await.unwrap();
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let size = if first.is_ok() { 4 } else { 5 };
        assert_eq!(here.find_upload(&owner(), &upload.id).await.unwrap().size, size);
    }

    async fn a_request_that_goes_away_still_counts_what_arrived(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let upload = hold.start_upload(&owner()).await.unwrap();
        let slow = held_body(b"arrived");
        let (writing, id, writer) = (hold.clone(), upload.id.clone(), owner());
        let request = tokio::spawn(async move { writing.append_upload(&writer, &id, None, slow.body).await });
        slow.waiting.await.unwrap();
        request.abort();
        drop(slow.release);
        while hold.inner.upload_locks.try_lock(&upload.id).is_none() {
            tokio::task::yield_now().await;
        }
        assert_eq!(hold.find_upload(&owner(), &upload.id).await.unwrap().size, 7);
    }

    async fn a_body_that_breaks_off_counts_what_arrived(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let upload = hold.start_upload(&owner()).await.unwrap();
        let broken = hold.append_upload(&owner(), &upload.id, None, broken_off_after(b"abc")).await;
        assert!(matches!(broken, Err(HoldError::Interrupted { size: 3, .. })), "{broken:?}");
        let digest = Digest::sha256_of(b"abcdef");
        let last = broken_off_after(b"de");
        let broken = hold.complete_upload(&owner(), &upload.id, &digest, Some(3), last).await;
        assert!(matches!(broken, Err(HoldError::Interrupted { size: 5, .. })), "{broken:?}");
        assert_eq!(hold.find_upload(&owner(), &upload.id).await.unwrap().size, 5);
        hold.complete_upload(&owner(), &upload.id, &digest, Some(5), body(b"f")).await.unwrap();
        assert_eq!(pull(&hold, &digest).await.unwrap(), b"abcdef");
    }

    async fn a_digest_mismatch_leaves_nothing(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        for algorithm in DigestAlgorithm::ALL {
            let announced = Digest::of(algorithm, b"something else");
            let upload = hold.start_upload(&owner()).await.unwrap();
            hold.append_upload(&owner(), &upload.id, None, body(b"some")).await.unwrap();
            let refused = hold
                .complete_upload(&owner(), &upload.id, &announced, None, body(b"thing"))
                .await
                .unwrap_err();
            let HoldError::DigestMismatch { actual, size: 9, .. } = refused else { panic!("{refused:?}") };
            assert_eq!(actual, Digest::of(algorithm, b"something"));
            assert_eq!(pull(&hold, &announced).await, None);
            let ended = hold.find_upload(&owner(), &upload.id).await.unwrap_err();
            assert!(matches!(ended, HoldError::UploadUnknown), "{ended:?}");
        }
        assert_eq!((folder.files_below("staging"), folder.files_below("blobs")), (vec![], vec![]));
    }

    async fn sha512_in_one_request_and_in_several(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        for (first, last) in [("", "at once"), ("in ", "two")] {
            let digest = Digest::of(DigestAlgorithm::Sha512, format!("{first}{last}").as_bytes());
            let upload = hold.start_upload(&owner()).await.unwrap();
            hold.append_upload(&owner(), &upload.id, None, body(first.as_bytes())).await.unwrap();
            hold.complete_upload(&owner(), &upload.id, &digest, None, body(last.as_bytes())).await.unwrap();
            assert_eq!(pull(&hold, &digest).await.unwrap(), format!("{first}{last}").as_bytes());
        }
    }

    async fn the_empty_blob_is_a_blob(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let digest = push(&hold, b"").await.unwrap();
        assert_eq!(pull(&hold, &digest).await.unwrap(), b"");
    }

    async fn pushing_again_keeps_one_copy(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let pushes = (0..8).map(|_| push(&hold, b"pushed by many"));
        let digests = futures::future::try_join_all(pushes).await.unwrap();
        assert_eq!(pull(&hold, &digests[0]).await.unwrap(), b"pushed by many");
        assert_eq!(folder.files_below("blobs").len(), 1);
        // Second copies are removed behind the answer.
        while !folder.files_below("staging").is_empty() {
            tokio::task::yield_now().await;
        }
    }

    async fn a_blob_that_is_too_large_is_refused_and_leaves_no_bytes(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start_with(&test.database, |settings| settings.max_blob_bytes = 10).await;
        let upload = hold.start_upload(&owner()).await.unwrap();
        hold.append_upload(&owner(), &upload.id, None, body(b"12345")).await.unwrap();
        let refused = hold.append_upload(&owner(), &upload.id, None, body(b"678901")).await.unwrap_err();
        assert!(matches!(refused, HoldError::TooLarge { limit: 10 }), "{refused:?}");
        assert_eq!(folder.files_below("staging"), [(upload.id.clone(), 5)]);
        let digest = Digest::sha256_of(b"1234567890");
        hold.complete_upload(&owner(), &upload.id, &digest, None, body(b"67890")).await.unwrap();
    }

    async fn an_upload_answers_to_its_owner_and_repository_only(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let upload = hold.start_upload(&owner()).await.unwrap();
        let elsewhere = UploadOwner { repository: "tools/other".parse().unwrap(), ..owner() };
        let digest = Digest::sha256_of(b"x");
        let complete = hold.complete_upload(&elsewhere, &upload.id, &digest, None, body(b"x")).await;
        let answers = [
            hold.find_upload(&elsewhere, &upload.id).await.map(drop),
            hold.append_upload(&elsewhere, &upload.id, None, body(b"x")).await.map(drop),
            complete.map(drop),
            hold.cancel_upload(&elsewhere, &upload.id).await,
            hold.find_upload(&owner(), "0000").await.map(drop),
        ];
        for answer in answers {
            assert!(matches!(answer, Err(HoldError::UploadUnknown)), "{answer:?}");
        }
        let stranger = UploadOwner { uploader: user(STRANGER), ..owner() };
        let refused = hold.append_upload(&stranger, &upload.id, None, body(b"x")).await;
        assert!(matches!(refused, Err(HoldError::Denied { .. })), "{refused:?}");
        assert_eq!(hold.find_upload(&owner(), &upload.id).await.unwrap().size, 0);
    }

    async fn a_private_hold_has_nothing_for_strangers(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start_with(&test.database, |settings| settings.public = false).await;
        let digest = push(&hold, b"private").await.unwrap();
        for reader in [None, Some(did(STRANGER))] {
            assert_eq!(hold.stat_blob(reader.as_ref(), &digest).await.unwrap(), None);
            assert!(hold.read_blob(reader.as_ref(), &digest, 7, None).await.unwrap().is_none());
        }
        assert_eq!(hold.stat_blob(Some(&did(CAPTAIN)), &digest).await.unwrap(), Some(7));
    }

    async fn a_cancelled_upload_frees_its_space(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let upload = hold.start_upload(&owner()).await.unwrap();
        hold.append_upload(&owner(), &upload.id, None, body(b"abc")).await.unwrap();
        hold.cancel_upload(&owner(), &upload.id).await.unwrap();
        assert_eq!(folder.files_below("staging"), []);
        let again = hold.cancel_upload(&owner(), &upload.id).await;
        assert!(matches!(again, Err(HoldError::UploadUnknown)), "{again:?}");
    }

    async fn a_crash_between_promotion_and_commit_is_harmless(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let upload = hold.start_upload(&owner()).await.unwrap();
        hold.append_upload(&owner(), &upload.id, None, body(b"promoted")).await.unwrap();
        // The server renames the file to its digest and dies before the transaction.
        let digest = Digest::sha256_of(b"promoted");
        let store = FilesystemBlobStore::open(folder.folder.path()).await.unwrap();
        store.promote(&Staging(upload.id.clone()), 8, &digest).await.unwrap();

        let hold = folder.start(&test.database).await;
        assert_eq!(pull(&hold, &digest).await, None, "a blob without a row does not exist");
        let lost = hold.complete_upload(&owner(), &upload.id, &digest, None, nothing()).await;
        assert!(matches!(lost, Err(HoldError::UploadUnknown)), "{lost:?}");
        push(&hold, b"promoted").await.unwrap();
        assert_eq!(pull(&hold, &digest).await.unwrap(), b"promoted");
        assert_eq!(folder.files_below("blobs").len(), 1);
    }

    async fn a_crash_before_acknowledgement_is_harmless(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let upload = hold.start_upload(&owner()).await.unwrap();
        // All bytes are on the disk, but the row was never written.
        let store = FilesystemBlobStore::open(folder.folder.path()).await.unwrap();
        let staging = Staging(upload.id.clone());
        let hash = UploadHash::new(DigestAlgorithm::Sha256);
        store.append(&staging, 0, 100, hash, body(b"never acknowledged"), Continuation::MoreToCome).await.unwrap();

        let hold = folder.start(&test.database).await;
        assert_eq!(hold.find_upload(&owner(), &upload.id).await.unwrap().size, 0);
        let digest = Digest::sha256_of(b"again");
        hold.complete_upload(&owner(), &upload.id, &digest, None, body(b"again")).await.unwrap();
        assert_eq!(pull(&hold, &digest).await.unwrap(), b"again");
    }

    async fn abandoned_uploads_are_reaped_and_active_ones_are_not(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let abandoned = hold.start_upload(&owner()).await.unwrap();
        hold.append_upload(&owner(), &abandoned.id, None, body(b"abandoned")).await.unwrap();
        folder.clock.advance(TimeDelta::hours(2));
        let active = hold.start_upload(&owner()).await.unwrap();
        hold.append_upload(&owner(), &active.id, None, body(b"active")).await.unwrap();

        let reaped = crate::jobs::purge_uploads::purge_uploads(&hold, TimeDelta::hours(1)).await.unwrap();
        assert_eq!(reaped, ReapedUploads { uploads: 1, orphans: 0 });
        assert_eq!(folder.files_below("staging"), [(active.id.clone(), 6)]);
        assert!(hold.find_upload(&owner(), &abandoned.id).await.is_err());

        std::fs::write(folder.folder.path().join("staging/orphan"), b"left behind").unwrap();
        let orphan = std::fs::File::options().write(true).open(folder.folder.path().join("staging/orphan"));
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        orphan.unwrap().set_modified(long_ago).unwrap();
        let reaped = hold.reap_abandoned_uploads(TimeDelta::hours(1)).await.unwrap();
        assert_eq!(reaped, ReapedUploads { uploads: 0, orphans: 1 });
        assert_eq!(hold.find_upload(&owner(), &active.id).await.unwrap().size, 6);
    }

    async fn usage_counts_every_blob_of_a_user_once(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let stored = push(&hold, b"0123456789").await.unwrap();
        let elsewhere = Digest::sha256_of(b"not stored here");
        let layer = |digest: &Digest, size| LayerUse {
            digest: digest.clone(),
            size,
            media_type: "application/octet-stream".to_owned(),
        };
        let notice = |manifest: &[u8], layers| ManifestNotice {
            owner: did(CAPTAIN),
            repository: "tools/app".parse().unwrap(),
            manifest: Digest::sha256_of(manifest),
            media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
            tag: None,
            layers,
            children: Vec::new(),
        };
        // The size of what is stored is not up to the manifest.
        let first = notice(b"first", vec![layer(&stored, 1), layer(&stored, 1)]);
        let second = notice(b"second", vec![layer(&stored, 1), layer(&elsewhere, 100)]);
        for notice in [&first, &first, &second] {
            hold.notify_manifest(notice).await.unwrap();
        }
        let usage = hold.load_usage(&did(CAPTAIN)).await.unwrap();
        assert_eq!(usage, LayerUsage { unique_blobs: 2, bytes: 110 });
        for _ in 0..2 {
            hold.forget_manifest(&second.owner, &second.repository, &second.manifest).await.unwrap();
        }
        let usage = hold.load_usage(&did(CAPTAIN)).await.unwrap();
        assert_eq!(usage, LayerUsage { unique_blobs: 1, bytes: 10 });
        assert_eq!(hold.load_usage(&did(STRANGER)).await.unwrap(), LayerUsage::default());
        let refused = hold.notify_manifest(&ManifestNotice { owner: did(STRANGER), ..first }).await;
        assert!(matches!(refused, Err(HoldError::Denied { .. })), "{refused:?}");
    }
}
