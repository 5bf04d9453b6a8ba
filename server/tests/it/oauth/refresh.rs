//! Keeping sessions alive: one refresh at a time among all replicas, and nobody is signed out for no reason.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use serde_json::{Value, json};
use server::accounts::PdsSessionError;

use super::fake_server::FakeServer;
use super::signed_in_scene::{SignedInScene, until};
use crate::harness::{Engine, rounds};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_50_a_storm_at_expiry_on_two_replicas_is_one_refresh_each_time() {
    let scene = SignedInScene::new(Engine::Postgresql).await;
    let replica = scene.longshore.start_replica().await;
    let mut session = scene.session().await.unwrap();
    let rounds = rounds(8, 10_000);
    let (mut lost, started) = (0, std::time::Instant::now());
    for round in 1..=rounds {
        // Ahead of the end of the token on even rounds, after it on odd ones.
        scene
            .clock
            .advance(TimeDelta::minutes(if round % 2 == 0 { 59 } else { 61 }));
        let is_lost = round % 7 == 0;
        let lost_answers = usize::from(is_lost);
        scene
            .fake
            .lies
            .lost_answers
            .store(lost_answers, Ordering::SeqCst);
        // A hundred cost seconds, most of them for signatures; the long test does with fewer after a while.
        let callers = if round <= 100 { 100 } else { 10 };
        let many = (0..callers).map(|number| {
            let server = if number % 2 == 0 {
                &scene.longshore
            } else {
                &replica
            };
            scene.act_by(server, &session)
        });
        for outcome in futures::future::join_all(many).await {
            match outcome {
                Ok(()) => assert!(!is_lost),
                Err(PdsSessionError::SessionLost) => assert!(is_lost),
                Err(error) => assert!(is_lost && is_transient(&error), "{error:?}"),
            }
        }
        assert_eq!(scene.refreshes() as u64, round);
        assert!(scene.is_signed_in().await, "round {round}");
        if is_lost {
            // The person is who they were, and asked for the permission once more.
            lost += 1;
            scene.sign_in().await;
            session = scene.session().await.unwrap();
        }
        scene.fake.forget_seen();
    }
    assert_eq!(scene.replays(), lost);
    println!(
        "{rounds} rounds on two replicas in {:.0} s: {} refreshes, {lost} answers lost, nobody signed out",
        started.elapsed().as_secs_f32(),
        scene.refreshes(),
    );
    replica.stop().await;
}

