//! The start page: what was pushed last, and whether the viewer's first push has arrived.

use http::StatusCode;
use serde_json::json;

use super::samples::{config, gzip, push, tar};
use crate::harness::{Options, TestServer, blob, network};
use crate::oauth::{Browser, sign_in};
use crate::{on_both_databases, on_both_engines};

const FIRST_PUSH: &str = "/api/v1/first-push";

async fn push_something(server: &TestServer) -> String {
    let name = server.repository();
    let layer = gzip(&tar(&[("a", &blob(100))])).await;
    let document = config("amd64", json!({}), json!([]));
    push(
        &server.owner_of(&name).await,
        &name,
        Some("v1"),
        &document,
        &[layer],
    )
    .await;
    while server.state.catalog.index_repositories().await.unwrap() > 0 {}
    name
}

on_both_databases! {
    async fn what_was_pushed_last_is_on_the_start_page(server) {
        let name = push_something(server).await;
        let html = server.nobody().get("/").await.expect(StatusCode::OK).text();
        let (_, recent) = html.split_once("Recently pushed").unwrap();
        assert!(recent.contains(&format!("href=\"/r/{name}\"")), "{recent}");
    }

    async fn where_nothing_was_pushed_the_start_page_says_so(server) {
        let html = server.nobody().get("/").await.expect(StatusCode::OK).text();
        assert!(html.contains("Nothing has been pushed yet") && !html.contains("Recently pushed"), "{html}");
    }

    async fn the_start_page_of_somebody_waits_for_their_first_push_and_then_shows_it(server) {
        let alice = &network().alice;
        server.nobody().get(FIRST_PUSH).await.expect(StatusCode::UNAUTHORIZED);
        let html = server.nobody().get("/").await.text();
        assert!(!html.contains("Waiting for your first push"));

        let browser = Browser::new(server);
        sign_in(&browser, alice, &[]).await;
        let html = browser.get("/").await.text;
        assert!(html.contains("Waiting for your first push"), "{html}");
        assert!(html.contains(&format!("docker login -u {} ", alice.handle)), "{html}");
        let answer = browser.get(FIRST_PUSH).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.text, app::api::home::FirstPush::NOT_YET);

        let name = push_something(server).await;
        let answer: serde_json::Value = serde_json::from_str(&browser.get(FIRST_PUSH).await.text).unwrap();
        assert_eq!(answer["isFinal"], true);
        assert_eq!(answer["newest"]["name"], name.as_str());
        let html = browser.get("/").await.text;
        assert!(html.contains("It arrived") && html.contains(&format!("href=\"/r/{name}:v1\"")), "{html}");
    }
}

on_both_engines! {
    async fn what_lies_in_a_private_hold_is_not_on_the_start_page(engine) {
        let server = TestServer::start_with(Options { hold_public: false, ..Options::new(engine) }).await;
        let name = push_something(&server).await;
        let html = server.nobody().get("/").await.expect(StatusCode::OK).text();
        assert!(!html.contains(&name) && html.contains("Nothing has been pushed yet"), "{html}");
        // Not even to those who may see it: the list is the same for everybody.
        let browser = Browser::new(&server);
        sign_in(&browser, &network().alice, &[]).await;
        let html = browser.get("/").await.text;
        assert!(!html.contains("Recently pushed"), "{html}");
        server.stop().await;
    }
}
