//! What is freed, what is kept, and what comes back.

use chrono::TimeDelta;
use oci::Digest;

use super::super::testing::*;
use super::*;
use crate::clients::hold::{LayerUse, ManifestNotice};
use crate::db::testing::test_on_databases;

mod stopping;
mod stress;

const GRACE: TimeDelta = TimeDelta::hours(1);

fn notice(manifest: &[u8], layers: &[&Digest]) -> ManifestNotice {
    ManifestNotice {
        owner: did(CAPTAIN),
        repository: "tools/app".parse().unwrap(),
        manifest: Digest::sha256_of(manifest),
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        tag: None,
        layers: layers
            .iter()
            .map(|digest| LayerUse {
                digest: (*digest).clone(),
                size: 1,
                media_type: "application/octet-stream".to_owned(),
            })
            .collect(),
        children: Vec::new(),
    }
}

async fn free(hold: &Hold) -> GarbageReport {
    hold.collect_garbage(GRACE, Collection::Free).await.unwrap()
}

test_on_databases! {
    async fn unused_blobs_go_after_two_graces_as_the_dry_run_says(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let used = push(&hold, b"used").await.unwrap();
        let unused = push(&hold, b"unused").await.unwrap();
        hold.notify_manifest(&notice(b"manifest", &[&used])).await.unwrap();
        assert_eq!(free(&hold).await.quarantined, Amount::default(), "within the grace");

        folder.clock.advance(GRACE + TimeDelta::seconds(1));
        let predicted = hold.collect_garbage(GRACE, Collection::DryRun).await.unwrap();
        assert_eq!(predicted.quarantined, Amount { blobs: 1, bytes: 6 });
        assert_eq!(predicted.digests, [unused.to_string()]);
        assert!(pull(&hold, &unused).await.is_some(), "a dry run changes nothing");
        let done = free(&hold).await;
        assert_eq!((done.quarantined, done.kept), (predicted.quarantined, predicted.kept));
        assert_eq!(pull(&hold, &unused).await, None);
        assert_eq!(folder.files_below("blobs").len(), 2, "its bytes are still there");

        folder.clock.advance(GRACE + TimeDelta::seconds(1));
        assert_eq!(free(&hold).await.removed, Amount { blobs: 1, bytes: 6 });
        assert_eq!(folder.files_below("blobs").len(), 1);
        assert_eq!(pull(&hold, &used).await.unwrap(), b"used");
    }

    async fn a_push_that_names_a_blob_in_quarantine_brings_it_back(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let blob = push(&hold, b"blob").await.unwrap();
        folder.clock.advance(GRACE + TimeDelta::seconds(1));
        assert_eq!(free(&hold).await.quarantined.blobs, 1);
        hold.notify_manifest(&notice(b"manifest", &[&blob])).await.unwrap();
        assert_eq!(pull(&hold, &blob).await.unwrap(), b"blob");
        folder.clock.advance(GRACE + TimeDelta::seconds(1));
        assert_eq!(free(&hold).await.removed, Amount::default());
        assert_eq!(pull(&hold, &blob).await.unwrap(), b"blob");
    }

    async fn a_blob_stored_again_is_there_again(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let blob = push(&hold, b"blob").await.unwrap();
        folder.clock.advance(GRACE + TimeDelta::seconds(1));
        assert_eq!(free(&hold).await.quarantined.blobs, 1);
        push(&hold, b"blob").await.unwrap();
        folder.clock.advance(GRACE - TimeDelta::seconds(1));
        assert_eq!(free(&hold).await.removed, Amount::default());
        assert_eq!(pull(&hold, &blob).await.unwrap(), b"blob");
    }

    async fn a_removal_that_a_crash_cut_short_is_finished_by_the_next(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let blob = push(&hold, b"blob").await.unwrap();
        folder.clock.advance(GRACE + TimeDelta::seconds(1));
        free(&hold).await;
        let mut transaction = test.database.begin().await.unwrap();
        assert!(transaction.begin_blob_removal(&blob.to_string()).await.unwrap());
        transaction.commit().await.unwrap();
        // Its bytes may be gone already, so a notice alone does not bring it back.
        hold.notify_manifest(&notice(b"manifest", &[&blob])).await.unwrap();
        assert_eq!(pull(&hold, &blob).await, None);
        assert_eq!(free(&hold).await.removed.blobs, 1);
        assert_eq!(folder.files_below("blobs"), []);
        push(&hold, b"blob").await.unwrap();
        assert_eq!(pull(&hold, &blob).await.unwrap(), b"blob");
    }

    async fn what_a_deleted_manifest_used_is_kept_for_the_grace_and_then_goes(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let blob = push(&hold, b"blob").await.unwrap();
        hold.notify_manifest(&notice(b"manifest", &[&blob])).await.unwrap();
        folder.clock.advance(GRACE * 10);
        let manifest = Digest::sha256_of(b"manifest");
        hold.forget_manifest(&did(CAPTAIN), &"tools/app".parse().unwrap(), &manifest).await.unwrap();
        assert_eq!(free(&hold).await.quarantined, Amount::default());
        folder.clock.advance(GRACE + TimeDelta::seconds(1));
        assert_eq!(free(&hold).await.quarantined.blobs, 1);
    }

    async fn a_layer_record_that_cannot_be_read_stops_everything(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let used = push(&hold, b"used").await.unwrap();
        push(&hold, b"unused").await.unwrap();
        hold.notify_manifest(&notice(b"manifest", &[&used])).await.unwrap();
        let mut transaction = test.database.begin().await.unwrap();
        transaction.damage_layer_record_block().await.unwrap();
        transaction.commit().await.unwrap();
        folder.clock.advance(GRACE * 2);
        let refused = hold.collect_garbage(GRACE, Collection::Free).await;
        assert!(matches!(refused, Err(HoldError::Repo(_))), "{refused:?}");
        assert_eq!(folder.files_below("blobs").len(), 2);
    }

    async fn a_report_says_why_blobs_stay(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let used = push(&hold, b"used").await.unwrap();
        push(&hold, b"unused").await.unwrap();
        hold.notify_manifest(&notice(b"manifest", &[&used])).await.unwrap();
        folder.clock.advance(GRACE * 2);
        push(&hold, b"a moment ago").await.unwrap();
        let amount = |blobs, bytes| Amount { blobs, bytes };
        for collection in [Collection::DryRun, Collection::Free] {
            let report = hold.collect_garbage(GRACE, collection).await.unwrap();
            assert_eq!(report.kept_for.layer_records, amount(1, 4), "{collection:?}");
            assert_eq!(report.kept_for.grace, amount(1, 12), "{collection:?}");
            assert_eq!(report.kept_for.promises, amount(0, 0), "{collection:?}");
            assert_eq!((report.kept, report.in_quarantine), (amount(2, 16), amount(1, 6)), "{collection:?}");
            assert_eq!(report.freed_bytes(), 0, "quarantine frees nothing");
        }
        folder.clock.advance(GRACE * 2);
        let predicted = hold.collect_garbage(GRACE, Collection::DryRun).await.unwrap();
        assert_eq!(free(&hold).await, predicted);
        assert_eq!(predicted.freed_bytes(), 6);
    }

    async fn bytes_that_nobody_knows_go_after_the_grace_as_the_dry_run_says(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let used = push(&hold, b"used").await.unwrap();
        let unused = push(&hold, b"unused").await.unwrap();
        hold.notify_manifest(&notice(b"manifest", &[&used])).await.unwrap();
        let picture = hold.store_record_blob("image/png", "picture".into()).await.unwrap();
        let orphan = orphan(&folder, b"left by a crash", TimeDelta::minutes(61));
        let young = self::orphan(&folder, b"on its way", TimeDelta::minutes(59));
        let predicted = hold.collect_garbage(GRACE, Collection::DryRun).await.unwrap();
        assert_eq!(predicted.orphans, Amount { blobs: 1, bytes: 15 });
        assert_eq!(predicted.digests, [orphan.to_string()]);
        assert_eq!(folder.files_below("blobs").len(), 5);
        assert_eq!(free(&hold).await, predicted);
        let store = hold.blob_store();
        assert_eq!(store.stat(&orphan).await.unwrap(), None);
        assert_eq!(store.stat(&young).await.unwrap(), Some(10));
        // A blob in quarantine and one of a record are known.
        folder.clock.advance(GRACE * 2);
        let report = free(&hold).await;
        assert_eq!((report.quarantined.blobs, report.orphans.blobs), (1, 1));
        assert_eq!(store.stat(&unused).await.unwrap(), Some(6));
        assert_eq!(report.record_blobs, Amount { blobs: 1, bytes: picture.size });
        assert_eq!(pull(&hold, &used).await.unwrap(), b"used");
    }

    async fn a_database_that_knows_little_of_the_store_removes_nothing(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        push(&hold, b"the only one that is known").await.unwrap();
        for content in [b"one", b"two"] {
            orphan(&folder, content, GRACE * 2);
        }
        let report = free(&hold).await;
        assert_eq!((report.orphans, report.kept_orphans), (Amount::default(), Amount { blobs: 2, bytes: 6 }));
        assert_eq!(folder.files_below("blobs").len(), 3);
        push(&hold, b"another").await.unwrap();
        assert_eq!(free(&hold).await.orphans.blobs, 2);
    }

    async fn a_request_is_answered_once_with_what_was_done(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        push(&hold, b"unused").await.unwrap();
        folder.clock.advance(GRACE * 2);
        let id = hold.request_collection(GRACE).await.unwrap();
        assert_eq!(hold.find_collection_outcome(&id).await.unwrap(), CollectionOutcome::Waiting);
        assert_eq!(hold.answer_collection_requests().await.unwrap(), 1);
        assert_eq!(hold.answer_collection_requests().await.unwrap(), 0);
        let CollectionOutcome::Done(report) = hold.find_collection_outcome(&id).await.unwrap() else {
            panic!("it is done");
        };
        assert_eq!(report.quarantined, Amount { blobs: 1, bytes: 6 });
        assert!(!hold.withdraw_collection_request(&id).await.unwrap(), "it is done");
        let second = hold.request_collection(GRACE).await.unwrap();
        assert!(hold.withdraw_collection_request(&second).await.unwrap());
        assert_eq!(hold.answer_collection_requests().await.unwrap(), 0);
        let gone = hold.find_collection_outcome(&second).await.unwrap();
        assert!(matches!(gone, CollectionOutcome::Failed(_)), "{gone:?}");
    }
}

/// Bytes in the store without a row, as a crash leaves them.
fn orphan(folder: &HoldFolder, content: &[u8], age: TimeDelta) -> Digest {
    let digest = Digest::sha256_of(content);
    let parent = folder
        .folder
        .path()
        .join("blobs/sha256")
        .join(&digest.hex()[..2]);
    std::fs::create_dir_all(&parent).unwrap();
    let path = parent.join(digest.hex());
    std::fs::write(&path, content).unwrap();
    let modified = std::time::SystemTime::from(folder.clock.now() - age);
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(modified).unwrap();
    digest
}