fn is_transient(error: &PdsSessionError) -> bool {
    matches!(error, PdsSessionError::Pds(error) if error.is_transient())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_50_a_process_that_dies_while_it_refreshes_is_followed_by_another() {
    let scene = SignedInScene::new(Engine::Postgresql).await;
    let session = scene.session().await.unwrap();
    scene.clock.advance(TimeDelta::minutes(61));
    scene.fake.lies.hanging.store(true, Ordering::SeqCst);
    let asked = scene.fake.seen("/oauth/token").len();
    // The replica has a runtime of its own, with which everything that it does dies.
    let (longshore, did, clock) = (&scene.longshore, scene.did(), scene.clock.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let replica = longshore.start_replica().await;
    let sessions = replica.state.sessions.clone();
    let doomed = session.clone();
    runtime.spawn(async move {
        let pds = sessions.open(&doomed, &did).await.unwrap();
        let until = clock.now() + TimeDelta::seconds(60);
        pds.get_service_auth("did:web:h.example.com", "io.atcr.hold.getQuota", until)
            .await
    });
    until(|| scene.fake.seen("/oauth/token").len() > asked).await;
    runtime.shutdown_background();
    scene.fake.lies.hanging.store(false, Ordering::SeqCst);
    // Its claim stands for half a minute, and then somebody else goes on.
    scene.clock.advance(TimeDelta::seconds(31));
    scene.act(&session).await.unwrap();
    assert_eq!((scene.refreshes(), scene.replays()), (1, 0));
    assert!(scene.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_50_a_lost_answer_signs_nobody_out_and_one_more_consent_mends_it() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let session = scene.session().await.unwrap();
    scene.clock.advance(TimeDelta::minutes(61));
    scene.fake.lies.lost_answers.store(1, Ordering::SeqCst);
    let outcome = scene.act(&session).await;
    assert!(matches!(outcome, Err(PdsSessionError::Pds(error)) if error.is_transient()));
    assert!(scene.is_signed_in().await);
    // The server sees the token a second time, and ends the session on its side.
    let outcome = scene.act(&session).await;
    assert!(
        matches!(outcome, Err(PdsSessionError::SessionLost)),
        "{outcome:?}"
    );
    assert!(scene.is_signed_in().await, "the person is who they were");
    assert_eq!(
        scene.session().await,
        None,
        "and is asked again when it is needed"
    );
    scene.sign_in().await;
    let session = scene.session().await.unwrap();
    scene.act(&session).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_51_an_hour_of_trouble_at_the_server_signs_nobody_out() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let session = scene.session().await.unwrap();
    scene.clock.advance(TimeDelta::minutes(61));
    for (status, body) in [(500, "trouble"), (503, ""), (429, "{}"), (502, "<html>")] {
        scene
            .fake
            .canned("/oauth/token", status, "text/plain", body);
        let outcome = scene.act(&session).await;
        assert!(
            matches!(outcome, Err(PdsSessionError::Pds(error)) if error.is_transient()),
            "{status}"
        );
        scene.clock.advance(TimeDelta::minutes(15));
        assert!(scene.is_signed_in().await, "{status}");
    }
    scene.fake.lies.answers.lock().unwrap().clear();
    scene.act(&session).await.unwrap();
    assert_eq!((scene.refreshes(), scene.replays()), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_51_and_oa_53_a_session_that_the_person_revoked_ends_here_too() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let session = scene.session().await.unwrap();
    scene.fake.revoke_everything();
    // Before its time is over: the PDS refuses the token, and the refresh says why.
    let outcome = scene.act(&session).await;
    assert!(
        matches!(outcome, Err(PdsSessionError::SessionEnded)),
        "{outcome:?}"
    );
    assert!(!scene.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_52_an_account_that_moved_or_became_another_one_has_no_session_here_any_more() {
    let moved = SignedInScene::new(Engine::Sqlite).await;
    let elsewhere = FakeServer::start(&moved.clock).await;
    let session = moved.session().await.unwrap();
    let pds_of = &moved.fake.lies.pds_of;
    pds_of
        .lock()
        .unwrap()
        .insert(moved.account.did.clone(), elsewhere.origin.clone());
    moved.clock.advance(TimeDelta::minutes(61));
    let outcome = moved.act(&session).await;
    assert!(
        matches!(outcome, Err(PdsSessionError::SessionEnded)),
        "{outcome:?}"
    );
    assert_eq!(
        moved.refreshes(),
        0,
        "the old server gets no token any more"
    );
    assert!(!moved.is_signed_in().await);

    let other = SignedInScene::new(Engine::Sqlite).await;
    let session = other.session().await.unwrap();
    other
        .fake
        .set_token_field("sub", json!(other.fake.new_account().did));
    other.clock.advance(TimeDelta::minutes(61));
    let outcome = other.act(&session).await;
    assert!(
        matches!(outcome, Err(PdsSessionError::SessionEnded)),
        "{outcome:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_keeps_the_refresh_token_is_asked_with_it_again() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    scene.fake.set_token_field("refresh_token", Value::Null);
    let session = scene.session().await.unwrap();
    scene.clock.advance(TimeDelta::minutes(61));
    scene.act(&session).await.unwrap();
    assert!(scene.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_keeps_what_access_tokens_use() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let session = scene.session().await.unwrap();
    let oauth = &scene.longshore.state.oauth;
    oauth.keep_for_tokens(&session).await.unwrap();
    scene.browser.post_signed_in("/sign-out", &[]).await;
    assert!(!scene.is_signed_in().await);
    scene.act(&session).await.unwrap();
    oauth.release_tokens_of(&scene.did()).await.unwrap();
    let outcome = scene.act(&session).await;
    assert!(
        matches!(outcome, Err(PdsSessionError::SessionEnded)),
        "{outcome:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bf_07_a_browser_that_was_not_used_for_long_is_signed_out() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    for _ in 0..6 {
        scene.clock.advance(TimeDelta::days(29));
        assert!(scene.is_signed_in().await, "it is used");
    }
    scene.clock.advance(TimeDelta::days(7));
    assert!(!scene.is_signed_in().await, "half a year after signing in");
    scene.sign_in().await;
    scene.clock.advance(TimeDelta::days(31));
    assert!(!scene.is_signed_in().await, "a month without use");
}
