//! Notices of pushes and deletions, and what they leave in the repo.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::super::testing::*;
use super::super::{CaptainSettings, CrewChange};
use super::*;
use crate::clients::hold::LayerUse;
use crate::db::testing::test_on_databases;

const MEMBER: &str = "did:plc:anne";
const MEDIA_TYPE: &str = "application/octet-stream";

fn blob(number: usize) -> Digest {
    Digest::sha256_of(format!("blob {number}").as_bytes())
}

fn size(number: usize) -> u64 {
    10 + 7 * u64::try_from(number).unwrap()
}

/// Rows are enough: nobody reads the bytes.
async fn store_blobs(hold: &Hold, numbers: impl IntoIterator<Item = usize>) {
    let mut transaction = hold.database().begin().await.unwrap();
    for number in numbers {
        transaction
            .insert_hold_blob(&blob(number), size(number), 0)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
}

fn notice(owner: &str, repository: &str, manifest: &str, blobs: &[usize]) -> ManifestNotice {
    let layers = blobs.iter().map(|number| LayerUse {
        digest: blob(*number),
        size: 1,
        media_type: MEDIA_TYPE.to_owned(),
    });
    ManifestNotice {
        owner: did(owner),
        repository: repository.parse().unwrap(),
        manifest: Digest::sha256_of(manifest.as_bytes()),
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        tag: None,
        layers: layers.collect(),
        children: Vec::new(),
    }
}

/// The layer records as anybody reads them: user, repository, manifest record and blob of each.
async fn layer_records(hold: &Hold) -> Vec<HoldLayer> {
    let page = hold
        .repo()
        .list_records(&HoldLayer::collection(), None, false, u16::MAX)
        .await
        .unwrap();
    let records = page.records.iter();
    records
        .map(|record| HoldLayer::from_value(&record.value.to_json()).unwrap())
        .collect()
}

async fn start_with_member(folder: &HoldFolder, database: &crate::db::Database) -> Hold {
    let hold = folder.start(database).await;
    hold.set_crew_member(&did(CAPTAIN), &did(MEMBER), CrewChange::default())
        .await
        .unwrap();
    hold
}

/// Which blobs count for user, repository and manifest.
type Uses = BTreeMap<(&'static str, &'static str, String), BTreeSet<usize>>;

async fn compare(hold: &Hold, uses: &Uses) {
    let records = layer_records(hold).await;
    let written: BTreeSet<(String, String, String, String)> = records
        .iter()
        .map(|record| {
            (
                record.user_did.to_string(),
                record.repository.clone().unwrap(),
                record.manifest.as_ref().unwrap().to_string(),
                record.digest.clone(),
            )
        })
        .collect();
    assert_eq!(written.len(), records.len(), "one record each");
    let expected = uses
        .iter()
        .flat_map(|((user, repository, manifest), blobs)| {
            let digest = Digest::sha256_of(manifest.as_bytes());
            let uri = format!("at://{user}/io.atcr.manifest/{}", digest.hex());
            blobs.iter().map(move |number| {
                let (whose, repository) = ((*user).to_owned(), (*repository).to_owned());
                (whose, repository, uri.clone(), blob(*number).to_string())
            })
        });
    assert_eq!(written, expected.collect());
    for user in [CAPTAIN, MEMBER] {
        let unique: BTreeSet<usize> = uses
            .iter()
            .filter(|((whose, ..), _)| *whose == user)
            .flat_map(|(_, blobs)| blobs.iter().copied())
            .collect();
        let expected = LayerUsage {
            unique_blobs: u64::try_from(unique.len()).unwrap(),
            bytes: unique.iter().map(|number| size(*number)).sum(),
        };
        assert_eq!(hold.load_usage(&did(user)).await.unwrap(), expected);
    }
}

test_on_databases! {
    async fn records_and_usage_follow_random_pushes_and_deletions(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = start_with_member(&folder, &test.database).await;
        // Two more are named and do not lie here.
        store_blobs(&hold, 0..6).await;
        let mut random = StdRng::seed_from_u64(7);
        let mut expected = Uses::new();
        for round in 0..150 {
            let owner = [CAPTAIN, MEMBER][random.random_range(0..2)];
            let repository = ["app", "tools/app"][random.random_range(0..2)];
            let number = random.random_range(0..5);
            let manifest = format!("manifest {number}");
            let key = (owner, repository, manifest.clone());
            match random.random_range(0..10) {
                0..4 => {
                    // What a manifest names does not change.
                    let blobs = [number, number + 1, number + 3];
                    hold.notify_manifest(&notice(owner, repository, &manifest, &blobs)).await.unwrap();
                    expected.insert(key, blobs.into_iter().filter(|blob| *blob < 6).collect());
                }
                4..6 => {
                    let children = ["manifest 0", "manifest 4"];
                    let mut notice = notice(owner, repository, "index", &[]);
                    notice.children = children.map(|child| Digest::sha256_of(child.as_bytes())).into();
                    hold.notify_manifest(&notice).await.unwrap();
                    let blobs = children
                        .iter()
                        .filter_map(|child| expected.get(&(owner, repository, (*child).to_owned())))
                        .flatten()
                        .copied()
                        .collect();
                    expected.insert((owner, repository, "index".to_owned()), blobs);
                }
                _ => {
                    let manifest = if random.random_bool(0.2) { "index".to_owned() } else { manifest };
                    let digest = Digest::sha256_of(manifest.as_bytes());
                    hold.forget_manifest(&did(owner), &repository.parse().unwrap(), &digest).await.unwrap();
                    expected.remove(&(owner, repository, manifest));
                }
            }
            if round % 10 == 9 {
                compare(&hold, &expected).await;
            }
        }
        assert_eq!(hold.repo().check_derived().await.unwrap(), Vec::<String>::new());
    }

    async fn a_repeated_notice_writes_no_layer_again(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = start_with_member(&folder, &test.database).await;
        store_blobs(&hold, 0..3).await;
        let notice = notice(MEMBER, "app", "m", &[0, 1, 1, 2]);
        assert_eq!(hold.notify_manifest(&notice).await.unwrap().layers_created, 3);
        let before = layer_records(&hold).await;
        assert!(before.iter().zip(0..).all(|(record, _): (&HoldLayer, usize)| record.size > 1));
        assert_eq!(hold.notify_manifest(&notice).await.unwrap(), Noted::default());
        assert_eq!(layer_records(&hold).await, before);
    }

    async fn a_manifest_of_many_layers_is_counted_at_once(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = start_with_member(&folder, &test.database).await;
        let numbers: Vec<usize> = (0..450).collect();
        store_blobs(&hold, numbers.iter().copied()).await;
        let before = hold.repo().last_seq().await.unwrap();
        let notice = notice(MEMBER, "app", "m", &numbers);
        assert_eq!(hold.notify_manifest(&notice).await.unwrap().layers_created, 450);
        // A commit has 200 operations at most.
        assert_eq!(hold.repo().last_seq().await.unwrap(), before + 3);
        assert_eq!(layer_records(&hold).await.len(), 450);
        let manifest = Digest::sha256_of(b"m");
        hold.forget_manifest(&did(MEMBER), &"app".parse().unwrap(), &manifest).await.unwrap();
        assert_eq!(layer_records(&hold).await, []);
        assert_eq!(hold.repo().check_derived().await.unwrap(), Vec::<String>::new());
    }

    async fn whoever_lost_the_right_to_write_may_still_delete(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = start_with_member(&folder, &test.database).await;
        store_blobs(&hold, 0..2).await;
        let notice = notice(MEMBER, "app", "m", &[0, 1]);
        hold.notify_manifest(&notice).await.unwrap();
        hold.remove_crew_member(&did(CAPTAIN), &did(MEMBER)).await.unwrap();
        let refused = hold.notify_manifest(&notice).await.unwrap_err().to_string();
        assert!(refused.starts_with("Access denied: user is not a crew member"), "{refused}");
        hold.forget_manifest(&notice.owner, &notice.repository, &notice.manifest).await.unwrap();
        assert_eq!(layer_records(&hold).await, []);
    }

    async fn tagged_pushes_are_announced_when_the_captain_wants_it(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = start_with_member(&folder, &test.database).await;
        store_blobs(&hold, 0..2).await;
        let mut notice = notice(MEMBER, "tools/app", "m", &[0, 1]);
        notice.tag = Some("v1".parse().unwrap());
        assert_eq!(hold.notify_manifest(&notice).await.unwrap().post, None);
        let posts = CaptainSettings { enable_bluesky_posts: Some(true), ..CaptainSettings::default() };
        hold.change_settings(&did(CAPTAIN), posts).await.unwrap();
        hold.notify_manifest(&notice).await.unwrap().post.expect("a post");
        let export = hold.export_user_data(&did(MEMBER)).await.unwrap();
        let (_, post) = &export.posts[0];
        assert_eq!(post.text, "did:plc:anne pushed tools/app:v1 (27 B, 2 layers)");
        notice.tag = None;
        assert_eq!(hold.notify_manifest(&notice).await.unwrap().post, None);
    }

    async fn pulls_wait_for_one_commit_and_only_count_where_there_is_something(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = start_with_member(&folder, &test.database).await;
        store_blobs(&hold, 0..2).await;
        let (app, tools) = ("app".parse().unwrap(), "tools/app".parse().unwrap());
        for repository in ["app", "tools/app"] {
            hold.notify_manifest(&notice(MEMBER, repository, "m", &[0, 1])).await.unwrap();
        }
        let before = hold.repo().last_seq().await.unwrap();
        for _ in 0..3 {
            hold.count_pulls(&did(MEMBER), &app, 1).await.unwrap();
        }
        hold.count_pulls(&did(MEMBER), &tools, 1).await.unwrap();
        hold.count_pulls(&did(MEMBER), &"nothing".parse().unwrap(), 1).await.unwrap();
        hold.count_pulls(&did(STRANGER), &app, 1).await.unwrap();
        assert_eq!(hold.repo().last_seq().await.unwrap(), before);
        assert_eq!(hold.record_pulls().await.unwrap(), 2);
        assert_eq!(hold.record_pulls().await.unwrap(), 0);
        assert_eq!(hold.repo().last_seq().await.unwrap(), before + 1);
        let export = hold.export_user_data(&did(MEMBER)).await.unwrap();
        let counts: Vec<_> = export
            .stats
            .iter()
            .map(|stats| (stats.repository.as_str(), stats.pull_count, stats.push_count))
            .collect();
        assert_eq!(counts, [("app", 3, 1), ("tools/app", 1, 1)]);
        // A push takes along what waits.
        hold.count_pulls(&did(MEMBER), &app, 1).await.unwrap();
        hold.notify_manifest(&notice(MEMBER, "app", "m", &[0, 1])).await.unwrap();
        assert_eq!(hold.record_pulls().await.unwrap(), 0);
        let export = hold.export_user_data(&did(MEMBER)).await.unwrap();
        assert_eq!((export.stats[0].pull_count, export.stats[0].push_count), (4, 2));
    }
}
