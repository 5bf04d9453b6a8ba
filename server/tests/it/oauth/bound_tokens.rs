//! Tokens of PDSes on their way out: with a proof of their key, once for each request that is carried out, and not to a
//! PDS that asked to be left alone for a while.

use bytes::Bytes;
use chrono::TimeDelta;
use http::StatusCode;
use server::accounts::PdsSessionError;
use server::accounts::oauth::Permission;
use server::clients::pds::PdsError;

use super::browser::Browser;
use super::signed_in_scene::SignedInScene;
use crate::harness::Engine;

const SERVICE_AUTH: &str = "/xrpc/com.atproto.server.getServiceAuth";
const UPLOAD_BLOB: &str = "/xrpc/com.atproto.repo.uploadBlob";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dp_06_bytes_that_are_sent_twice_for_a_nonce_are_the_same_and_taken_once() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let session = scene.session().await.unwrap();
    scene.act(&session).await.unwrap();
    // The server's nonce has changed, which it says only when the bytes are there.
    scene.clock.advance(TimeDelta::minutes(6));
    let bytes = Bytes::from(vec![7; 300_000]);
    let sessions = &scene.longshore.state.sessions;
    let pds = sessions.open(&session, &scene.did()).await.unwrap();
    let blob = pds
        .upload_blob("application/octet-stream", bytes.clone())
        .await
        .unwrap();
    assert_eq!(blob.size, 300_000);
    let sent = scene.fake.seen(UPLOAD_BLOB);
    assert_eq!(sent.len(), 2, "refused for its nonce, and sent once more");
    assert!(
        sent.iter().all(|seen| seen.body == bytes),
        "whole each time"
    );
    assert_eq!(*scene.fake.lies.blobs.lock().unwrap(), [bytes]);

    // A refusal of any other kind is not tried again by itself.
    scene
        .fake
        .canned(UPLOAD_BLOB, 503, "text/plain", "trouble after all");
    let refused = pds
        .upload_blob("application/octet-stream", Bytes::from_static(b"x"))
        .await;
    assert!(refused.is_err());
    assert_eq!(scene.fake.seen(UPLOAD_BLOB).len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dp_08_a_token_never_goes_out_as_bearer_or_without_a_proof() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let session = scene.session().await.unwrap();
    scene.act(&session).await.unwrap();
    // A server that would have it the other way is not given it the other way.
    for (status, body) in [
        (
            401,
            r#"{"error":"invalid_token","error_description":"use Bearer"}"#,
        ),
        (400, r#"{"error":"invalid_dpop_proof"}"#),
        (
            401,
            r#"{"error":"AuthMissing","message":"Authorization: Bearer"}"#,
        ),
    ] {
        scene
            .fake
            .canned(SERVICE_AUTH, status, "application/json", body);
        scene.act(&session).await.unwrap_err();
    }
    let seen = scene.fake.lies.seen.lock().unwrap();
    let with_token: Vec<_> = seen
        .iter()
        .filter(|seen| seen.headers.contains_key("authorization"))
        .collect();
    assert!(with_token.len() > 3, "{}", with_token.len());
    for seen in with_token {
        let value = seen.headers["authorization"].to_str().unwrap();
        assert!(value.starts_with("DPoP secret-access-"), "{}", seen.path);
        assert!(seen.headers.contains_key("dpop"), "{}", seen.path);
    }
}

/// What somebody's session is told by a PDS that wants to be left alone: in how many seconds to come back.
#[track_caller]
fn told_to_wait(outcome: &Result<(), PdsSessionError>) -> u64 {
    let Err(PdsSessionError::Pds(PdsError::RateLimited { retry_after })) = outcome else {
        panic!("{outcome:?}");
    };
    retry_after.expect("how long is known").as_secs()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bf_15_a_pds_that_asks_to_slow_down_is_asked_again_when_it_said() {
    let scene = SignedInScene::of_a_captain(&[Permission::Push, Permission::Settings]).await;
    let session = scene.session().await.unwrap();
    let asked = || scene.fake.seen(SERVICE_AUTH).len();
    *scene.fake.lies.retry_after.lock().unwrap() = Some("120");
    scene
        .fake
        .canned(SERVICE_AUTH, 429, "application/json", "{}");
    assert_eq!(told_to_wait(&scene.act(&session).await), 120);
    let once = asked();
    scene.clock.advance(TimeDelta::seconds(20));
    let storm = futures::future::join_all((0..200).map(|_| scene.act(&session))).await;
    assert!(storm.iter().all(|outcome| told_to_wait(outcome) == 100));
    assert_eq!(asked(), once, "nobody bothered the server meanwhile");

    // The person sees why.
    let saved = scene
        .browser
        .post_signed_in("/settings", &[("default_hold", "")])
        .await;
    assert_eq!(saved.location(), "/settings?outcome=too-many-requests");
    let page = scene.browser.get(&saved.location()).await.text;
    assert!(page.contains("asks to wait"), "{page}");

    // What is limited for one account holds up no other one.
    let other = scene.fake.new_account();
    let browser = Browser::new(&scene.longshore);
    let page = browser.begin(&other.handle, &[("allow", "push")]).await;
    browser
        .come_back(&scene.fake.agree(&page, &other.did))
        .await;
    scene.fake.lies.answers.lock().unwrap().clear();
    let (state, did) = (&scene.longshore.state, other.did.parse().unwrap());
    let others = state.oauth.find_session_for(&did, Permission::Push).await;
    let others = others.unwrap().unwrap();
    let pds = state.sessions.open(&others, &did).await.unwrap();
    let until = scene.clock.now() + TimeDelta::seconds(60);
    pds.get_service_auth("did:web:h.example.com", "io.atcr.hold.getQuota", until)
        .await
        .unwrap();
    assert_eq!(told_to_wait(&scene.act(&session).await), 100);

    scene.clock.advance(TimeDelta::seconds(101));
    scene.act(&session).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bf_15_a_pds_that_limits_this_server_is_left_alone_by_everybody() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let session = scene.session().await.unwrap();
    let record = "/xrpc/com.atproto.repo.getRecord";
    scene.fake.canned(record, 429, "application/json", "{}");
    let profiles = &scene.longshore.state.profiles;
    profiles.load(&scene.did()).await.unwrap_err();
    let (records, tokens) = (
        scene.fake.seen(record).len(),
        scene.fake.seen(SERVICE_AUTH).len(),
    );
    // It did not say for how long.
    assert_eq!(told_to_wait(&scene.act(&session).await), 30);
    profiles.load(&scene.did()).await.unwrap_err();
    assert_eq!(scene.fake.seen(record).len(), records);
    assert_eq!(scene.fake.seen(SERVICE_AUTH).len(), tokens);
    let page = scene.browser.get("/settings").await;
    assert_eq!(page.status, StatusCode::OK, "and nobody is signed out");
    scene.fake.lies.answers.lock().unwrap().clear();
    scene.clock.advance(TimeDelta::seconds(31));
    scene.act(&session).await.unwrap();
}
