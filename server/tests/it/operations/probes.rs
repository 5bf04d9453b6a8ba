//! `/health` and `/ready`.

use http::StatusCode;
use serde_json::json;

use crate::harness::{Engine, TestServer};
use crate::on_both_databases;

on_both_databases! {
    async fn a_server_that_works_is_healthy_and_ready(server) {
        let health = server.nobody().get("/health").await;
        assert_eq!(health.expect(StatusCode::OK).text(), "ok\n");
        let ready = server.nobody().get("/ready").await;
        assert_eq!(ready.expect(StatusCode::OK).json(), json!({ "ready": true, "failing": [] }));
        for answer in [health, ready] {
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ready_names_the_blob_store_when_its_folder_is_gone() {
    let server = TestServer::start(Engine::Sqlite).await;
    let blobs = server.folder.join("blobs");
    std::fs::remove_dir_all(&blobs).unwrap();
    std::fs::write(&blobs, "a file where the folder was").unwrap();
    let ready = server.nobody().get("/ready").await;
    ready.expect(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        ready.json(),
        json!({ "ready": false, "failing": ["blob_store"] })
    );
    // Restarting would not help, so the process is healthy.
    server.nobody().get("/health").await.expect(StatusCode::OK);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ready_names_the_database_when_it_is_gone() {
    let server = TestServer::start(Engine::Postgresql).await;
    server.drop_postgresql_database().await;
    let ready = server.nobody().get("/ready").await;
    ready.expect(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        ready.json(),
        json!({ "ready": false, "failing": ["database"] })
    );
    assert!(!ready.text().contains("postgres"), "{}", ready.text());
    server.nobody().get("/health").await.expect(StatusCode::OK);
    let tags = server
        .nobody()
        .get(&format!("/v2/{}/tags/list", server.repository()))
        .await;
    assert!(tags.status.is_server_error());
    assert!(
        !tags.text().contains("sql") && !tags.text().contains("postgres"),
        "{}",
        tags.text()
    );
    server.stop().await;
}
