//! Tokens that were lost on their way to us: the person is who they were, is told so where they notice, and allows once
//! more what they had allowed.

use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::json;
use server::accounts::PdsSessionError;
use server::accounts::oauth::Permission;

use super::browser::Shown;
use super::signed_in_scene::SignedInScene;
use crate::harness::Answer;

const TOKENS: &str = "/settings/tokens";

/// What somebody is who lost what they had allowed, and still has an access token.
async fn somebody_who_lost_it() -> (SignedInScene, String) {
    let scene = SignedInScene::of_a_captain(&[Permission::Push, Permission::Settings]).await;
    let fields = [
        ("create", "1"),
        ("name", "ci"),
        ("repositories", "*/*"),
        ("pull", "true"),
        ("push", "true"),
        ("days", "30"),
    ];
    let page = scene.browser.post_signed_in(TOKENS, &fields).await;
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
    let start = page.text.find("longshore_").unwrap();
    let token = page.text[start..start + "longshore_".len() + 49].to_owned();

    let session = scene.session().await.unwrap();
    scene.clock.advance(TimeDelta::minutes(61));
    scene.fake.lies.lost_answers.store(1, Ordering::SeqCst);
    // The answer is lost, and the next try shows that nobody has the tokens.
    scene.act(&session).await.unwrap_err();
    (scene, token)
}

/// `docker login` and a push with an access token, up to the registry token.
async fn ask_to_push(scene: &SignedInScene, token: &str) -> Answer {
    let credentials = STANDARD.encode(format!("{}:{token}", scene.account.handle));
    let scope = format!("repository:{}/app:pull,push", scene.account.handle);
    let basic = [("authorization", &*format!("Basic {credentials}"))];
    scene
        .longshore
        .nobody()
        .send(
            Method::GET,
            &format!("/auth/token?scope={scope}"),
            &basic,
            "",
        )
        .await
}

/// The one form on a page that asks the person's server for this.
#[track_caller]
fn asks_once_for(page: &Shown, permission: &str) {
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let field = format!("name=\"allow\" value=\"{permission}\"");
    assert_eq!(page.text.matches(&field).count(), 1, "{}", page.text);
}

/// Sends that form, agrees at the person's server, and comes back. Returns where to.
async fn allow_again(scene: &SignedInScene, permission: &str, return_to: &str) -> String {
    let fields = [
        ("identifier", scene.account.did.as_str()),
        ("allow", permission),
        ("return_to", return_to),
    ];
    let page = scene.browser.post_signed_in("/sign-in", &fields).await;
    let page = page.leads_to().parse().unwrap();
    let back = scene.fake.agree(&page, &scene.account.did);
    scene.browser.come_back(&back).await.leads_to()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_50_who_lost_what_they_had_allowed_is_asked_on_the_page_and_saves_then() {
    let (scene, _) = somebody_who_lost_it().await;
    let browser = &scene.browser;
    let saved = browser
        .post_signed_in("/settings", &[("default_hold", "")])
        .await;
    assert_eq!(saved.location(), "/settings?outcome=not-allowed");
    let page = browser.get(&saved.location()).await;
    assert!(page.text.contains("Allow it once more"), "{}", page.text);
    asks_once_for(&page, "settings");

    let back = allow_again(&scene, "settings", "/settings").await;
    assert_eq!(back, "/settings");
    let saved = browser
        .post_signed_in("/settings", &[("default_hold", "")])
        .await;
    assert_eq!(saved.location(), "/settings?outcome=saved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_50_a_push_by_who_lost_what_they_had_allowed_says_where_to_allow_it_and_works_then() {
    let (scene, token) = somebody_who_lost_it().await;
    let session = scene.session().await.unwrap();
    ask_to_push(&scene, &token).await.expect(StatusCode::OK);
    // What a push does first with the session.
    let outcome = scene.act(&session).await;
    assert!(
        matches!(outcome, Err(PdsSessionError::SessionLost)),
        "{outcome:?}"
    );

    let refused = ask_to_push(&scene, &token).await;
    refused.expect_error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
    let page = format!("{}{TOKENS}", scene.longshore.base);
    assert!(refused.text().contains(&page), "{}", refused.text());
    asks_once_for(&scene.browser.get(TOKENS).await, "push");
    let back = allow_again(&scene, "push", TOKENS).await;
    assert_eq!(back, TOKENS);
    let granted = ask_to_push(&scene, &token)
        .await
        .expect(StatusCode::OK)
        .json();
    let scope = format!("repository:{}/app:pull,push", scene.account.handle);
    assert_eq!(granted["scope"], json!(scope));
    scene.act(&scene.session().await.unwrap()).await.unwrap();
}
