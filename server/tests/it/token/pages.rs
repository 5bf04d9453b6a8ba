//! The pages on which people make access tokens and let devices log in, as a browser without JavaScript uses them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::Value;
use server::clock::Clock;

use super::browser::{Browser, hidden_fields};
use crate::harness::{Answer, Engine, Options, TestServer, network};
use crate::on_both_databases;

const TOKENS: &str = "/settings/tokens";

/// `docker login` with a token.
async fn log_in(server: &TestServer, token: &str) -> Answer {
    let basic = format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{token}", network().alice.handle))
    );
    server
        .nobody()
        .send(Method::GET, "/auth/token", &[("authorization", &basic)], "")
        .await
}

/// The token that a page shows.
fn shown_token(html: &str) -> Option<&str> {
    let start = html.find("longshore_")?;
    html.get(start..start + "longshore_".len() + 49)
}

async fn begin_device_login(server: &TestServer) -> Value {
    let form = "client_id=docker-credential-longshore&client_version=0.1.0&device_name=%3Cb%3Edesk";
    let answer = server
        .nobody()
        .send(Method::POST, "/auth/device", &[], form)
        .await;
    answer.expect(StatusCode::OK).json()
}

async fn poll(server: &TestServer, begun: &Value) -> Answer {
    let form = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=docker-credential-longshore&device_code={}",
        begun["device_code"].as_str().unwrap()
    );
    server
        .nobody()
        .send(Method::POST, "/auth/device/token", &[], form)
        .await
}

