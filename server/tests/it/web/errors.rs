//! What goes wrong, as people see it: each error as it really comes about, with its status and one way on that works.

use http::{Method, StatusCode};
use server::clock::Clock;

use crate::harness::{Answer, Engine, Options, TestServer, image, network};
use crate::oauth::{fake_server::FakeServer, scene::Scene};
use crate::token::browser::Browser;

const PERSON: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

async fn look(server: &TestServer, path: &str) -> Answer {
    server.nobody().send(Method::GET, path, &[PERSON], "").await
}

/// The page says what happened, and its one button leads to a page that is there.
async fn expect_way_on(
    server: &TestServer,
    path: &str,
    answer: &Answer,
    status: StatusCode,
    heading: &str,
) {
    let html = answer.expect(status).text();
    assert!(
        answer.header("content-type").starts_with("text/html"),
        "{:?}",
        answer.headers
    );
    assert!(answer.header("content-security-policy").contains("'nonce-"));
    assert!(
        html.contains(heading) && html.contains(&format!(">{}<", status.as_u16())),
        "{html}"
    );
    let (_, section) = html.split_once("class=\"not-found\"").unwrap();
    let links = section.split("<a href=\"").skip(1);
    let buttons: Vec<&str> = links
        .filter_map(|link| link.split_once("\" class=\"button\""))
        .map(|(href, _)| href)
        .collect();
    let [href] = buttons[..] else {
        panic!("one way on: {section}");
    };
    let next = if href.is_empty() { path } else { href };
    // Trying again may fail again while the cause is there.
    if next != path {
        look(server, next).await.expect(StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_pages_for_people_and_lines_for_programs() {
    let server = TestServer::start(Engine::Sqlite).await;
    for path in [
        "/no/such/page",
        "/r/alice.test/nothing",
        "/u/nobody-at-all.test",
    ] {
        let page = look(&server, path).await;
        expect_way_on(
            &server,
            path,
            &page,
            StatusCode::NOT_FOUND,
            "Nothing is moored here",
        )
        .await;
    }
    let from_elsewhere = [
        PERSON,
        ("sec-fetch-site", "cross-site"),
        ("referer", "https://evil.example/sign-in"),
    ];
    let refused = server
        .nobody()
        .send(Method::POST, "/sign-in", &from_elsewhere, "identifier=a")
        .await;
    expect_way_on(
        &server,
        "/sign-in",
        &refused,
        StatusCode::FORBIDDEN,
        "did not come from a page of this site",
    )
    .await;
    let program = server
        .nobody()
        .send(
            Method::POST,
            "/sign-in",
            &from_elsewhere[1..],
            "identifier=a",
        )
        .await;
    assert!(
        program
            .expect(StatusCode::FORBIDDEN)
            .header("content-type")
            .starts_with("text/plain")
    );
    let wrong = look(&server, "/sign-out").await;
    assert!(wrong.status.is_client_error(), "{:?}", wrong.status);

    let browser = Browser::of(&server, &network().bob).await;
    let gone = "/settings/data/archives/00000000000000000000000000000000";
    let page = browser.open_with(gone, &[PERSON]).await;
    expect_way_on(&server, gone, &page, StatusCode::GONE, "It has sailed").await;
    assert!(page.text().contains("bob.test"), "it is known who looks");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_an_account_that_does_not_answer_is_named() {
    let Scene {
        fake,
        longshore,
        account,
    } = Scene::new().await;
    let FakeServer { origin, .. } = &fake;
    fake.canned(&format!("/{}", account.did), 500, "text/plain", "broken");
    let path = format!("/u/{}", account.handle);
    let page = look(&longshore, &path).await;
    expect_way_on(
        &longshore,
        &path,
        &page,
        StatusCode::BAD_GATEWAY,
        "Someone is not answering",
    )
    .await;
    assert!(
        !page.text().contains(origin.as_str()),
        "its address is nobody's business"
    );
    longshore.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_does_not_answer_is_named() {
    let mut server = TestServer::start(Engine::Apart).await;
    let name = server.repository();
    server
        .owner_of(&name)
        .await
        .push_image(&name, "v1", &image(1))
        .await;
    let hold = server.take_hold_server();
    let did = hold.hold().did().clone();
    let hold = hold.pause().await;
    // Nothing is remembered of the hold.
    let server = server.restart().await;
    let path = format!("/r/{name}:v1");
    let page = look(&server, &path).await;
    expect_way_on(
        &server,
        &path,
        &page,
        StatusCode::BAD_GATEWAY,
        "Someone is not answering",
    )
    .await;
    assert!(page.text().contains(did.as_str()), "{}", page.text());
    let status = look(&server, "/api/v1/status")
        .await
        .expect(StatusCode::OK)
        .json();
    let parts = status["parts"].as_array().unwrap();
    assert!(
        parts
            .iter()
            .any(|part| part["name"] == did.as_str() && part["works"] == false),
        "{status}"
    );
    let hold = hold.resume().await;
    let again = look(&server, &path).await;
    again.expect(StatusCode::OK);
    hold.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_asks_too_often_is_told_when_to_try_again() {
    let clock = Clock::fixed(Clock::System.now());
    let server = TestServer::start_with(Options {
        clock: clock.clone(),
        settings: vec![("LONGSHORE_LIMIT_DEVICE_LOGINS", "1".to_owned())],
        ..Options::new(Engine::Sqlite)
    })
    .await;
    let browser = Browser::of(&server, &network().bob).await;
    let from = [PERSON, ("x-forwarded-for", "203.0.113.7")];
    let path = "/device?user_code=bcdf-ghjk";
    let first = browser.open_with(path, &from).await;
    first.expect(StatusCode::OK);
    let page = browser.open_with(path, &from).await;
    expect_way_on(
        &server,
        path,
        &page,
        StatusCode::TOO_MANY_REQUESTS,
        "Steady as she goes",
    )
    .await;
    let wait: i64 = page.header("retry-after").parse().unwrap();
    assert!(page.text().contains("Try again"), "{}", page.text());
    clock.advance(chrono::TimeDelta::seconds(wait));
    let again = browser.open_with(path, &from).await;
    again.expect(StatusCode::OK);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_for_others_leads_back_to_the_start() {
    let server = TestServer::start(Engine::Sqlite).await;
    let name = server.repository();
    let owner = server.owner_of(&name).await;
    owner.push_image(&name, "v1", &image(1)).await;
    let browser = Browser::of(&server, &network().bob).await;
    let path = format!("/r/{name}/-/edit");
    let page = browser.open_with(&path, &[PERSON]).await;
    expect_way_on(
        &server,
        &path,
        &page,
        StatusCode::FORBIDDEN,
        "This is for others",
    )
    .await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_gone_is_our_mistake_and_not_shown() {
    let server = TestServer::start(Engine::Postgresql).await;
    let browser = Browser::of(&server, &network().bob).await;
    server.drop_postgresql_database().await;
    let path = format!("/u/{}", network().alice.handle);
    let page = look(&server, &path).await;
    expect_way_on(
        &server,
        &path,
        &page,
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something broke on our side",
    )
    .await;
    assert!(!page.text().contains("SELECT") && !page.text().contains("postgres"));
    let page = browser.open_with("/", &[PERSON]).await;
    expect_way_on(
        &server,
        "/",
        &page,
        StatusCode::SERVICE_UNAVAILABLE,
        "We are not quite there",
    )
    .await;
    let status = look(&server, "/status").await.expect(StatusCode::OK).text();
    assert!(status.contains("Something here is broken"), "{status}");
    look(&server, "/api/v1/status")
        .await
        .expect(StatusCode::SERVICE_UNAVAILABLE);
    server.stop().await;
}
