//! Authorization servers, PDSes and identities that lie. Each is refused with words of its own, and nobody is signed in.

use std::sync::atomic::Ordering;

use http::StatusCode;
use serde_json::{Value, json};
use server::clock::Clock;

use super::browser::Browser;
use super::fake_server::{FakeAccount, FakeServer, claims, header};
use crate::harness::{Engine, TestServer};

const RESOURCE: &str = "/.well-known/oauth-protected-resource";
const SERVER: &str = "/.well-known/oauth-authorization-server";

struct Scene {
    fake: FakeServer,
    longshore: TestServer,
    account: FakeAccount,
}

impl Scene {
    async fn new() -> Self {
        let clock = Clock::System;
        let fake = FakeServer::start(&clock).await;
        let longshore = fake.longshore(Engine::Sqlite, &clock).await;
        let account = fake.new_account();
        Self {
            fake,
            longshore,
            account,
        }
    }

    /// Begins, and comes back with the account's agreement.
    async fn attempt(
        &self,
        browser: &Browser,
        typed: &str,
        answers_for: &str,
    ) -> super::browser::Shown {
        let page = browser.begin(typed, &[]).await;
        browser
            .come_back(&self.fake.agree(&page, answers_for))
            .await
    }

    /// Nobody was signed in, and nothing of the attempt is left.
    async fn expect_nobody(&self, browser: &Browser) {
        assert_eq!(browser.signed_in_as().await, None);
        let did = self.account.did.parse().unwrap();
        let found = self.longshore.state.browsers.list(&did).await.unwrap();
        assert_eq!(found, []);
        let purged = self.longshore.state.oauth.end_all_of(&did).await.unwrap();
        assert_eq!(purged, 0, "an OAuth session was stored");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_honest_server_signs_its_account_in() {
    let scene = Scene::new().await;
    let browser = Browser::new(&scene.longshore);
    let back = scene
        .attempt(&browser, &scene.account.handle, &scene.account.did)
        .await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.problem());
    assert_eq!(
        browser.signed_in_as().await,
        Some(scene.account.handle.clone())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_36_and_oa_37_a_server_cannot_sign_a_victim_in() {
    let scene = Scene::new().await;
    let honest = FakeServer::start(&Clock::System).await;
    let victim = scene.fake.new_account();
    // The victim lives at an honest server; the directory is not part of the lie.
    let mut pds_of = scene.fake.lies.pds_of.lock().unwrap();
    pds_of.insert(victim.did.clone(), honest.origin.clone());
    drop(pds_of);
    // Somebody began with their own handle, and the server answers for the victim.
    let browser = Browser::new(&scene.longshore);
    let back = scene
        .attempt(&browser, &scene.account.handle, &victim.did)
        .await;
    assert_eq!(back.status, StatusCode::FORBIDDEN);
    assert!(
        back.problem().starts_with("You named"),
        "{}",
        back.problem()
    );
    scene.expect_nobody(&browser).await;
    // Somebody began with the hostile server itself.
    let back = scene
        .attempt(&browser, &scene.fake.origin, &victim.did)
        .await;
    assert_eq!(back.status, StatusCode::FORBIDDEN);
    assert!(
        back.problem().contains("is not the one of the account"),
        "{}",
        back.problem()
    );
    scene.expect_nobody(&browser).await;
    let did = victim.did.parse().unwrap();
    let victims = scene.longshore.state.browsers.list(&did);
    assert_eq!(victims.await.unwrap(), []);
    let revoked = scene.fake.lies.revoked.lock().unwrap().len();
    assert_eq!(revoked, 2, "tokens that do not count are given back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_30_a_callback_is_good_once_even_for_many_at_a_time() {
    let scene = Scene::new().await;
    let browser = Browser::new(&scene.longshore);
    let page = browser.begin(&scene.account.handle, &[]).await;
    let address = scene.fake.agree(&page, &scene.account.did);
    let cookies = browser.cookies();
    let many = (0..50).map(|_| async {
        let copy = Browser::new(&scene.longshore);
        for (name, value) in &cookies {
            copy.set_cookie(name, value);
        }
        copy.come_back(&address).await.status
    });
    let statuses = futures::future::join_all(many).await;
    let good = statuses
        .iter()
        .filter(|status| **status == StatusCode::OK)
        .count();
    assert_eq!(good, 1, "{statuses:?}");
    let redeemed = scene.fake.seen("/oauth/token");
    let codes = redeemed
        .iter()
        .filter(|seen| seen.form.contains_key("code"));
    assert!(codes.count() <= 2, "once, and once more for the nonce");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_17_a_callback_in_another_browser_is_refused_and_the_code_stays_at_home() {
    let scene = Scene::new().await;
    let attacker = Browser::new(&scene.longshore);
    let page = attacker.begin(&scene.account.handle, &[]).await;
    let address = scene.fake.agree(&page, &scene.account.did);
    let victim = Browser::new(&scene.longshore);
    // The victim has a sign-in of their own in progress: its cookie does not help either.
    victim.begin(&scene.account.handle, &[]).await;
    let back = victim.come_back(&address).await;
    assert_eq!(back.status, StatusCode::BAD_REQUEST);
    assert!(
        back.problem().contains("begun in another browser"),
        "{}",
        back.problem()
    );
    assert_eq!(
        scene.fake.seen("/oauth/token").len(),
        0,
        "the code was sent nowhere"
    );
    scene.expect_nobody(&victim).await;
    let name = attacker
        .cookies()
        .into_keys()
        .find(|name| name.contains("sign-in"))
        .unwrap();
    let other = Browser::new(&scene.longshore);
    let page = other.begin(&scene.account.handle, &[]).await;
    let own = other
        .cookies()
        .into_keys()
        .find(|name| name.contains("sign-in"))
        .unwrap();
    other.set_cookie(&own, &attacker.cookies()[&name]);
    let back = other
        .come_back(&scene.fake.agree(&page, &scene.account.did))
        .await;
    assert_eq!(
        back.status,
        StatusCode::BAD_REQUEST,
        "with the cookie of another sign-in"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_31_the_issuer_is_compared_to_the_letter_and_on_errors_too() {
    let scene = Scene::new().await;
    let origin = scene.fake.origin.clone();
    let slash = format!("{origin}/");
    let upper = origin.to_uppercase();
    for issuer in [
        None,
        Some(""),
        Some(slash.as_str()),
        Some(upper.as_str()),
        Some("https://other.example"),
    ] {
        for parameter in ["code", "error"] {
            let browser = Browser::new(&scene.longshore);
            let page = browser.begin(&scene.account.handle, &[]).await;
            let code = scene.fake.new_code(&scene.account.did);
            let mut parameters = vec![(parameter, code.as_str())];
            parameters.extend(issuer.map(|issuer| ("iss", issuer)));
            let back = browser
                .come_back(&scene.fake.callback(&page, &parameters))
                .await;
            assert_eq!(back.status, StatusCode::BAD_REQUEST);
            assert!(
                back.problem()
                    .contains("another server than the one that was asked"),
                "{issuer:?}"
            );
        }
    }
    assert_eq!(scene.fake.seen("/oauth/token").len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_32_and_oa_33_errors_are_told_in_our_words_and_parameters_stand_once() {
    let scene = Scene::new().await;
    let browser = Browser::new(&scene.longshore);
    let page = browser.begin(&scene.account.handle, &[]).await;
    let parameters = [
        ("error", "server_error"),
        ("error_description", "<script>alert(1)</script>"),
        ("iss", &scene.fake.origin),
    ];
    let back = browser
        .come_back(&scene.fake.callback(&page, &parameters))
        .await;
    assert_eq!(back.status, StatusCode::BAD_REQUEST);
    assert!(!back.text.contains("alert(1)"));
    let page = browser.begin(&scene.account.handle, &[]).await;
    let address = scene.fake.agree(&page, &scene.account.did);
    let back = browser.come_back(&format!("{address}&state=other")).await;
    assert_eq!(back.status, StatusCode::BAD_REQUEST);
    assert!(back.problem().contains("twice"), "{}", back.problem());
    for nonsense in ["/oauth/callback", "/oauth/callback?state=x&code=y&iss=z"] {
        assert_eq!(browser.get(nonsense).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_34_a_code_goes_only_to_the_server_that_was_asked() {
    let scene = Scene::new().await;
    let other = FakeServer::start(&Clock::System).await;
    let browser = Browser::new(&scene.longshore);
    let page = browser.begin(&scene.account.handle, &[]).await;
    // The answer names the other server, as when two servers are mixed up on the way.
    let code = scene.fake.new_code(&scene.account.did);
    let back = browser
        .come_back(
            &scene
                .fake
                .callback(&page, &[("code", &code), ("iss", &other.origin)]),
        )
        .await;
    assert_eq!(back.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        other.seen("/oauth/token").len() + scene.fake.seen("/oauth/token").len(),
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_35_tokens_that_lack_anything_sign_nobody_in_and_are_given_back() {
    let cases: [(&str, Value, &str); 7] = [
        ("token_type", json!("Bearer"), "not bound to its key"),
        ("token_type", Value::Null, "malformed"),
        (
            "scope",
            json!("transition:generic"),
            "does not grant the scope atproto",
        ),
        ("scope", Value::Null, "does not grant the scope atproto"),
        ("sub", Value::Null, "names no account"),
        ("sub", json!("alice"), "names no account"),
        ("access_token", json!("a b"), "malformed"),
    ];
    let scene = Scene::new().await;
    for (number, (field, value, expected)) in cases.into_iter().enumerate() {
        scene.fake.lies.token_fields.lock().unwrap().clear();
        scene.fake.set_token_field(field, value);
        let browser = Browser::new(&scene.longshore);
        let back = scene
            .attempt(&browser, &scene.account.handle, &scene.account.did)
            .await;
        assert_eq!(back.status, StatusCode::FORBIDDEN);
        assert!(
            back.problem().contains(expected),
            "{field}: {}",
            back.problem()
        );
        scene.expect_nobody(&browser).await;
        assert_eq!(scene.fake.lies.revoked.lock().unwrap().len(), number + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_35_a_token_endpoint_that_answers_anything_else_signs_nobody_in() {
    let scene = Scene::new().await;
    let big = vec![b'a'; 2 << 20];
    let answers: [(u16, &str, Vec<u8>); 7] = [
        (201, "application/json", b"{}".to_vec()),
        (204, "application/json", Vec::new()),
        (302, "text/html", Vec::new()),
        (200, "text/html", b"<html>".to_vec()),
        (
            400,
            "application/json",
            br#"{"error":"invalid_grant"}"#.to_vec(),
        ),
        (500, "text/plain", b"trouble".to_vec()),
        (200, "application/json", big),
    ];
    for (status, content_type, body) in answers {
        let browser = Browser::new(&scene.longshore);
        let page = browser.begin(&scene.account.handle, &[]).await;
        scene
            .fake
            .canned("/oauth/token", status, content_type, body);
        let back = browser
            .come_back(&scene.fake.agree(&page, &scene.account.did))
            .await;
        assert!(
            back.status.is_client_error() || back.status.is_server_error(),
            "{status}"
        );
        assert_ne!(back.problem(), "", "{status}");
        scene.expect_nobody(&browser).await;
        scene.fake.lies.answers.lock().unwrap().clear();
    }
}

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dp_04_and_dp_05_nonces_are_used_once_asked_for_and_a_server_without_them_is_refused() {
    let scene = Scene::new().await;
    let browser = Browser::new(&scene.longshore);
    scene
        .attempt(&browser, &scene.account.handle, &scene.account.did)
        .await;
    let pushed = scene.fake.seen("/oauth/par");
    assert_eq!(pushed.len(), 2, "once without a nonce, once with it");
    let proofs: Vec<_> = pushed
        .iter()
        .map(|seen| seen.headers["dpop"].to_str().unwrap())
        .collect();
    assert_ne!(claims(proofs[0])["jti"], claims(proofs[1])["jti"], "dp_03");
    assert_eq!(header(proofs[0])["typ"], "dpop+jwt");
    assert!(header(proofs[0])["jwk"].get("d").is_none(), "dp_02");
    assert_eq!(
        scene.fake.seen("/oauth/token").len(),
        1,
        "the nonce is remembered"
    );
    let redeemed = &scene.fake.seen("/oauth/token")[0];
    let proof = redeemed.headers["dpop"].to_str().unwrap();
    assert_eq!(
        header(proof)["jwk"],
        header(proofs[0])["jwk"],
        "one key for the whole session"
    );

    let scene = Scene::new().await;
    *scene.fake.lies.without_nonces.lock().unwrap() = true;
    let browser = Browser::new(&scene.longshore);
    let page = browser
        .post("/sign-in", &[("identifier", &scene.account.handle)])
        .await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY);
    assert!(
        page.problem().contains("no DPoP nonce"),
        "{}",
        page.problem()
    );
    let other = Scene::new().await;
    let browser = Browser::new(&other.longshore);
    other
        .attempt(&browser, &other.account.handle, &other.account.did)
        .await;
    let keys: Vec<_> = [&scene, &other]
        .map(|scene| {
            scene.fake.seen("/oauth/par")[0].headers["dpop"]
                .to_str()
                .unwrap()
                .to_owned()
        })
        .map(|proof| header(&proof)["jwk"].clone())
        .into();
    assert_ne!(keys[0], keys[1], "dp_01");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_54_signing_out_works_while_the_server_is_down_and_gives_the_tokens_back_when_it_is_not()
{
    let scene = Scene::new().await;
    let browser = Browser::new(&scene.longshore);
    scene
        .attempt(&browser, &scene.account.handle, &scene.account.did)
        .await;
    browser.post_signed_in("/sign-out", &[]).await;
    assert_eq!(browser.signed_in_as().await, None);
    let revoked = || scene.fake.lies.revoked.lock().unwrap().clone();
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
    while revoked().is_empty() && tokio::time::Instant::now() < deadline {
        tokio::task::yield_now().await;
    }
    assert!(revoked()[0].starts_with("secret-refresh-"));
    scene
        .attempt(&browser, &scene.account.handle, &scene.account.did)
        .await;
    scene
        .fake
        .canned("/oauth/revoke", 503, "text/plain", "down");
    let out = browser.post_signed_in("/sign-out", &[]).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.signed_in_as().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bf_03_no_token_key_or_code_is_in_anything_that_a_browser_gets() {
    let scene = Scene::new().await;
    let browser = Browser::new(&scene.longshore);
    let back = scene
        .attempt(&browser, &scene.account.handle, &scene.account.did)
        .await;
    let mut texts = vec![format!("{back:?}")];
    for path in ["/", "/settings", "/settings/sessions", "/sign-in"] {
        texts.push(format!("{:?}", browser.get(path).await));
    }
    texts.extend(browser.cookies().into_values());
    let code = scene.fake.seen("/oauth/token")[0].form["code"].clone();
    for text in texts {
        assert!(
            !text.contains("secret-access") && !text.contains("secret-refresh"),
            "{text}"
        );
        assert!(!text.contains(&code), "{text}");
    }
    assert_eq!(scene.fake.lies.replays.load(Ordering::SeqCst), 0);
}