on_both_databases! {
    async fn a_token_is_shown_once_works_and_is_revoked(server) {
        let alice = &network().alice;
        let browser = Browser::of(server, alice).await;
        let pattern = format!("{}/app-*\r\n\r\n*/*", alice.handle);
        let fields = [
            ("create", "1"), ("name", "CI <1>"), ("repositories", &pattern), ("pull", "true"), ("days", "30"),
        ];
        let page = browser.submit(TOKENS, &fields).await;
        page.expect(StatusCode::CREATED);
        assert!(page.header("cache-control").contains("no-store"), "{:?}", page.headers);
        let html = page.text();
        let token = shown_token(&html).expect("the token is shown").to_owned();
        assert!(html.contains("CI &lt;1&gt;") && !html.contains("CI <1>"));
        log_in(server, &token).await.expect(StatusCode::OK);

        let listed = browser.open(TOKENS).await.expect(StatusCode::OK).text();
        assert_eq!(shown_token(&listed), None, "only once");
        for part in ["CI &lt;1&gt;", "last used 20", &format!("pull: {}/app-*", alice.handle), "pull: */*"] {
            assert!(listed.contains(part), "{part}: {listed}");
        }
        let did = alice.did.parse().unwrap();
        let id = server.state.access_tokens.list(&did).await.unwrap()[0].id.clone();
        let bob = Browser::of(server, &network().bob).await;
        bob.submit(TOKENS, &[("revoke", &id)]).await.expect(StatusCode::SEE_OTHER);
        log_in(server, &token).await.expect(StatusCode::OK);
        let revoked = browser.submit(TOKENS, &[("revoke", &id)]).await;
        assert_eq!(revoked.expect(StatusCode::SEE_OTHER).header("location"), "/settings/tokens?revoked");
        log_in(server, &token).await.expect(StatusCode::UNAUTHORIZED);

        let page = browser.submit(TOKENS, &fields).await.text();
        let token = shown_token(&page).expect("the token is shown").to_owned();
        let sessions = browser.open("/settings/sessions").await.expect(StatusCode::OK).text();
        assert!(sessions.contains("CI &lt;1&gt;") && sessions.contains("Test browser"), "bf_08: {sessions}");
        browser.submit(TOKENS, &[("revoke_all", "1")]).await.expect(StatusCode::SEE_OTHER);
        log_in(server, &token).await.expect(StatusCode::UNAUTHORIZED);
    }

    async fn dv_05_a_login_is_finished_by_the_session_that_opened_its_page(server) {
        let begun = begin_device_login(server).await;
        let code = begun["user_code"].as_str().unwrap();
        let loopback = "/device/authorize?client_id=docker-credential-longshore&response_type=code\
                        &code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&state=x\
                        &client_version=1&device_name=desk&redirect_uri=http://127.0.0.1:41234/callback";
        for address in [format!("/device?user_code={code}"), loopback.to_owned()] {
            let alice = Browser::of(server, &network().alice).await;
            let page = alice.open(&address).await.expect(StatusCode::OK).text();
            assert!(page.contains(">Approve<"), "{page}");
            let mut form = hidden_fields(&page);
            form.push(("decision".to_owned(), "approve".to_owned()));
            let (path, _) = address.split_once('?').unwrap();
            // Somebody else's browser, and another one of her own.
            for other in [&network().bob, &network().alice] {
                let other = Browser::of(server, other).await;
                other.post(path, &form).await.expect(StatusCode::CONFLICT);
            }
            Browser::of_nobody(server).post(path, &form).await.expect(StatusCode::SEE_OTHER);
        }
        assert_eq!(poll(server, &begun).await.json()["error"], "authorization_pending");
        for account in [&network().alice, &network().bob] {
            let did = account.did.parse().unwrap();
            assert!(server.state.access_tokens.list(&did).await.unwrap().is_empty());
        }
    }

    async fn dv_02_a_device_is_approved_by_the_form_of_its_page_and_by_nothing_else(server) {
        let alice = &network().alice;
        let begun = begin_device_login(server).await;
        let code = begun["user_code"].as_str().unwrap();
        let path = format!("/device?user_code={}", code.to_lowercase());

        let nobody = Browser::of_nobody(server).open(&path).await;
        let location = nobody.expect(StatusCode::SEE_OTHER).header("location");
        assert!(location.starts_with("/sign-in?return_to=%2Fdevice%3Fuser_code%3D"), "{location}");

        let browser = Browser::of(server, alice).await;
        let page = browser.open(&path).await.expect(StatusCode::OK).text();
        for part in [code, "docker-credential-longshore 0.1.0", "&lt;b&gt;desk", &alice.handle, "choose Deny"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(page.find(">Deny<").unwrap() < page.find(">Approve<").unwrap());
        assert_eq!(poll(server, &begun).await.json()["error"], "authorization_pending", "dv_03");

        let mut form = hidden_fields(&page);
        form.push(("decision".to_owned(), "approve".to_owned()));
        browser.post_from_elsewhere("/device", &form).await.expect(StatusCode::FORBIDDEN);
        Browser::of_nobody(server).post("/device", &form).await.expect(StatusCode::SEE_OTHER);
        let other = Browser::of(server, &network().bob).await;
        other.post("/device", &form).await.expect(StatusCode::CONFLICT);
        form.retain(|(name, _)| name != "form_token");
        browser.post("/device", &form).await.expect(StatusCode::CONFLICT);

        let done = browser.submit(&path, &[("decision", "approve")]).await;
        assert_eq!(done.expect(StatusCode::SEE_OTHER).header("location"), "/device?outcome=approved");
        let page = browser.open("/device?outcome=approved").await.expect(StatusCode::OK).text();
        assert!(page.contains("Approved."), "{page}");
        let did = alice.did.parse().unwrap();
        assert!(server.state.access_tokens.list(&did).await.unwrap().is_empty(), "until the device fetches it");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_makes_no_token_says_why_and_keeps_what_was_typed() {
    let server = TestServer::start(Engine::Sqlite).await;
    let alice = &network().alice;
    let browser = Browser::of(&server, alice).await;
    let own = format!("{}/*", alice.handle);
    let many = "*/*\n".repeat(21);
    for (fields, words) in [
        (
            [
                ("name", ""),
                ("repositories", own.as_str()),
                ("pull", "true"),
                ("days", "30"),
            ],
            "A token needs a name",
        ),
        (
            [
                ("name", "ci"),
                ("repositories", "app"),
                ("pull", "true"),
                ("days", "30"),
            ],
            "A repository pattern is",
        ),
        (
            [
                ("name", "ci"),
                ("repositories", "nobody-here.test/*"),
                ("pull", "true"),
                ("days", "30"),
            ],
            "does not point",
        ),
        (
            [
                ("name", "ci"),
                ("repositories", &many),
                ("pull", "true"),
                ("days", "30"),
            ],
            "20 repository patterns",
        ),
        (
            [
                ("name", "ci"),
                ("repositories", &own),
                ("x", ""),
                ("days", "30"),
            ],
            "Choose at least one",
        ),
        (
            [
                ("name", "ci"),
                ("repositories", &own),
                ("pull", "true"),
                ("days", "1000"),
            ],
            "365 days at most",
        ),
    ] {
        let page = browser.submit(TOKENS, &fields).await;
        page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        let html = page.text();
        assert!(html.contains(words), "{words}: {html}");
        assert!(
            html.contains(&format!("value=\"{}\"", fields[0].1)),
            "{html}"
        );
        assert_eq!(shown_token(&html), None);
    }
    let did = alice.did.parse().unwrap();
    assert!(
        server
            .state
            .access_tokens
            .list(&did)
            .await
            .unwrap()
            .is_empty()
    );
    Browser::of_nobody(&server)
        .open(TOKENS)
        .await
        .expect(StatusCode::SEE_OTHER);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_signed_in_long_ago_signs_in_again_before_making_a_token() {
    let clock = Clock::fixed(Clock::System.now());
    let mut options = Options::new(Engine::Sqlite);
    options.clock = clock.clone();
    let server = TestServer::start_with(options).await;
    let alice = &network().alice;
    let browser = Browser::of(&server, alice).await;
    let fields = [
        ("create", "1"),
        ("name", "ci"),
        ("repositories", "*/*"),
        ("pull", "true"),
        ("days", "30"),
    ];
    browser
        .submit(TOKENS, &fields)
        .await
        .expect(StatusCode::CREATED);
    clock.advance(TimeDelta::days(1));
    let page = browser.open(TOKENS).await.expect(StatusCode::OK).text();
    assert!(
        page.contains("Sign in again") && page.contains("value=\"/settings/tokens\""),
        "{page}"
    );
    browser
        .submit(TOKENS, &fields)
        .await
        .expect(StatusCode::SEE_OTHER);
    let did = alice.did.parse().unwrap();
    assert_eq!(
        server.state.access_tokens.list(&did).await.unwrap().len(),
        1
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_codes_and_wrong_requests_are_explained_and_approve_nothing() {
    let server = TestServer::start(Engine::Sqlite).await;
    let browser = Browser::of(&server, &network().alice).await;
    for (path, words) in [
        ("/device", "code that your terminal shows"),
        ("/device?user_code=x", "eight letters"),
        (
            "/device?user_code=BBBB-BBBB",
            "No login waits for this code",
        ),
        ("/device/authorize", "no other program can log in"),
        (
            "/device/authorize?client_id=docker-credential-longshore&response_type=code&code_challenge_method=S256\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&state=x&client_version=1&device_name=desk\
             &redirect_uri=https://evil.example/",
            "does not wait on this computer",
        ),
    ] {
        let html = browser.open(path).await.expect(StatusCode::OK).text();
        assert!(html.contains(words), "{path}: {html}");
        assert!(!html.contains(">Approve<"), "{path}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_install_page_is_for_everybody_and_has_this_registry_in_its_commands() {
    let server = TestServer::start(Engine::Sqlite).await;
    let page = Browser::of_nobody(&server)
        .open("/install")
        .await
        .expect(StatusCode::OK)
        .text();
    for command in ["login", "configure-docker"] {
        assert!(
            page.contains(&format!(
                "docker-credential-longshore {command} {}",
                server.host
            )),
            "{page}"
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_typed_stays_in_its_field() {
    let server = TestServer::start(Engine::Sqlite).await;
    let browser = Browser::of(&server, &network().alice).await;
    let typed = "</textarea><script>alert(1)</script>";
    let fields = [
        ("create", "1"),
        ("name", "ci"),
        ("repositories", typed),
        ("pull", "true"),
        ("days", "30"),
    ];
    let page = browser.submit(TOKENS, &fields).await.text();
    assert!(
        page.contains("&lt;/textarea&gt;&lt;script&gt;") && !page.contains(typed),
        "{page}"
    );
    server.stop().await;
}
