//! Logins and the sessions behind them: refreshed once, ended only when the PDS says so.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures::future::join_all;
use http::StatusCode;

use super::{FakeNetwork, Fault, fixed_clock};
use crate::harness::{Engine, TestServer, image};
use crate::on_both_engines;

on_both_engines! {
    async fn a_token_that_expires_in_the_middle_of_a_push_is_renewed_once(engine) {
        let fake = FakeNetwork::start(&fixed_clock()).await;
        let server = TestServer::start_with(fake.options(engine)).await;
        let name = TestServer::repository_of(&fake.account);
        let owner = fake.owner_of(&server, &name).await;
        let image = image(1);
        for content in image.blobs() {
            owner.push_blob(&name, content).await;
        }
        fake.expire_access_tokens();
        owner.put_manifest(&name, "v1", image.media_type, &image.manifest).await.expect(StatusCode::CREATED);
        assert_eq!(fake.calls("refreshSession"), 1);
        assert_eq!(fake.calls("createSession"), 1);
        server.stop().await;
    }

    async fn oa_50_twenty_pushes_at_expiry_make_one_refresh(engine) {
        let fake = FakeNetwork::start(&fixed_clock()).await;
        let server = TestServer::start_with(fake.options(engine)).await;
        let name = TestServer::repository_of(&fake.account);
        let owner = fake.owner_of(&server, &name).await;
        let images: Vec<_> = (0..20).map(|_| image(1)).collect();
        for image in &images {
            for content in image.blobs() {
                owner.push_blob(&name, content).await;
            }
        }
        fake.expire_access_tokens();
        let pushes = images.iter().enumerate().map(|(number, image)| {
            let (owner, name) = (owner.clone(), name.clone());
            async move { owner.put_manifest(&name, &format!("v{number}"), image.media_type, &image.manifest).await }
        });
        for answer in join_all(pushes).await {
            answer.expect(StatusCode::CREATED);
        }
        assert_eq!(fake.calls("refreshSession"), 1);
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_logins_with_one_password_open_one_session() {
    let fake = FakeNetwork::start(&fixed_clock()).await;
    let server = fake.server().await;
    let nobody = server.nobody();
    let logins = (0..20).map(|_| nobody.ask_token(Some(&fake.account), &[]));
    for answer in join_all(logins).await {
        answer.expect(StatusCode::OK);
    }
    assert_eq!(fake.calls("createSession"), 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_revoked_app_password_the_next_push_says_to_log_in_again() {
    let fake = FakeNetwork::start(&fixed_clock()).await;
    let server = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let owner = fake.owner_of(&server, &name).await;
    let image = image(1);
    for content in image.blobs() {
        owner.push_blob(&name, content).await;
    }
    fake.revoke_app_password();
    let answer = owner
        .put_manifest(&name, "v1", image.media_type, &image.manifest)
        .await;
    answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    assert!(answer.text().contains("log in again"), "{}", answer.text());
    assert!(answer.header("www-authenticate").contains("/auth/token"));
    // What docker does next: ask for another token, with the password it has.
    let login = server.nobody().ask_token(Some(&fake.account), &[]).await;
    login.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    // The login is over for reading too.
    owner
        .get(&format!("/v2/{name}/manifests/v1"))
        .await
        .expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_51_a_refresh_that_fails_for_a_while_does_not_end_the_session() {
    let clock = fixed_clock();
    let fake = FakeNetwork::start(&clock).await;
    let server = fake.server().await;
    let name = TestServer::repository_of(&fake.account);
    let owner = fake.owner_of(&server, &name).await;
    let image = image(1);
    for content in image.blobs() {
        owner.push_blob(&name, content).await;
    }
    fake.expire_access_tokens();
    for fault in [
        Fault::HangUp,
        Fault::Status(502),
        Fault::Nonsense,
        Fault::Error(429, "RateLimitExceeded"),
    ] {
        fake.break_method("refreshSession", fault);
        let answer = owner
            .put_manifest(&name, "v1", image.media_type, &image.manifest)
            .await;
        assert!(
            [
                StatusCode::SERVICE_UNAVAILABLE,
                StatusCode::TOO_MANY_REQUESTS
            ]
            .contains(&answer.status),
            "{fault:?}: {} {}",
            answer.status,
            answer.text()
        );
    }
    fake.repair();
    // It asked to slow down, and is left alone for so long.
    clock.advance(TimeDelta::seconds(31));
    owner
        .put_manifest(&name, "v1", image.media_type, &image.manifest)
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(fake.calls("createSession"), 1, "nobody had to log in again");
    server.stop().await;
}

/// Every failure of a login: its status, and what the person reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_at_a_pds_that_fails_says_whose_fault_it_is() {
    let clock = fixed_clock();
    let fake = FakeNetwork::start(&clock).await;
    let server = fake.server().await;
    let unavailable = (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE");
    let unauthorized = (StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    let table = [
        (Fault::HangUp, unavailable, "cannot be reached"),
        (Fault::BreakOff, unavailable, "personal data server"),
        (Fault::Status(500), unavailable, "status 500"),
        (Fault::Nonsense, unavailable, "makes no sense"),
        (Fault::WrongShape, unavailable, "makes no sense"),
        (Fault::Huge, unavailable, "makes no sense"),
        (Fault::Redirect, unavailable, "makes no sense"),
        (Fault::WrongDid, unauthorized, "another account"),
        (
            Fault::Error(401, "AuthFactorTokenRequired"),
            unauthorized,
            "app password",
        ),
        (
            Fault::Error(401, "AccountTakedown"),
            unauthorized,
            "not active",
        ),
        (
            Fault::Error(429, "RateLimitExceeded"),
            (StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS"),
            "limits sign-ins",
        ),
    ];
    for (fault, (status, code), words) in table {
        fake.break_method("createSession", fault);
        let answer = server.nobody().ask_token(Some(&fake.account), &[]).await;
        answer.expect_error(status, code);
        assert!(
            answer.text().contains(words),
            "{fault:?}: {}",
            answer.text()
        );
    }
    fake.repair();
    clock.advance(TimeDelta::seconds(31));
    server
        .nobody()
        .ask_token(Some(&fake.account), &[])
        .await
        .expect(StatusCode::OK);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_at_a_pds_that_never_answers_ends_within_the_time_limit() {
    let fake = FakeNetwork::start(&fixed_clock()).await;
    let server = fake.server().await;
    fake.break_method("createSession", Fault::Hang);
    let started = Instant::now();
    let answer = server.nobody().ask_token(Some(&fake.account), &[]).await;
    answer.expect_error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE");
    assert!(
        started.elapsed() < Duration::from_secs(15),
        "{:?}",
        started.elapsed()
    );
    server.stop().await;
}

/// ID-03, ID-04: the directory's word about another DID is no word about this one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn id_03_a_document_of_another_did_signs_nobody_in() {
    let fake = FakeNetwork::start(&fixed_clock()).await;
    let server = fake.server().await;
    fake.break_method("plc", Fault::WrongDid);
    let answer = server.nobody().ask_token(Some(&fake.account), &[]).await;
    answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    assert_eq!(fake.calls("createSession"), 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_23_an_account_password_is_refused_without_being_sent() {
    let fake = FakeNetwork::start(&fixed_clock()).await;
    let server = fake.server().await;
    let account = crate::harness::Account {
        app_password: fake.account.password.clone(),
        ..fake.account.clone()
    };
    let answer = server.nobody().ask_token(Some(&account), &[]).await;
    answer.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    assert!(
        answer.text().contains("nor an app password"),
        "{}",
        answer.text()
    );
    assert!(!answer.text().contains(&account.password));
    assert_eq!(fake.calls("createSession"), 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_08_a_token_is_dead_when_the_handle_moves_to_somebody_else() {
    let clock = fixed_clock();
    let fake = FakeNetwork::start(&clock).await;
    let mut options = fake.options(Engine::Sqlite);
    options
        .settings
        .push(("REGISTRY_TOKEN_LIFETIME_SECONDS", "3600".to_owned()));
    let server = TestServer::start_with(options).await;
    let name = TestServer::repository_of(&fake.account);
    let owner = fake.owner_of(&server, &name).await;
    let image = image(1);
    owner.push_image(&name, "v1", &image).await;

    fake.give_handle_away();
    clock.advance(TimeDelta::minutes(11));
    let uploads = format!("/v2/{name}/blobs/uploads/");
    let push = owner.send(http::Method::POST, &uploads, &[], "").await;
    push.expect_error(StatusCode::FORBIDDEN, "DENIED");
    let delete = owner
        .delete(&format!("/v2/{name}/manifests/{}", image.digest()))
        .await;
    delete.expect_error(StatusCode::FORBIDDEN, "DENIED");
    server.stop().await;
}
