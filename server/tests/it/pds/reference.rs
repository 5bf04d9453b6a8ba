//! The reference PDS: what its owner sees after revoking an app password or deactivating the account.

use chrono::TimeDelta;
use http::StatusCode;
use serde_json::json;

use super::fixed_clock;
use crate::harness::{Account, Client, Engine, Options, TestServer, image, network};

/// A captain of their own, on a server whose time the test moves.
async fn server_of_a_new_account() -> (TestServer, Account, server::clock::Clock) {
    let account = network().new_account().await;
    let clock = fixed_clock();
    let mut options = Options::new(Engine::Sqlite);
    options.clock = clock.clone();
    options.settings = vec![("HOLD_OWNER", account.did.clone())];
    (TestServer::start_with(options).await, account, clock)
}

async fn account_session(account: &Account) -> String {
    let input = json!({ "identifier": account.did, "password": account.password });
    let session = network()
        .xrpc(
            &account.pds,
            "com.atproto.server.createSession",
            None,
            &input,
        )
        .await;
    session["accessJwt"].as_str().unwrap().to_owned()
}

async fn push(client: &Client, name: &str) -> crate::harness::Answer {
    let image = image(1);
    for content in image.blobs() {
        client.push_blob(name, content).await;
    }
    client
        .put_manifest(name, "v1", image.media_type, &image.manifest)
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_app_password_stops_logins_within_ten_minutes() {
    let (server, account, clock) = server_of_a_new_account().await;
    let name = TestServer::repository_of(&account);
    let owner = server.signed_in(&account, &name, "pull,push").await;
    push(&owner, &name).await.expect(StatusCode::CREATED);

    let access = account_session(&account).await;
    let revoked = json!({ "name": "test" });
    network()
        .xrpc(
            &account.pds,
            "com.atproto.server.revokeAppPassword",
            Some(&access),
            &revoked,
        )
        .await;
    clock.advance(TimeDelta::minutes(11));
    let login = server.nobody().ask_token(Some(&account), &[]).await;
    login.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    assert!(login.text().contains("password"), "{}", login.text());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deactivated_account_neither_pushes_nor_logs_in_and_is_told_why() {
    let (server, account, clock) = server_of_a_new_account().await;
    let name = TestServer::repository_of(&account);
    let owner = server.signed_in(&account, &name, "pull,push").await;
    push(&owner, &name).await.expect(StatusCode::CREATED);

    let access = account_session(&account).await;
    network()
        .xrpc(
            &account.pds,
            "com.atproto.server.deactivateAccount",
            Some(&access),
            &json!({}),
        )
        .await;
    let refused = push(&owner, &name).await;
    refused.expect_error(StatusCode::FORBIDDEN, "DENIED");
    assert!(refused.text().contains("not active"), "{}", refused.text());

    clock.advance(TimeDelta::minutes(11));
    // By DID: the handles of inactive accounts do not resolve at their PDS.
    let by_did = Account {
        handle: account.did.clone(),
        ..account
    };
    let login = server.nobody().ask_token(Some(&by_did), &[]).await;
    login.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    assert!(login.text().contains("not active"), "{}", login.text());
    server.stop().await;
}
