//! Resolving against a directory in memory.

use std::sync::atomic::Ordering;

use chrono::{DateTime, TimeDelta};

use super::*;
use crate::identity::testing::{FakeDirectory, open_database};

const ALICE: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
const BOB: &str = "did:plc:44ybard66vv44zksje25o7dz";
const PDS: &str = "https://pds.example.com";

struct Setting {
    directory: Arc<FakeDirectory>,
    database: Database,
    clock: Clock,
    identities: Identities,
    _folder: tempfile::TempDir,
}

impl Setting {
    async fn new() -> Self {
        let (folder, database) = open_database().await;
        let clock = Clock::fixed(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let directory = FakeDirectory::new();
        directory.add_account(ALICE, &["alice.example.org"], PDS);
        directory.point_handle("alice.example.org", ALICE);
        let identities = Identities::new(directory.clone(), database.clone(), clock.clone(), false);
        Self {
            directory,
            database,
            clock,
            identities,
            _folder: folder,
        }
    }

    /// The same server after a restart: nothing in memory.
    fn restarted(&self) -> Identities {
        Identities::new(
            self.directory.clone(),
            self.database.clone(),
            self.clock.clone(),
            false,
        )
    }

    async fn resolve(
        &self,
        name: &str,
        freshness: Freshness,
    ) -> Result<Arc<Identity>, IdentityError> {
        self.identities
            .resolve(&name.parse().unwrap(), freshness)
            .await
    }

    async fn read(&self, name: &str) -> Result<Arc<Identity>, IdentityError> {
        self.resolve(name, Freshness::ForReading).await
    }
}

#[tokio::test]
async fn a_handle_and_its_did_lead_to_the_same_identity() {
    let setting = Setting::new().await;
    let by_handle = setting.read("Alice.Example.Org").await.unwrap();
    assert_eq!(by_handle.did.as_str(), ALICE);
    assert_eq!(
        by_handle.handle.as_ref().unwrap().as_str(),
        "alice.example.org"
    );
    assert_eq!(by_handle.pds.as_str(), "https://pds.example.com/");
    assert!(by_handle.signing_key.is_some());
    assert_eq!(setting.directory.look_ups(), 2);
    assert_eq!(setting.read(ALICE).await.unwrap(), by_handle);
    assert_eq!(
        setting.directory.look_ups(),
        2,
        "the DID was learnt on the way"
    );
}

#[tokio::test]
async fn id_01_id_02_names_that_cannot_be_accounts_cost_no_look_up() {
    let setting = Setting::new().await;
    for name in [
        "alice.test",
        "alice.local",
        "alice.internal",
        "alice.onion",
        "alice.example",
        "alice.invalid",
        "did:web:localhost",
        "did:web:localhost%3A8080",
        "did:web:host.com%3A8080",
        "did:web:a.com:b",
        "did:web:127.0.0.1",
        "did:web:x.internal",
        "did:key:zQ3sh",
        "did:plc:short",
    ] {
        let answer = setting.read(name).await;
        assert!(
            matches!(answer, Err(IdentityError::NotAllowed { .. })),
            "{name}: {answer:?}"
        );
    }
    assert_eq!(setting.directory.look_ups(), 0);
}

#[tokio::test]
async fn id_03_the_document_of_another_did_is_refused() {
    let setting = Setting::new().await;
    let document = serde_json::json!({ "id": ALICE });
    setting.directory.add_document(BOB, ALICE, &document);
    let answer = setting.read(BOB).await;
    assert!(
        matches!(answer, Err(IdentityError::DocumentInvalid { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn id_04_only_the_first_handle_of_a_document_counts() {
    let setting = Setting::new().await;
    setting
        .directory
        .add_account(BOB, &["alice.example.org", "bob.example.org"], PDS);
    setting.directory.point_handle("bob.example.org", BOB);
    assert_eq!(setting.read(BOB).await.unwrap().handle, None);
    let answer = setting.read("bob.example.org").await;
    let claimed = Some("alice.example.org".parse().unwrap());
    assert!(
        matches!(&answer, Err(IdentityError::HandleNotVerified { claimed: it, .. }) if *it == claimed),
        "{answer:?}"
    );
}

#[tokio::test]
async fn id_06_a_document_without_a_usable_pds_is_refused() {
    let setting = Setting::new().await;
    for pds in [
        "http://pds.example.com",
        "http://localhost:2583",
        "https://me@pds.example.com",
    ] {
        setting.directory.add_account(BOB, &[], pds);
        let answer = setting
            .restarted()
            .resolve(&BOB.parse().unwrap(), Freshness::ForAuth)
            .await;
        assert!(
            matches!(answer, Err(IdentityError::DocumentInvalid { .. })),
            "{pds}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn id_10_auth_looks_again_after_ten_minutes_and_reading_after_an_hour() {
    let setting = Setting::new().await;
    setting.read(ALICE).await.unwrap();
    assert_eq!(setting.directory.look_ups(), 2);
    setting.clock.advance(TimeDelta::minutes(11));
    setting.read(ALICE).await.unwrap();
    assert_eq!(setting.directory.look_ups(), 2);
    setting.resolve(ALICE, Freshness::ForAuth).await.unwrap();
    assert_eq!(setting.directory.look_ups(), 4);
    setting.clock.advance(TimeDelta::minutes(61));
    setting.read(ALICE).await.unwrap();
    assert_eq!(setting.directory.look_ups(), 6);
}

#[tokio::test]
async fn id_10_a_handle_that_moves_is_taken_from_its_old_account() {
    let setting = Setting::new().await;
    setting.read("alice.example.org").await.unwrap();
    setting
        .directory
        .add_account(BOB, &["alice.example.org"], PDS);
    setting.directory.point_handle("alice.example.org", BOB);
    setting.clock.advance(TimeDelta::minutes(11));
    let moved = setting
        .resolve("alice.example.org", Freshness::ForAuth)
        .await
        .unwrap();
    assert_eq!(moved.did.as_str(), BOB);
    let stored = setting
        .database
        .find_identity(&ALICE.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored.handle, None);
}

#[tokio::test]
async fn id_13_owners_are_spelled_as_oci_allows() {
    let setting = Setting::new().await;
    setting
        .directory
        .add_account("did:web:web.example.org", &[], PDS);
    for (component, did) in [
        ("alice.example.org", ALICE),
        ("did-plc-ewvi7nxzyoun6zhxrhs64oiz", ALICE),
        ("did-web_web.example.org", "did:web:web.example.org"),
    ] {
        let identity = setting
            .identities
            .resolve_owner(component, Freshness::ForReading)
            .await;
        assert_eq!(identity.unwrap().did.as_str(), did, "{component}");
    }
    for component in [
        "library",
        "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
        "did-plc-short",
        "",
        "a..b",
        "a/b",
    ] {
        let answer = setting
            .identities
            .resolve_owner(component, Freshness::ForReading)
            .await;
        assert_eq!(answer, Err(IdentityError::NotAnIdentifier), "{component}");
    }
}

#[tokio::test]
async fn fe_09_a_crowd_at_a_dead_name_makes_one_look_up() {
    let setting = Setting::new().await;
    let name: AtIdentifier = "nobody.example.org".parse().unwrap();
    let crowd = (0..10_000).map(|_| setting.identities.resolve(&name, Freshness::ForAuth));
    for answer in futures::future::join_all(crowd).await {
        assert!(
            matches!(answer, Err(IdentityError::HandleNotFound { .. })),
            "{answer:?}"
        );
    }
    assert_eq!(setting.directory.look_ups(), 1);
    setting.clock.advance(TimeDelta::seconds(31));
    setting.read("nobody.example.org").await.unwrap_err();
    assert_eq!(setting.directory.look_ups(), 2);
}

#[tokio::test]
async fn fe_09_pulls_outlive_a_directory_that_is_down_and_sign_ins_do_not() {
    let setting = Setting::new().await;
    setting.read("alice.example.org").await.unwrap();
    setting.directory.down.store(true, Ordering::SeqCst);
    setting.clock.advance(TimeDelta::hours(2));
    for identities in [setting.identities.clone(), setting.restarted()] {
        for name in ["alice.example.org", ALICE] {
            let name = name.parse().unwrap();
            let read = identities
                .resolve(&name, Freshness::ForReading)
                .await
                .unwrap();
            assert_eq!(read.did.as_str(), ALICE);
            let auth = identities.resolve(&name, Freshness::ForAuth).await;
            assert!(
                matches!(auth, Err(IdentityError::Unreachable { .. })),
                "{auth:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_handle_that_cannot_be_asked_for_is_kept_and_asked_again_soon() {
    let setting = Setting::new().await;
    setting.read(ALICE).await.unwrap();
    setting.directory.dns_down.store(true, Ordering::SeqCst);
    setting.clock.advance(TimeDelta::hours(2));
    let kept = setting.read(ALICE).await.unwrap();
    assert!(kept.handle.is_some());
    let asked = setting.directory.look_ups();
    setting.read(ALICE).await.unwrap();
    assert_eq!(setting.directory.look_ups(), asked);
    setting.clock.advance(TimeDelta::minutes(2));
    setting.read(ALICE).await.unwrap();
    assert!(setting.directory.look_ups() > asked);
}

#[tokio::test]
async fn a_restarted_server_reads_from_its_database() {
    let setting = Setting::new().await;
    let before = setting.read("alice.example.org").await.unwrap();
    let asked = setting.directory.look_ups();
    let name = "alice.example.org".parse().unwrap();
    let after = setting
        .restarted()
        .resolve(&name, Freshness::ForReading)
        .await
        .unwrap();
    assert_eq!(after, before);
    assert_eq!(setting.directory.look_ups(), asked);
}

#[tokio::test]
async fn id_12_what_is_forgotten_is_looked_up_again() {
    let setting = Setting::new().await;
    setting.read("alice.example.org").await.unwrap();
    setting.read(ALICE).await.unwrap();
    setting
        .directory
        .add_account(ALICE, &["alice.example.org"], "https://new.example.com");
    setting.identities.forget(&ALICE.parse().unwrap()).await;
    for name in ["alice.example.org", ALICE] {
        assert_eq!(
            setting.read(name).await.unwrap().pds.as_str(),
            "https://new.example.com/"
        );
    }
}
