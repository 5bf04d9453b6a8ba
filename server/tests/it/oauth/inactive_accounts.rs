//! Accounts that are gone, or have gone elsewhere: within a minute nothing acts for them here any more.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use server::accounts::access_tokens::{
    AccessScopes, AccessTokenKind, CreatedAccessToken, NewAccessToken,
};
use server::clock::Clock;

use super::browser::Browser;
use super::fake_server::FakeServer;
use super::sign_in;
use super::signed_in_scene::SignedInScene;
use crate::harness::{Answer, Engine, Options, TestServer, http, network};

/// An access token for all that an account may do with its own images.
async fn access_token(server: &TestServer, did: &str) -> CreatedAccessToken {
    let did = did.parse().unwrap();
    let new = NewAccessToken {
        kind: AccessTokenKind::Device,
        name: "laptop".to_owned(),
        scopes: AccessScopes::of_device(&did),
        lifetime: TimeDelta::days(30),
    };
    server.state.access_tokens.create(&did, new).await.unwrap()
}

/// `docker login`.
async fn log_in(server: &TestServer, username: &str, token: &CreatedAccessToken) -> Answer {
    let basic = STANDARD.encode(format!("{username}:{}", token.secret.expose_secret()));
    let basic = format!("Basic {basic}");
    server
        .nobody()
        .send(Method::GET, "/auth/token", &[("authorization", &basic)], "")
        .await
}

async fn use_registry(server: &TestServer, login: &Answer) -> StatusCode {
    let token = login.json()["token"].as_str().unwrap().to_owned();
    server.nobody().with_token(token).get("/v2/").await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_56_an_account_that_is_deactivated_at_the_reference_loses_sessions_and_tokens() {
    let clock = Clock::fixed(Clock::System.now());
    let mut options = Options::new(Engine::Postgresql);
    options.clock = clock.clone();
    let server = TestServer::start_with(options).await;
    let replica = server.start_replica().await;
    let account = network().new_account().await;
    let browser = Browser::new(&server);
    sign_in(&browser, &account, &[]).await;
    let token = access_token(&server, &account.did).await;
    let login = log_in(&server, &account.handle, &token).await;
    assert_eq!(use_registry(&replica, &login).await, StatusCode::OK);

    let access = network().full_pds_token(&account).await;
    let nothing = serde_json::json!({});
    network()
        .xrpc(
            &account.pds,
            "com.atproto.server.deactivateAccount",
            Some(&access),
            &nothing,
        )
        .await;
    clock.advance(TimeDelta::seconds(60));
    assert_eq!(
        use_registry(&replica, &login).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(browser.signed_in_as().await, None);
    let refused = log_in(&server, &account.handle, &token).await;
    refused.expect(StatusCode::UNAUTHORIZED);
    let did = account.did.parse().unwrap();
    assert!(
        server
            .state
            .access_tokens
            .list(&did)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(server.state.browsers.list(&did).await.unwrap(), []);

    // Whoever comes back signs in anew, at once.
    let url = format!("{}/xrpc/com.atproto.server.activateAccount", account.pds);
    let activated = http().post(url).bearer_auth(&access).send().await.unwrap();
    assert!(activated.status().is_success(), "{activated:?}");
    sign_in(&browser, &account, &[]).await;
    assert_eq!(browser.signed_in_as().await, Some(account.handle.clone()));
    log_in(&server, &account.handle, &token)
        .await
        .expect(StatusCode::UNAUTHORIZED);
    replica.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_56_whatever_became_of_an_account_it_ends_within_a_minute_of_use() {
    for status in ["deactivated", "takendown", "suspended", "deleted", "gone"] {
        let scene = SignedInScene::new(Engine::Sqlite).await;
        let did = scene.account.did.clone();
        let token = access_token(&scene.longshore, &did).await;
        let login = log_in(&scene.longshore, &scene.account.handle, &token).await;
        scene.fake.lies.inactive.lock().unwrap().insert(did, status);
        scene.clock.advance(TimeDelta::seconds(60));
        assert_eq!(
            use_registry(&scene.longshore, &login).await,
            StatusCode::UNAUTHORIZED
        );
        assert!(!scene.is_signed_in().await, "{status}");
        assert_eq!(scene.session().await, None, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_51_a_pds_that_does_not_know_or_answer_ends_nothing() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let path = "/xrpc/com.atproto.sync.getRepoStatus";
    for (status, body) in [
        (500, "trouble"),
        (501, "{\"error\":\"MethodNotImplemented\"}"),
        (404, "<html>"),
        (200, "{\"active\":\"no\"}"),
        (429, "{}"),
    ] {
        scene.fake.canned(path, status, "application/json", body);
        scene.clock.advance(TimeDelta::seconds(60));
        assert!(scene.is_signed_in().await, "{status} {body}");
    }
    assert!(scene.session().await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_in_use_is_asked_about_a_few_times_a_minute_and_no_more() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let asked = || {
        scene
            .fake
            .seen("/xrpc/com.atproto.sync.getRepoStatus")
            .len()
    };
    let before = asked();
    for _ in 0..60 {
        scene.clock.advance(TimeDelta::seconds(1));
        assert!(scene.is_signed_in().await);
    }
    assert!(
        (1..=3).contains(&(asked() - before)),
        "{}",
        asked() - before
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_52_and_bf_04_a_move_to_another_pds_ends_what_the_old_one_granted() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let elsewhere = FakeServer::start(&scene.clock).await;
    let did = scene.account.did.clone();
    let token = access_token(&scene.longshore, &did).await;
    let session = scene.session().await.unwrap();
    scene.act(&session).await.unwrap();
    let old = "/xrpc/com.atproto.server.getServiceAuth";
    let sent = scene.fake.seen(old).len();
    for lies in [&scene.fake.lies, &elsewhere.lies] {
        let mut pds_of = lies.pds_of.lock().unwrap();
        pds_of.insert(did.clone(), elsewhere.origin.clone());
    }
    scene.clock.advance(TimeDelta::seconds(60));
    // The first request finds out.
    scene.is_signed_in().await;
    assert!(!scene.is_signed_in().await);
    assert_eq!(scene.session().await, None);
    assert!(scene.act(&session).await.is_err());
    assert_eq!(
        scene.fake.seen(old).len(),
        sent,
        "no token went to the old host"
    );
    let login = log_in(&scene.longshore, &scene.account.handle, &token).await;
    login.expect(StatusCode::OK);
    assert_eq!(
        use_registry(&scene.longshore, &login).await,
        StatusCode::OK,
        "the person is who they were"
    );
}
