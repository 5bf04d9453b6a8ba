//! Logins of devices over HTTP, as `docker-credential-longshore` makes them, with a clock that only the test moves.

use chrono::TimeDelta;
use http::{Method, StatusCode};
use oci::Action;
use serde_json::Value;
use server::accounts::access_tokens::{AccessScopes, AccessTokenKind, PatternOwner};
use server::accounts::device_login::{Decision, UserCode};
use server::clock::Clock;

use super::browser::Browser;
use crate::harness::{Answer, Engine, Options, TestServer, network};
use crate::on_both_engines;

const DEVICE_CODE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn with_fixed_clock(engine: Engine) -> (TestServer, Clock) {
    let clock = Clock::fixed(Clock::System.now());
    let mut options = Options::new(engine);
    options.clock = clock.clone();
    (TestServer::start_with(options).await, clock)
}

async fn post(server: &TestServer, path: &str, form: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    server
        .nobody()
        .send(Method::POST, path, &headers, body)
        .await
}

async fn begin(server: &TestServer) -> Value {
    let form = [
        ("client_id", "docker-credential-longshore"),
        ("client_version", "0.1.0"),
        ("device_name", "desk"),
    ];
    let answer = post(server, "/auth/device", &form).await;
    assert_eq!(
        answer.expect(StatusCode::OK).header("cache-control"),
        "no-store"
    );
    answer.json()
}

async fn poll(server: &TestServer, begun: &Value) -> Answer {
    let form = [
        ("grant_type", DEVICE_CODE_GRANT),
        ("client_id", "docker-credential-longshore"),
        ("device_code", begun["device_code"].as_str().unwrap()),
    ];
    post(server, "/auth/device/token", &form).await
}

/// As the page does it for whoever is signed in.
async fn decide(server: &TestServer, begun: &Value, decision: Decision) {
    let code: UserCode = begun["user_code"].as_str().unwrap().parse().unwrap();
    let alice = network().alice.did.parse().unwrap();
    server
        .state
        .device_logins
        .decide(&alice, &code, decision)
        .await
        .unwrap();
}

#[track_caller]
fn expect_error(answer: &Answer, error: &str) {
    let body = answer.expect(StatusCode::BAD_REQUEST).json();
    assert_eq!(body["error"], error, "{body}");
    assert!(
        body["error_description"].as_str().unwrap().len() > 10,
        "{body}"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}

on_both_engines! {
    async fn dv_06_a_device_is_logged_in_after_its_person_approves_and_may_push_and_pull(engine) {
        let (server, clock) = with_fixed_clock(engine).await;
        let begun = begin(&server).await;
        assert_eq!(begun["verification_uri"], format!("{}/device", server.base));
        let code = begun["user_code"].as_str().unwrap();
        let complete = format!("{}/device?user_code={code}", server.base);
        assert_eq!(begun["verification_uri_complete"], complete);
        assert_eq!((&begun["expires_in"], &begun["interval"]), (&600.into(), &5.into()));

        expect_error(&poll(&server, &begun).await, "authorization_pending");
        server.nobody().get(&format!("/device?user_code={code}")).await;
        clock.advance(TimeDelta::seconds(5));
        expect_error(&poll(&server, &begun).await, "authorization_pending");
        expect_error(&poll(&server, &begun).await, "slow_down");
        clock.advance(TimeDelta::seconds(5));
        expect_error(&poll(&server, &begun).await, "slow_down");
        clock.advance(TimeDelta::seconds(15));
        decide(&server, &begun, Decision::Approve).await;
        let answer = poll(&server, &begun).await;
        let body = answer.expect(StatusCode::OK).json();
        assert_eq!(answer.header("cache-control"), "no-store");
        let alice = &network().alice;
        assert_eq!((&body["username"], &body["did"]), (&alice.handle.clone().into(), &alice.did.clone().into()));
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], TimeDelta::days(180).num_seconds());
        let token = body["access_token"].as_str().unwrap();
        clock.advance(TimeDelta::seconds(60));
        expect_error(&poll(&server, &begun).await, "expired_token");

        // It may pull, and push what is theirs; it is listed by the name of the device.
        let did = alice.did.parse().unwrap();
        let listed = server.state.access_tokens.list(&did).await.unwrap();
        assert_eq!((listed.len(), listed[0].name.as_str(), listed[0].kind), (1, "desk", AccessTokenKind::Device));
        assert_eq!(listed[0].scopes, AccessScopes::of_device(&did));
        for scope in listed[0].scopes.iter() {
            assert!(!scope.actions.contains(&Action::Delete), "{scope:?}");
            let is_own = scope.repositories.owner() == &PatternOwner::Account(did.clone());
            assert!(is_own || scope.actions.iter().eq([&Action::Pull]), "{scope:?}");
        }
        let browser = Browser::of(&server, alice).await;
        let page = browser.open("/settings/sessions").await.expect(StatusCode::OK).text();
        assert!(page.contains("desk"), "{page}");

        // The token opens the registry until its device logs out.
        let form = [("grant_type", "password"), ("username", alice.handle.as_str()), ("password", token)];
        post(&server, "/auth/token", &form).await.expect(StatusCode::OK);
        post(&server, "/auth/revoke", &[("token", token)]).await.expect(StatusCode::OK);
        post(&server, "/auth/token", &form).await.expect(StatusCode::UNAUTHORIZED);
        post(&server, "/auth/revoke", &[("token", token)]).await.expect(StatusCode::OK);
        server.stop().await;
    }

    async fn a_denied_and_a_forgotten_login_end_with_their_own_errors(engine) {
        let (server, clock) = with_fixed_clock(engine).await;
        let denied = begin(&server).await;
        decide(&server, &denied, Decision::Deny).await;
        expect_error(&poll(&server, &denied).await, "access_denied");
        let forgotten = begin(&server).await;
        clock.advance(TimeDelta::minutes(10));
        expect_error(&poll(&server, &forgotten).await, "expired_token");
        server.stop().await;
    }
}

