//! Addresses that a browser comes back with: used twice, in another browser, from another server, or made up.

use chrono::TimeDelta;
use http::StatusCode;
use server::clock::Clock;

use super::browser::Browser;
use super::fake_server::FakeServer;
use super::scene::Scene;
use crate::harness::Engine;

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
async fn oa_41_who_moved_a_moment_ago_signs_in_at_their_new_server_and_soon_not_at_the_old_one() {
    let clock = Clock::fixed(Clock::System.now());
    let old = FakeServer::start(&clock).await;
    let new = FakeServer::start(&clock).await;
    let longshore = old.longshore(Engine::Sqlite, &clock).await;
    let account = old.new_account();
    new.host(&account);
    let sign_in_at = async |server: &FakeServer| {
        let browser = Browser::new(&longshore);
        let page = browser.begin(&server.origin, &[]).await;
        browser.come_back(&server.agree(&page, &account.did)).await
    };
    assert_eq!(sign_in_at(&old).await.status, StatusCode::OK);
    let pds_of = &old.lies.pds_of;
    pds_of
        .lock()
        .unwrap()
        .insert(account.did.clone(), new.origin.clone());
    // What is remembered of the account names the old server, so it is looked up once more.
    let back = sign_in_at(&new).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.problem());
    // Nobody is believed for longer than ten minutes.
    pds_of.lock().unwrap().remove(&account.did);
    clock.advance(TimeDelta::minutes(11));
    let back = sign_in_at(&new).await;
    assert_eq!(back.status, StatusCode::FORBIDDEN);
    assert!(
        back.problem().contains("is not the one of the account"),
        "{}",
        back.problem()
    );
}

/// After a sign-in a browser is sent to a page of ours and nowhere else, whatever the form said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wb_15_a_sign_in_ends_on_a_page_of_ours() {
    let scene = Scene::new().await;
    for hostile in [
        "https://evil.example/",
        "//evil.example/x",
        "/\\evil.example",
        "https:evil.example",
        "/%2f%2fevil.example/../..//evil.example",
        "javascript:alert(1)",
        "/settings\r\nlocation: https://evil.example",
        "\u{1}//evil.example",
    ] {
        let browser = Browser::new(&scene.longshore);
        let fields = [("return_to", hostile)];
        let page = browser.begin(&scene.account.handle, &fields).await;
        let back = browser
            .come_back(&scene.fake.agree(&page, &scene.account.did))
            .await;
        let own: url::Url = scene.longshore.base.parse().unwrap();
        let target = own.join(&back.leads_to()).unwrap();
        assert_eq!(target.origin(), own.origin(), "{hostile}: {target}");
    }
}
