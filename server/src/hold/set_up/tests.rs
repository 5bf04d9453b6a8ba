//! First starts, later ones, and those that are refused.

use atproto::firehose::Frame;
use atproto::repo::verify_car;
use futures::TryStreamExt as _;
use lexicon::nsid;
use oci::Digest;

use super::super::testing::*;
use super::super::{CREW_ADMIN, Hold, Standing};
use super::*;
use crate::db::testing::test_on_databases;
use crate::db::{Database, LayerRow};

async fn frames(database: &Database, after: i64) -> Vec<Frame> {
    let rows = database.list_events(after, i64::MAX).await.unwrap();
    rows.iter()
        .map(|row| Frame::decode(&row.frame).unwrap())
        .collect()
}

/// Every record, as a stranger reads and checks the repo.
async fn records(hold: &Hold) -> Vec<String> {
    let (_, pieces) = hold.repo().export(None).await.unwrap();
    let pieces: Vec<_> = pieces.try_collect().await.unwrap();
    let key = hold.identity().signing_key().public_key();
    let repo = verify_car(&pieces.concat(), hold.did(), &key).unwrap();
    repo.records
        .iter()
        .map(|record| format!("{}/{}", record.collection, record.rkey))
        .collect()
}

async fn old_layer(database: &Database, user: &str, manifest: &Digest, blob: usize) {
    let mut transaction = database.begin().await.unwrap();
    let row = LayerRow {
        record_key: String::new(),
        user_did: user.to_owned(),
        repository: "tools/app".to_owned(),
        manifest: manifest.to_string(),
        digest: Digest::sha256_of(format!("blob {blob}").as_bytes()).to_string(),
        size: 10,
        media_type: "application/octet-stream".to_owned(),
        created_at: 1_700_000_000_000,
    };
    transaction.upsert_layer(&row).await.unwrap();
    transaction.commit().await.unwrap();
}

test_on_databases! {
    async fn a_first_start_makes_a_hold_and_a_second_one_changes_nothing(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let head = hold.repo().head().await.unwrap().unwrap();
        assert_eq!(
            records(&hold).await,
            [
                "app.bsky.actor.profile/self".to_owned(),
                "io.atcr.hold.captain/self".to_owned(),
                format!("io.atcr.hold.crew/{CAPTAIN}"),
            ]
        );
        assert_eq!(hold.standing(Some(&did(CAPTAIN))).await.unwrap(), Standing::Captain);
        let crew = hold.find_crew_member(&did(CAPTAIN)).await.unwrap().unwrap();
        assert_eq!(crew.role, "owner");
        assert!(crew.permissions.iter().any(|permission| permission == CREW_ADMIN));
        let events = frames(&test.database, 0).await;
        assert!(
            matches!(
                &events[..],
                [Frame::Identity(_), Frame::Account(_), Frame::Commit(_), Frame::Sync(_)]
            ),
            "{events:?}"
        );

        let again = folder.start(&test.database).await;
        assert_eq!(again.repo().head().await.unwrap().unwrap(), head);
        assert_eq!(again.did(), hold.did());
        assert_eq!(again.identity().signing_key().public_key(), hold.identity().signing_key().public_key());
        assert_eq!(frames(&test.database, 4).await, []);
        assert_eq!(again.repo().check_derived().await.unwrap(), Vec::<String>::new());
    }

    async fn what_is_said_later_changes_the_captain_record_and_what_is_not_said_stays(test: &TestDatabase) {
        let folder = HoldFolder::new();
        folder.start(&test.database).await;
        let hold = folder
            .start_with(&test.database, |start| {
                start.setup.given = CaptainSettings {
                    allow_all_crew: Some(true),
                    ..CaptainSettings::default()
                };
            })
            .await;
        let captain = hold.captain().await.unwrap();
        assert!(captain.public && captain.allow_all_crew && !captain.enable_bluesky_posts);
        assert_eq!(frames(&test.database, 4).await.len(), 1);
    }

    async fn another_captain_or_domain_is_refused_with_the_way_out(test: &TestDatabase) {
        let folder = HoldFolder::new();
        folder.start(&test.database).await;
        let mut start = HoldStart::usual();
        start.setup.owner = Some(did(STRANGER));
        let refused = folder.try_start(&test.database, start).await.err().unwrap();
        assert!(refused.to_string().contains(&format!("set HOLD_OWNER to {CAPTAIN}")), "{refused}");
        let mut start = HoldStart::usual();
        start.did = did("did:web:elsewhere.example");
        start.public_url = "https://elsewhere.example".parse().unwrap();
        let refused = folder.try_start(&test.database, start).await.err().unwrap();
        assert!(refused.to_string().contains("set HOLD_PUBLIC_URL back"), "{refused}");
        // A handle that cannot be looked up right now stops only a first start.
        let mut start = HoldStart::usual();
        start.setup.owner = None;
        folder.try_start(&test.database, start).await.unwrap();
        assert_eq!(frames(&test.database, 4).await, []);
    }

    async fn a_first_start_needs_to_know_the_captain(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let mut start = HoldStart::usual();
        start.setup.owner = None;
        let refused = folder.try_start(&test.database, start).await.err().unwrap();
        assert!(matches!(refused, SetUpError::NoOwner), "{refused}");
        folder.start(&test.database).await;
    }

    async fn a_repo_of_another_key_is_signed_again_and_the_network_told(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let before = folder.start(&test.database).await;
        std::fs::remove_file(folder.folder.path().join("signing.key")).unwrap();
        let hold = folder.start(&test.database).await;
        let key = hold.identity().signing_key().public_key();
        assert_ne!(key, before.identity().signing_key().public_key());
        assert_eq!(records(&hold).await.len(), 3);
        let events = frames(&test.database, 4).await;
        let [Frame::Commit(commit), Frame::Identity(_)] = &events[..] else { panic!("{events:?}") };
        commit.verify(&key).unwrap();
        assert!(commit.ops.is_empty());
    }

    async fn layers_of_an_older_release_get_records_once(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let manifest = Digest::sha256_of(b"manifest");
        for blob in 0..250 {
            old_layer(&test.database, CAPTAIN, &manifest, blob).await;
        }
        old_layer(&test.database, "nobody", &manifest, 1).await;
        let hold = folder.start(&test.database).await;
        let layers = |records: &[String]| records.iter().filter(|path| path.starts_with(nsid::HOLD_LAYER)).count();
        assert_eq!(layers(&records(&hold).await), 250);
        let usage = hold.load_usage(&did(CAPTAIN)).await.unwrap();
        assert_eq!((usage.unique_blobs, usage.bytes), (250, 2500));
        let head = hold.repo().head().await.unwrap();
        let again = folder.start(&test.database).await;
        assert_eq!(again.repo().head().await.unwrap(), head);
        assert_eq!(again.repo().check_derived().await.unwrap(), Vec::<String>::new());
    }

    async fn what_is_derived_can_be_derived_again(test: &TestDatabase) {
        let folder = HoldFolder::new();
        old_layer(&test.database, CAPTAIN, &Digest::sha256_of(b"manifest"), 1).await;
        let hold = folder.start(&test.database).await;
        let mut transaction = test.database.begin().await.unwrap();
        transaction.clear_derived_from_records().await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(hold.repo().check_derived().await.unwrap().len(), 7);
        assert_eq!(hold.repo().reindex().await.unwrap(), 4);
        assert_eq!(hold.repo().check_derived().await.unwrap(), Vec::<String>::new());
        assert_eq!(hold.load_usage(&did(CAPTAIN)).await.unwrap().unique_blobs, 1);
        assert!(hold.captain().await.unwrap().public);
    }
}
