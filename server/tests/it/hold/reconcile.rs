//! Owners who delete manifests past the registry, at the reference PDS.

use chrono::TimeDelta;
use serde_json::json;
use server::clock::Clock;
use server::jobs::reconcile_layers::{ReconcileError, Reconciliation};

use crate::harness::{Account, Engine, Image, Options, TestServer, image, network};
use crate::on_both_engines;

/// As it goes some hours after everything that was pushed.
fn later(server: &TestServer) -> Reconciliation {
    let clock = Clock::fixed(Clock::System.now() + TimeDelta::hours(3));
    Reconciliation {
        clock,
        ..server.state.reconciliation().unwrap()
    }
}

/// Deletes an image's manifest record at the PDS, as other software would.
async fn delete_record(account: &Account, image: &Image) {
    let access = network().pds_token(account).await;
    let record = json!({
        "repo": account.did,
        "collection": "io.atcr.manifest",
        "rkey": image.digest().hex(),
    });
    let delete = "com.atproto.repo.deleteRecord";
    network()
        .xrpc(&account.pds, delete, Some(&access), &record)
        .await;
}

on_both_engines! {
    async fn a_manifest_deleted_at_the_pds_takes_no_space(engine) {
        let account = network().new_account().await;
        let mut options = Options::new(engine);
        options.settings = vec![("HOLD_OWNER", account.did.clone())];
        let server = TestServer::start_with(options).await;
        let name = TestServer::repository_of(&account);
        let client = server.signed_in(&account, &name, "pull,push,delete").await;
        let (stays, goes) = (image(1), image(2));
        client.push_image(&name, "stays", &stays).await;
        client.push_image(&name, "goes", &goes).await;
        let owner = account.did.parse().unwrap();
        let usage = async || server.hold().load_usage(&owner).await.unwrap();
        let full = usage().await;

        // Nothing is gone, and what is gone since a moment ago may be about to be pushed again.
        assert_eq!(later(&server).reconcile(&owner).await.unwrap(), 0);
        delete_record(&account, &goes).await;
        assert_eq!(server.state.reconciliation().unwrap().reconcile(&owner).await.unwrap(), 0);
        assert_eq!(usage().await, full);

        assert_eq!(later(&server).reconcile_everybody().await.unwrap(), 1);
        let left = usage().await;
        assert!(left.bytes < full.bytes && left.bytes > 0, "{left:?} {full:?}");

        // The repo of a deactivated account looks empty, and says nothing.
        let access = network().xrpc(&account.pds, "com.atproto.server.createSession", None, &json!({
            "identifier": account.did, "password": account.password,
        })).await;
        let access = access["accessJwt"].as_str().unwrap().to_owned();
        let deactivate = "com.atproto.server.deactivateAccount";
        network().xrpc(&account.pds, deactivate, Some(&access), &json!({})).await;
        let refused = later(&server).reconcile(&owner).await;
        assert!(matches!(refused, Err(ReconcileError::Inactive)), "{refused:?}");
        assert_eq!(usage().await, left);
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_forgotten_while_nobody_can_be_asked() {
    let account = network().new_account().await;
    let mut options = Options::new(Engine::Sqlite);
    options.settings = vec![("HOLD_OWNER", account.did.clone())];
    options.clock = Clock::fixed(Clock::System.now());
    let clock = options.clock.clone();
    let server = TestServer::start_with(options).await;
    let name = TestServer::repository_of(&account);
    let image = image(1);
    let client = server.signed_in(&account, &name, "pull,push").await;
    client.push_image(&name, "v1", &image).await;
    delete_record(&account, &image).await;
    let owner = account.did.parse().unwrap();
    let before = server.hold().load_usage(&owner).await.unwrap();
    // Long enough that where the person is has to be asked again.
    clock.advance(TimeDelta::hours(3));
    let settings = vec![
        ("HOLD_OWNER", account.did.clone()),
        ("PLC_DIRECTORY_URL", "http://127.0.0.1:1".to_owned()),
    ];
    let alone = Box::pin(server.restart_with(settings)).await;
    let reconciliation = alone.state.reconciliation().unwrap();
    let refused = reconciliation.reconcile(&owner).await;
    assert!(
        matches!(refused, Err(ReconcileError::Identity(_))),
        "{refused:?}"
    );
    assert_eq!(reconciliation.reconcile_everybody().await.unwrap(), 0);
    let usage = alone.hold().load_usage(&owner).await.unwrap();
    assert_eq!(usage, before);
    alone.stop().await;
}
