//! Authorization servers that lie about whom and what. Each is refused with words of its own, and nobody is signed in.

use std::sync::atomic::Ordering;

use http::StatusCode;
use serde_json::{Value, json};
use server::clock::Clock;

use super::browser::Browser;
use super::fake_server::jwt::header;
use super::fake_server::{FakeServer, claims};
use super::scene::Scene;

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
    let pds_of = &scene.fake.lies.pds_of;
    pds_of
        .lock()
        .unwrap()
        .insert(victim.did.clone(), honest.origin.clone());
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
