//! Manifests that their owners deleted by other software.

use chrono::TimeDelta;
use oci::Digest;

use super::super::testing::*;
use super::*;
use crate::clients::hold::{LayerUse, ManifestNotice};
use crate::db::testing::test_on_databases;

fn notice(repository: &str, manifest: &Digest) -> ManifestNotice {
    ManifestNotice {
        owner: did(CAPTAIN),
        repository: repository.parse().unwrap(),
        manifest: manifest.clone(),
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        tag: None,
        layers: vec![LayerUse {
            digest: Digest::sha256_of(b"blob"),
            size: 4,
            media_type: "application/octet-stream".to_owned(),
        }],
        children: Vec::new(),
    }
}

fn key(text: &str) -> RecordKey {
    text.parse().unwrap()
}

async fn known(hold: &Hold) -> Vec<(String, String)> {
    let rows = hold.database().list_user_manifests(CAPTAIN).await;
    rows.unwrap()
}

test_on_databases! {
    async fn what_the_owner_no_longer_has_is_forgotten_when_it_is_old(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        push(&hold, b"blob").await.unwrap();
        let [stays, elsewhere, goes, again, late] =
            ["stays", "elsewhere", "goes", "again", "late"].map(|text| Digest::sha256_of(text.as_bytes()));
        for (repository, manifest) in
            [("app", &stays), ("app", &elsewhere), ("app", &goes), ("again", &again)]
        {
            hold.notify_manifest(&notice(repository, manifest)).await.unwrap();
        }
        folder.clock.advance(TimeDelta::hours(2));
        // Pushed while the listing runs: the one anew, the other once more.
        hold.notify_manifest(&notice("late", &late)).await.unwrap();
        hold.notify_manifest(&notice("again", &again)).await.unwrap();
        let mut living = LivingManifests::new(folder.clock.now_millis());
        living.insert(&key(stays.hex()), Some(("app", &stays.to_string())));
        living.insert(&key(elsewhere.hex()), Some(("other", &elsewhere.to_string())));
        assert_eq!(hold.reconcile_manifests(&did(CAPTAIN), &living).await.unwrap(), 2);
        let left = [("again", &again), ("app", &stays), ("late", &late)];
        let left = left.map(|(repository, manifest)| (repository.to_owned(), manifest.to_string()));
        assert_eq!(known(&hold).await, left);
        assert_eq!(hold.reconcile_manifests(&did(STRANGER), &living).await.unwrap(), 0);

        folder.clock.advance(TimeDelta::hours(2));
        let empty = LivingManifests::new(folder.clock.now_millis());
        assert_eq!(hold.reconcile_manifests(&did(CAPTAIN), &empty).await.unwrap(), 3);
        assert_eq!(known(&hold).await, []);
        assert_eq!(hold.repo().check_derived().await.unwrap(), Vec::<String>::new());
    }
}

#[test]
fn in_doubt_a_manifest_lives() {
    let sha256 = Digest::sha256_of(b"m").to_string();
    let hex = sha256.trim_start_matches("sha256:");
    let sha512 = format!("sha512:{}", "ab".repeat(64));
    let mut living = LivingManifests::new(0);
    // Its repository cannot be read, so it may be any.
    living.insert(&key(hex), None);
    assert!(living.has("app", &sha256));
    // Its key is a hash, and its digest may be another one than it was pushed by.
    living.insert(&key("h-00"), Some(("app", "sha256:00")));
    assert!(living.has("app", &sha512));
    assert!(living.has("app", "sha256:00"));
    assert!(!living.has("app", &format!("sha256:{}", "1".repeat(64))));
    assert!(!living.has("other", &sha512));
    // The key says by which digest it was pushed.
    let hex = "cd".repeat(64);
    living.insert(&key(&format!("{hex}_other")), Some(("other", "sha256:11")));
    assert!(living.has("other", &format!("sha512:{hex}")));
    assert!(!living.has("third", &format!("sha512:{hex}")));
    assert!(living.has("", &format!("sha512:{hex}")));
}
