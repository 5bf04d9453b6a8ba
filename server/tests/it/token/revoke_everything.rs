//! One press ends everything but the browser that it was pressed in, on every replica.

use chrono::TimeDelta;
use http::{Method, StatusCode};
use server::accounts::access_tokens::{AccessScopes, AccessTokenKind, NewAccessToken};

use super::browser::Browser;
use crate::harness::{Engine, TestServer, network};

const SESSIONS: &str = "/settings/sessions";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bf_08_everything_but_this_browser_ends_on_every_replica_at_once() {
    let server = TestServer::start(Engine::Postgresql).await;
    let replica = server.start_replica().await;
    let account = network().new_account().await;
    let did = account.did.parse().unwrap();
    let own = Browser::of(&server, &account).await;
    let own_there = own.at(&replica);
    let other = Browser::of(&server, &account).await.at(&replica);
    let bystander = Browser::of(&replica, &network().bob).await;
    let login = server.nobody().ask_token(Some(&account), &[]).await.json();
    let by_app_password = replica
        .nobody()
        .with_token(login["token"].as_str().unwrap());
    let new = NewAccessToken {
        kind: AccessTokenKind::Device,
        name: "laptop".to_owned(),
        scopes: AccessScopes::of_device(&did),
        lifetime: TimeDelta::days(30),
    };
    server.state.access_tokens.create(&did, new).await.unwrap();
    for browser in [&own_there, &other, &bystander] {
        browser.open(SESSIONS).await.expect(StatusCode::OK);
    }
    by_app_password.get("/v2/").await.expect(StatusCode::OK);

    let ended = own.submit(SESSIONS, &[("end_others", "1")]).await;
    assert_eq!(
        ended.expect(StatusCode::SEE_OTHER).header("location"),
        "/settings/sessions?ended"
    );
    other.open(SESSIONS).await.expect(StatusCode::SEE_OTHER);
    let refused = by_app_password.get("/v2/").await;
    refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    assert!(
        replica
            .state
            .access_tokens
            .list(&did)
            .await
            .unwrap()
            .is_empty()
    );
    bystander.open(SESSIONS).await.expect(StatusCode::OK);
    let page = own_there.open("/settings/sessions?ended").await;
    let html = page.expect(StatusCode::OK).text();
    assert!(html.contains("Nothing but this browser"), "{html}");
    assert_eq!(html.matches("This browser").count(), 1);
    replica.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bf_08_a_session_says_roughly_from_where_it_was_opened() {
    let server = TestServer::start(Engine::Sqlite).await;
    let account = network().new_account().await;
    let browser = crate::oauth::Browser::new(&server);
    let page = browser.begin(&account.handle, &[]).await;
    let address = crate::oauth::agree(&page, &account).await;
    let headers = [
        ("sec-fetch-site", "cross-site"),
        ("x-forwarded-for", "203.0.113.77"),
        (
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ),
    ];
    let address = address.replace("127.0.0.1", "localhost");
    let back = browser
        .send(Method::GET, &address, &headers, String::new())
        .await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.problem());
    let html = browser.get(SESSIONS).await.text;
    assert!(html.contains("Firefox on Linux"), "{html}");
    assert!(
        html.contains("from 203.0.113.0/24") && !html.contains("203.0.113.77"),
        "{html}"
    );
    server.stop().await;
}
