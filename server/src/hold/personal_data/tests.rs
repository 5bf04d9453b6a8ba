//! What somebody takes along and what they remove: theirs, all of it, and nobody else's.

use std::collections::BTreeSet;

use oci::Digest;

use super::super::testing::*;
use super::super::{CaptainSettings, CrewChange};
use super::*;
use crate::clients::hold::{LayerUse, ManifestNotice, UploadOwner};
use crate::db::testing::test_on_databases;

const PEOPLE: [&str; 3] = [CAPTAIN, "did:plc:anne", "did:plc:annette"];
const BLOBS: usize = 4;

fn blob(number: usize) -> Digest {
    Digest::sha256_of(format!("blob {number}").as_bytes())
}

/// Everybody pushes manifests that share blobs, is pulled from, and leaves an upload in flight.
async fn live(hold: &Hold) {
    let settings = CaptainSettings {
        enable_bluesky_posts: Some(true),
        ..CaptainSettings::default()
    };
    hold.change_settings(&did(CAPTAIN), settings).await.unwrap();
    let mut transaction = hold.database().begin().await.unwrap();
    for number in 0..BLOBS {
        transaction
            .insert_hold_blob(&blob(number), 10, 0)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
    for person in PEOPLE {
        if person != CAPTAIN {
            hold.set_crew_member(&did(CAPTAIN), &did(person), CrewChange::default())
                .await
                .unwrap();
        }
        for repository in ["app", "tools/app"] {
            hold.notify_manifest(&notice(person, repository))
                .await
                .unwrap();
            let repository = repository.parse().unwrap();
            hold.count_pulls(&did(person), &repository, 1)
                .await
                .unwrap();
            let owner = UploadOwner {
                uploader: user(person),
                repository,
            };
            let upload = hold.start_upload(&owner).await.unwrap();
            let content = body(person.as_bytes());
            hold.append_upload(&owner, &upload.id, None, content)
                .await
                .unwrap();
        }
    }
}

fn notice(person: &str, repository: &str) -> ManifestNotice {
    let layers = (0..BLOBS).map(|number| LayerUse {
        digest: blob(number),
        size: 10,
        media_type: "application/octet-stream".to_owned(),
    });
    ManifestNotice {
        owner: did(person),
        repository: repository.parse().unwrap(),
        manifest: Digest::sha256_of(format!("{person} {repository}").as_bytes()),
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        tag: Some("latest".parse().unwrap()),
        layers: layers.collect(),
        children: Vec::new(),
    }
}

/// Paths and contents of all records.
async fn records(hold: &Hold) -> BTreeSet<(String, String)> {
    let mut records = BTreeSet::new();
    for collection in hold.repo().list_collections().await.unwrap() {
        let collection = collection.parse().unwrap();
        let page = hold
            .repo()
            .list_records(&collection, None, false, u16::MAX)
            .await
            .unwrap();
        for record in page.records {
            let value = record.value.to_json().to_string();
            records.insert((format!("{collection}/{}", record.rkey), value));
        }
    }
    records
}

/// Those that speak of somebody; DIDs that only begin alike are others.
fn about<'a>(records: &'a BTreeSet<(String, String)>, person: &str) -> BTreeSet<&'a str> {
    let quoted = format!("\"{person}\"");
    records
        .iter()
        .filter(|(_, value)| value.contains(&quoted))
        .map(|(path, _)| path.as_str())
        .collect()
}

fn exported_paths(data: &PersonalData) -> BTreeSet<String> {
    let path = |collection: &str, key: &str| format!("{collection}/{key}");
    let crew = data
        .crew
        .iter()
        .map(|crew| path(nsid::HOLD_CREW, &crew.record_key));
    let layers = data
        .layers
        .iter()
        .map(|layer| path(nsid::HOLD_LAYER, &layer.record_key));
    let stats = data
        .stats
        .iter()
        .map(|stats| path(nsid::HOLD_STATS, &stats.record_key));
    let posts = data
        .posts
        .iter()
        .map(|(key, _)| path(nsid::FEED_POST, key.as_str()));
    crew.chain(layers).chain(stats).chain(posts).collect()
}

test_on_databases! {
    async fn an_export_has_every_record_about_somebody_and_no_other(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        live(&hold).await;
        let all = records(&hold).await;
        for person in PEOPLE {
            let data = hold.export_user_data(&did(person)).await.unwrap();
            assert_eq!(data.is_captain, person == CAPTAIN);
            let mut expected = about(&all, person);
            // Who the captain is, is the hold's.
            expected.remove("io.atcr.hold.captain/self");
            let exported = exported_paths(&data);
            assert_eq!(exported.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected);
            assert_eq!((data.layers.len(), data.stats.len(), data.posts.len()), (8, 2, 2));
        }
        let nobody = hold.export_user_data(&did(STRANGER)).await.unwrap();
        assert!(exported_paths(&nobody).is_empty());
    }

    async fn deleting_removes_the_same_and_leaves_others_alone(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        live(&hold).await;
        let person = did(PEOPLE[1]);
        hold.offer_captaincy(&did(CAPTAIN), &person).await.unwrap();
        let before = records(&hold).await;
        let exported = exported_paths(&hold.export_user_data(&person).await.unwrap());
        let deleted = hold.delete_user_data(&person).await.unwrap();
        assert_eq!(deleted, Deleted { crew: true, layers: 8, stats: 2, posts: 2 });
        let expected: BTreeSet<_> =
            before.into_iter().filter(|(path, _)| !exported.contains(path)).collect();
        assert_eq!(records(&hold).await, expected);
        // Neither the pulls that waited nor the offer bring anything back.
        hold.record_pulls().await.unwrap();
        assert!(hold.accept_captaincy(&person).await.is_err());
        assert_eq!(about(&records(&hold).await, person.as_str()), BTreeSet::new());
        assert_eq!(test.database.list_rows_naming(person.as_str()).await.unwrap(), Vec::<String>::new());
        assert_eq!(folder.files_below("staging").len(), 4);
        assert_eq!(hold.delete_user_data(&person).await.unwrap(), Deleted::default());
        assert_eq!(hold.repo().check_derived().await.unwrap(), Vec::<String>::new());
    }

    async fn the_captain_stays_and_the_rest_of_theirs_goes(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        live(&hold).await;
        let captain = did(CAPTAIN);
        let deleted = hold.delete_user_data(&captain).await.unwrap();
        assert_eq!(deleted, Deleted { crew: false, layers: 8, stats: 2, posts: 2 });
        assert_eq!(hold.standing(Some(&captain)).await.unwrap(), Standing::Captain);
        let data = hold.export_user_data(&captain).await.unwrap();
        assert_eq!(exported_paths(&data).len(), 1, "the crew record");
    }

    async fn deleting_twice_at_once_deletes_once(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        live(&hold).await;
        let person = did(PEOPLE[1]);
        let (one, two) = tokio::join!(hold.delete_user_data(&person), hold.delete_user_data(&person));
        one.unwrap();
        two.unwrap();
        assert_eq!(about(&records(&hold).await, person.as_str()), BTreeSet::new());
    }
}
