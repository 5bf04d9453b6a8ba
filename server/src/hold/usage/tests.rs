//! That what is said of bytes is what becomes of them.

use chrono::TimeDelta;

use super::super::testing::*;
use super::super::{Collection, CollectionState, CrewChange};
use super::*;
use crate::clients::hold::{HoldUser, LayerUse, ManifestNotice, UploadOwner};
use crate::db::testing::{TestDatabase, test_on_databases};

const GRACE: TimeDelta = TimeDelta::hours(1);
const MEMBER: &str = "did:plc:member";

/// Pushes blobs and a manifest that names them.
async fn image(hold: &Hold, person: &str, repository: &str, manifest: &[u8], blobs: &[&[u8]]) {
    let owner = UploadOwner {
        uploader: HoldUser {
            did: did(person),
            session: None,
        },
        repository: repository.parse().unwrap(),
    };
    let mut layers = Vec::new();
    for content in blobs {
        let digest = Digest::sha256_of(content);
        let upload = hold.start_upload(&owner).await.unwrap();
        hold.complete_upload(&owner, &upload.id, &digest, None, body(content))
            .await
            .unwrap();
        layers.push(LayerUse {
            digest,
            size: content.len() as u64,
            media_type: "application/octet-stream".to_owned(),
        });
    }
    let notice = ManifestNotice {
        owner: did(person),
        repository: repository.parse().unwrap(),
        manifest: Digest::sha256_of(manifest),
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        tag: None,
        layers,
        children: Vec::new(),
    };
    hold.notify_manifest(&notice).await.unwrap();
}

/// A captain with two repositories and a member with one: 1000 bytes are shared by everybody, 10 by the captain's two.
async fn settled(folder: &HoldFolder, test: &TestDatabase) -> Hold {
    let hold = folder.start(&test.database).await;
    hold.set_crew_member(&did(CAPTAIN), &did(MEMBER), CrewChange::default())
        .await
        .unwrap();
    let (base, own): (&[u8], &[u8]) = (&[1; 1000], &[2; 10]);
    image(&hold, CAPTAIN, "app", b"one", &[base, own, &[3; 100]]).await;
    image(&hold, CAPTAIN, "app", b"two", &[base, own, &[4; 200]]).await;
    image(&hold, CAPTAIN, "tools/cli", b"three", &[base, own]).await;
    image(&hold, MEMBER, "site", b"four", &[base, &[5; 5]]).await;
    hold
}

fn manifests(names: &[&[u8]]) -> Vec<Digest> {
    names.iter().map(|name| Digest::sha256_of(name)).collect()
}

test_on_databases! {
    async fn usage_is_told_by_person_and_repository_with_what_is_shared(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = settled(&folder, test).await;
        let report = hold.usage_report(&did(CAPTAIN)).await.unwrap();
        let all = Amount { blobs: 5, bytes: 1315 };
        assert_eq!((report.stored, report.used), (all, all));
        let people: Vec<_> = report.people.iter()
            .map(|person| (person.did.as_str(), person.bytes, person.exclusive_bytes, person.repositories)).collect();
        assert_eq!(people, [(CAPTAIN, 1310, 310, 2), (MEMBER, 1005, 5, 1)]);
        let repositories: Vec<_> = report.repositories.iter()
            .map(|found| (found.repository.as_str(), found.bytes, found.exclusive_bytes, found.manifests)).collect();
        assert_eq!(repositories, [("app", 1310, 300, 2), ("tools/cli", 1010, 0, 1), ("site", 1005, 5, 1)]);
        assert!(hold.usage_report(&did(MEMBER)).await.is_err());
    }

    async fn what_a_removal_is_said_to_free_is_what_the_collection_tells_and_frees(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = settled(&folder, test).await;
        let (captain, app) = (did(CAPTAIN), "app".parse().unwrap());
        folder.clock.advance(GRACE * 2);
        let both = manifests(&[b"one", b"two"]);
        let said = hold.removal_of(&captain, &captain, &app, &both[..1]).await.unwrap();
        assert_eq!(said.freed, Amount { blobs: 1, bytes: 100 });
        assert_eq!(said.still_used, Amount { blobs: 2, bytes: 1010 });
        let said = hold.removal_of(&captain, &captain, &app, &both).await.unwrap();
        assert_eq!(said, Removal {
            manifests: 2,
            quota: Amount { blobs: 2, bytes: 300 },
            freed: Amount { blobs: 2, bytes: 300 },
            still_used: Amount { blobs: 2, bytes: 1010 },
        });
        let used = hold.quota_of(&captain).await.unwrap().used;
        for manifest in &both {
            hold.forget_manifest(&captain, &app, manifest).await.unwrap();
        }
        assert_eq!(hold.quota_of(&captain).await.unwrap().used, used - said.quota.bytes);
        folder.clock.advance(GRACE * 2);
        let told = hold.collect_garbage(GRACE, Collection::DryRun).await.unwrap();
        assert_eq!(told.quarantined, said.freed);
        hold.collect_garbage(GRACE, Collection::Free).await.unwrap();
        folder.clock.advance(GRACE * 2);
        let told = hold.collect_garbage(GRACE, Collection::DryRun).await.unwrap();
        let done = hold.collect_garbage(GRACE, Collection::Free).await.unwrap();
        assert_eq!((told.freed_bytes(), done.freed_bytes()), (300, 300));
        let shown = hold.list_collections(&captain, None, 10).await.unwrap();
        let freed: Vec<_> = shown.iter().map(|run| (run.state, run.freed_bytes)).collect();
        assert_eq!(freed, [(CollectionState::Done, 300), (CollectionState::Done, 0)]);
        let left: u64 = folder.files_below("blobs").iter().map(|(_, size)| size).sum();
        assert_eq!(left, 1315 - 300);
    }

    async fn a_member_asks_about_their_own_repositories_alone(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = settled(&folder, test).await;
        let (member, captain) = (did(MEMBER), did(CAPTAIN));
        let site = "site".parse().unwrap();
        let said = hold.removal_of(&member, &member, &site, &manifests(&[b"four"])).await.unwrap();
        assert_eq!(said.quota.bytes, 1005);
        let app = "app".parse().unwrap();
        assert!(hold.removal_of(&member, &captain, &app, &manifests(&[b"one"])).await.is_err());
    }

    async fn there_is_one_sample_for_each_day(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = settled(&folder, test).await;
        for _ in 0..3 {
            hold.sample_usage().await.unwrap();
            folder.clock.advance(TimeDelta::hours(12));
        }
        let samples = hold.usage_report(&did(CAPTAIN)).await.unwrap().samples;
        let days: Vec<i64> = samples.iter().map(|sample| sample.taken_at / DAY_MILLIS).collect();
        assert_eq!(days, [days[0], days[0] + 1]);
        assert!(samples.iter().all(|sample| sample.used_bytes == 1315));
    }

    async fn the_sample_of_this_day_is_as_it_is_now(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        hold.sample_usage().await.unwrap();
        image(&hold, CAPTAIN, "app", b"one", &[&[7; 500]]).await;
        let samples = hold.usage_report(&did(CAPTAIN)).await.unwrap().samples;
        assert_eq!(samples.len(), 1);
        assert_eq!((samples[0].stored_bytes, samples[0].used_bytes), (500, 500));
    }
}
