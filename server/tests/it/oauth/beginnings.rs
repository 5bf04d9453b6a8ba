//! What has to be right before anybody is sent anywhere: names, servers and what they say of themselves.

use http::StatusCode;
use serde_json::{Value, json};

use super::browser::Browser;
use super::scene::Scene;

const RESOURCE: &str = "/.well-known/oauth-protected-resource";
const SERVER: &str = "/.well-known/oauth-authorization-server";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_11_and_oa_12_descriptions_that_are_not_as_they_must_be_begin_nothing() {
    let answers: [(u16, &str, Vec<u8>, &str); 5] = [
        (
            302,
            "application/json",
            Vec::new(),
            "status 302 instead of 200",
        ),
        (
            204,
            "application/json",
            Vec::new(),
            "status 204 instead of 200",
        ),
        (200, "text/html", b"{}".to_vec(), "not JSON"),
        (200, "application/json", b"[]".to_vec(), "not a JSON object"),
        (200, "application/json", vec![b' '; 600 << 10], "too long"),
    ];
    for path in [RESOURCE, SERVER] {
        for (status, content_type, body, expected) in answers.clone() {
            // A server of its own for each: answers are remembered for a while.
            let scene = Scene::new().await;
            scene.fake.canned(path, status, content_type, body);
            let browser = Browser::new(&scene.longshore);
            let page = browser
                .post("/sign-in", &[("identifier", &scene.account.handle)])
                .await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path} {status}");
            assert!(
                page.problem().contains(expected),
                "{path} {status}: {}",
                page.problem()
            );
            assert_eq!(scene.fake.seen("/oauth/par").len(), 0);
            assert_eq!(browser.cookie("longshore-sign-in"), None);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_11_to_oa_13_servers_that_name_others_or_lack_something_begin_nothing() {
    let cases = [
        (
            RESOURCE,
            "authorization_servers",
            json!(["https://a.example", "https://b.example"]),
            "or several",
        ),
        (
            RESOURCE,
            "authorization_servers",
            json!(["https://u:p@a.example"]),
            "not a plain https origin",
        ),
        (
            RESOURCE,
            "resource",
            json!("https://other.example"),
            "describes another server",
        ),
        (
            SERVER,
            "issuer",
            json!("https://other.example"),
            "describes another server",
        ),
        (
            SERVER,
            "require_pushed_authorization_requests",
            json!(false),
            "pushed authorization requests",
        ),
        (
            SERVER,
            "pushed_authorization_request_endpoint",
            Value::Null,
            "not an https address",
        ),
        (
            SERVER,
            "token_endpoint",
            json!("http://169.254.169.254/latest"),
            "not an https address",
        ),
    ];
    for (path, field, value, expected) in cases {
        let scene = Scene::new().await;
        scene.fake.set_metadata(path, field, value);
        let browser = Browser::new(&scene.longshore);
        let page = browser
            .post("/sign-in", &[("identifier", &scene.account.handle)])
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{field}");
        assert!(
            page.problem().contains(expected),
            "{field}: {}",
            page.problem()
        );
        assert_eq!(scene.fake.seen("/oauth/par").len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_13_endpoints_on_the_inside_of_our_network_are_not_asked() {
    let scene = Scene::new().await;
    scene.fake.set_metadata(
        SERVER,
        "pushed_authorization_request_endpoint",
        json!("https://10.0.0.1/par"),
    );
    let browser = Browser::new(&scene.longshore);
    let page = browser
        .post("/sign-in", &[("identifier", &scene.account.handle)])
        .await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY);
    assert!(!page.text.contains("10.0.0.1"), "fe_07");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_10_a_handle_that_the_account_does_not_claim_is_nobody() {
    let scene = Scene::new().await;
    let browser = Browser::new(&scene.longshore);
    for typed in ["nobody.test", "", "a b", "did:plc:short", "ftp://x.example"] {
        let page = browser.post("/sign-in", &[("identifier", typed)]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{typed}");
        assert_ne!(page.problem(), "");
    }
    assert_eq!(scene.fake.seen("/oauth/par").len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_14_to_oa_16_every_request_has_secrets_of_its_own_and_the_browser_carries_none() {
    let scene = Scene::new().await;
    let mut unique = std::collections::HashSet::new();
    for _ in 0..20 {
        let browser = Browser::new(&scene.longshore);
        let page = browser.begin(&scene.account.handle, &[]).await;
        let names: Vec<_> = page
            .query_pairs()
            .map(|(name, _)| name.into_owned())
            .collect();
        assert_eq!(names, ["client_id", "request_uri"]);
        let request = scene.fake.request_of(&page);
        assert_eq!(request["code_challenge_method"], "S256");
        assert_eq!(request["scope"], "atproto", "dc_7");
        assert!(request["state"].len() >= 43);
        assert!(
            unique.insert(request["state"].clone())
                && unique.insert(request["code_challenge"].clone())
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_18_only_a_form_of_ours_begins_a_sign_in() {
    let scene = Scene::new().await;
    let browser = Browser::new(&scene.longshore);
    let path = format!("/sign-in?identifier={}", scene.account.handle);
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    let from_elsewhere = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    let form = super::browser::form(&[("identifier", &scene.account.handle)]);
    let page = browser
        .send(http::Method::POST, "/sign-in", &from_elsewhere, form)
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(scene.fake.seen("/oauth/par").len(), 0);
    assert!(browser.cookies().is_empty());
}