/// A path, a form, and the status and error that it gets.
type Refused<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, &'a str);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_are_none_are_refused_with_a_reason() {
    let server = TestServer::start(Engine::Sqlite).await;
    let client = ("client_id", "docker-credential-longshore");
    let long = "x".repeat(20_000);
    let table: &[Refused<'_>] = &[
        ("/auth/device", &[], 400, "invalid_request"),
        ("/auth/device", &[client], 400, "invalid_request"),
        (
            "/auth/device",
            &[("client_id", "other")],
            400,
            "invalid_client",
        ),
        ("/auth/device", &[client, client], 400, "invalid_request"),
        (
            "/auth/device",
            &[client, ("client_version", "<b>"), ("device_name", "x")],
            400,
            "invalid_request",
        ),
        (
            "/auth/device",
            &[client, ("client_version", "1"), ("device_name", "a\nb")],
            400,
            "invalid_request",
        ),
        ("/auth/device", &[("x", &long)], 413, "invalid_request"),
        ("/auth/device/token", &[client], 400, "invalid_request"),
        (
            "/auth/device/token",
            &[client, ("grant_type", "password")],
            400,
            "unsupported_grant_type",
        ),
        (
            "/auth/device/token",
            &[client, ("grant_type", DEVICE_CODE_GRANT)],
            400,
            "invalid_request",
        ),
        (
            "/auth/device/token",
            &[
                client,
                ("grant_type", DEVICE_CODE_GRANT),
                ("device_code", "x"),
            ],
            400,
            "expired_token",
        ),
        (
            "/auth/device/token",
            &[
                client,
                ("grant_type", "authorization_code"),
                ("code", "x"),
                ("code_verifier", "x"),
                ("redirect_uri", "x"),
            ],
            400,
            "invalid_grant",
        ),
        ("/auth/revoke", &[], 400, "invalid_request"),
    ];
    for (path, form, status, error) in table {
        let answer = post(&server, path, form).await;
        assert_eq!(answer.status, *status, "{path} {}", answer.text());
        assert_eq!(answer.json()["error"], *error, "{path}");
    }
    for path in ["/auth/device", "/auth/device/token", "/auth/revoke"] {
        server
            .nobody()
            .get(path)
            .await
            .expect(StatusCode::METHOD_NOT_ALLOWED);
    }
    server.stop().await;
}
