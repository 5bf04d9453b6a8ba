//! How often sign-ins may begin, by client address and by the host that they bother.

use http::{Method, StatusCode};
use server::clock::Clock;

use super::browser::{Browser, Shown, form};
use super::fake_server::FakeServer;
use crate::harness::{Engine, TestServer};

/// Begins a sign-in as somebody behind the proxy.
async fn begin_from(server: &TestServer, address: &str, identifier: &str) -> Shown {
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-for", address),
    ];
    let body = form(&[("identifier", identifier)]);
    Browser::new(server)
        .send(Method::POST, "/sign-in", &headers, body)
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_19_one_address_begins_only_so_many_sign_ins() {
    let clock = Clock::fixed(Clock::System.now());
    let fake = FakeServer::start(&clock).await;
    let settings = [("LONGSHORE_LIMIT_SIGN_INS", "3")];
    let server = fake.longshore_with(Engine::Sqlite, &clock, &settings).await;
    let account = fake.new_account();
    for _ in 0..3 {
        let page = begin_from(&server, "203.0.113.7", &account.handle).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.problem());
    }
    let asked = fake.seen("/oauth/par").len();
    let page = begin_from(&server, "203.0.113.7", &account.handle).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.headers["retry-after"], "200");
    assert!(
        page.problem().contains("Try again in 4 minutes."),
        "{}",
        page.problem()
    );
    assert_eq!(fake.seen("/oauth/par").len(), asked, "nobody was bothered");
    // What a client claims itself is worth nothing.
    let page = begin_from(&server, "198.51.100.9, 203.0.113.7", &account.handle).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    let page = begin_from(&server, "203.0.113.8", &account.handle).await;
    assert_eq!(page.status, StatusCode::OK);
    clock.advance(chrono::TimeDelta::seconds(200));
    let page = begin_from(&server, "203.0.113.7", &account.handle).await;
    assert_eq!(page.status, StatusCode::OK);
    for _ in 0..5 {
        Browser::new(&server).begin(&account.handle, &[]).await;
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_19_one_host_is_not_flooded_from_many_addresses() {
    let clock = Clock::fixed(Clock::System.now());
    let fake = FakeServer::start(&clock).await;
    let settings = [("LONGSHORE_LIMIT_SIGN_INS_PER_HOST", "4")];
    let server = fake.longshore_with(Engine::Sqlite, &clock, &settings).await;
    for number in 0..4 {
        let account = fake.new_account();
        let page = begin_from(&server, &format!("203.0.113.{number}"), &account.handle).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.problem());
    }
    let asked = fake.seen("/oauth/par").len();
    let page = begin_from(&server, "198.51.100.1", &fake.new_account().handle).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        page.problem().contains("have begun at localhost:"),
        "{}",
        page.problem()
    );
    assert!(page.headers.contains_key("retry-after"));
    assert_eq!(fake.seen("/oauth/par").len(), asked);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_19_a_thousand_names_typed_at_one_address_are_hardly_looked_up() {
    let clock = Clock::fixed(Clock::System.now());
    let fake = FakeServer::start(&clock).await;
    let server = fake.longshore(Engine::Sqlite, &clock).await;
    let many = (0..1000).map(|number| {
        let server = &server;
        async move { begin_from(server, "203.0.113.7", &format!("nobody{number}.test")).await }
    });
    let pages = futures::future::join_all(many).await;
    let refused = pages
        .iter()
        .filter(|page| page.status == StatusCode::TOO_MANY_REQUESTS)
        .count();
    assert_eq!(refused, 970);
    let looked_up = fake.seen("/xrpc/com.atproto.identity.resolveHandle").len();
    assert!(looked_up <= 30, "{looked_up}");
    server.stop().await;
}
