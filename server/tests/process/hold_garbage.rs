//! `longshore hold gc`, beside a running server and without one.

use ::http::StatusCode;
use serde_json::{Value, json};

use crate::cli::said;
use crate::harness::{Installation, network, new_postgresql_database};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_over_sqlite_frees_for_the_command_what_nothing_uses() {
    let installation = tokio::task::spawn_blocking(Installation::new)
        .await
        .unwrap();
    let log = check(&installation).await;
    assert!(log.contains("collected garbage on demand"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_a_server_over_postgresql_the_command_frees_by_itself() {
    let installation = tokio::task::spawn_blocking(Installation::new)
        .await
        .unwrap();
    let installation = installation.with("DATABASE_URL", new_postgresql_database().await);
    let log = check(&installation).await;
    assert!(!log.contains("collected garbage on demand"));
}

/// Frees a blob beside a running server and without one. Returns what the server logged.
async fn check(installation: &Installation) -> String {
    let gc = |options: &str| {
        let line = format!("hold gc --grace-minutes 0{options}");
        said(&installation.run(&line.split(' ').collect::<Vec<_>>()), 0)
    };
    let report = |options: &str| serde_json::from_str::<Value>(&gc(options)).unwrap();

    let server = installation.start();
    let name = format!("{}/garbage", network().alice.handle);
    let scope = format!("repository:{name}:pull,push");
    let alice = server
        .nobody()
        .signed_in(Some(&network().alice), &[&scope])
        .await;
    let digest = alice.push_blob(&name, b"no manifest follows").await;
    let blob = format!("/v2/{name}/blobs/{digest}");
    alice.head(&blob).await.expect(StatusCode::OK);

    let amount = json!({ "blobs": 1, "bytes": 19 });
    let dry = report(" --dry-run --json");
    assert_eq!(
        (&dry["quarantined"], &dry["dryRun"]),
        (&amount, &json!(true))
    );
    alice.head(&blob).await.expect(StatusCode::OK);

    // The server that remembers the blob is the one that puts it away.
    let said = gc("");
    assert!(said.starts_with("Freed 0 B.\nlater\t1\t19 B\t"), "{said}");
    alice.head(&blob).await.expect(StatusCode::NOT_FOUND);
    let log = server.log();
    server.stop().expect_success();

    let freed = report(" --json");
    assert_eq!(
        (&freed["removed"], &freed["freedBytes"]),
        (&amount, &json!(19))
    );
    assert_eq!(gc(""), "Freed 0 B.\n");
    let server = installation.start();
    alice.push_blob(&name, b"no manifest follows").await;
    alice.head(&blob).await.expect(StatusCode::OK);
    server.stop().expect_success();
    log
}
