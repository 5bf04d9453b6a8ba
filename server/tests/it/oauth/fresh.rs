//! Showing who one is once more, before something dangerous.

use chrono::TimeDelta;
use http::{Method, StatusCode};
use server::accounts::oauth::Permission;

use super::browser::form;
use super::signed_in_scene::SignedInScene;
use crate::harness::Engine;

const TOKENS: &str = "/settings/tokens";
const NEW_TOKEN: [(&str, &str); 4] = [
    ("name", "ci"),
    ("repositories", "*/*"),
    ("pull", "true"),
    ("days", "30"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bf_10_what_is_dangerous_asks_for_a_new_sign_in_and_goes_on_after_it() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let browser = &scene.browser;
    scene.clock.advance(TimeDelta::minutes(9));
    let made = browser.post_signed_in(TOKENS, &NEW_TOKEN).await;
    assert_eq!(made.status, StatusCode::CREATED);

    scene.clock.advance(TimeDelta::minutes(1));
    let refused = browser.post_signed_in(TOKENS, &NEW_TOKEN).await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER);
    let again = "/sign-in?fresh=1&return_to=%2Fsettings%2Ftokens";
    assert_eq!(refused.location(), again);
    let page = browser.get(again).await.text;
    let handle = format!("value=\"{}\"", scene.account.handle);
    assert!(page.contains(&handle), "who they are is known: {page}");

    let fields = [("fresh", "1"), ("return_to", TOKENS)];
    let page = browser.begin(&scene.account.handle, &fields).await;
    let request = scene.fake.request_of(&page);
    assert_eq!(request["prompt"], "login");
    let push = Permission::Push.scopes().to_string();
    for scope in push.split(' ') {
        assert!(request["scope"].contains(scope), "{request:?}");
    }
    let back = browser
        .come_back(&scene.fake.agree(&page, &scene.account.did))
        .await;
    assert_eq!(back.leads_to(), TOKENS);
    let made = browser.post_signed_in(TOKENS, &NEW_TOKEN).await;
    assert_eq!(made.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bf_10_the_way_back_is_the_page_of_the_form() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    scene.clock.advance(TimeDelta::minutes(11));
    let base = &scene.longshore.base;
    for (referer, return_to) in [
        (
            format!("{base}{TOKENS}?name=ci"),
            "%2Fsettings%2Ftokens%3Fname%3Dci",
        ),
        (format!("{base}//evil.example/x"), "%2F"),
        ("nonsense".to_owned(), "%2Fsettings%2Ftokens"),
    ] {
        let headers = [
            ("sec-fetch-site", "same-origin"),
            ("referer", referer.as_str()),
        ];
        let body = form(&NEW_TOKEN);
        let token = scene.browser.get("/settings/sessions").await.form_token();
        let body = format!("{body}&form_token={token}");
        let refused = scene
            .browser
            .send(Method::POST, TOKENS, &headers, body)
            .await;
        assert_eq!(
            refused.location(),
            format!("/sign-in?fresh=1&return_to={return_to}")
        );
    }
}
