//! What a signed-in browser has and what pages say of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;

use super::browser::Browser;
use super::signed_in_scene::SignedInScene;
use crate::harness::Engine;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bf_06_a_cookie_is_256_random_bits_and_a_copy_of_the_database_opens_nothing() {
    for engine in [Engine::Sqlite, Engine::Postgresql] {
        let scene = SignedInScene::new(engine).await;
        let cookie = scene.browser.cookie("longshore-session").unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(&cookie).unwrap().len(), 32);
        assert_eq!(
            scene.longshore.tables_with(&cookie).await,
            [""; 0],
            "it is nowhere in the database"
        );
        // What is there are its hash and the name of the session.
        let digest = oci::Digest::sha256_of(cookie.as_bytes());
        let hash = hex::decode(digest.hex()).unwrap();
        let listed = scene
            .longshore
            .state
            .browsers
            .list(&scene.did())
            .await
            .unwrap();
        for guess in [
            URL_SAFE_NO_PAD.encode(&hash),
            digest.hex().to_owned(),
            listed[0].id.as_str().to_owned(),
            listed[0].oauth_session_id.clone(),
            listed[0].form_token.clone(),
        ] {
            let thief = Browser::new(&scene.longshore);
            thief.set_cookie("longshore-session", &guess);
            assert_eq!(thief.signed_in_as().await, None, "{guess}");
        }
        assert!(scene.is_signed_in().await);
        // Another sign-in of the same browser is another cookie.
        scene.sign_in().await;
        assert_ne!(scene.browser.cookie("longshore-session").unwrap(), cookie);
        scene.longshore.stop().await;
    }
}

/// Nothing answers scripts with who is signed in. If something is to, it says no more than what the page shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bf_05_no_address_tells_scripts_about_a_session() {
    let scene = SignedInScene::new(Engine::Sqlite).await;
    let browser = &scene.browser;
    for path in [
        "/oauth/session",
        "/api/session",
        "/api/v1/session",
        "/api/v1/me",
        "/api/v1/viewer",
        "/api/v1/settings/sessions",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let session = scene.session().await.unwrap();
    let listed = scene
        .longshore
        .state
        .browsers
        .list(&scene.did())
        .await
        .unwrap();
    let secrets = [
        session.as_str(),
        listed[0].form_token.as_str(),
        scene.account.did.as_str(),
    ];
    // What is public is the same text for somebody and for nobody.
    let nobody = Browser::new(&scene.longshore);
    for path in ["/api/v1/search", "/api/v1/status"] {
        let (seen, public) = (browser.get(path).await, nobody.get(path).await);
        assert_eq!(seen.status, StatusCode::OK);
        assert_eq!(
            without_times(&seen.text),
            without_times(&public.text),
            "{path}"
        );
    }
    // What islands get is not about sessions either.
    for path in [
        "/",
        "/search",
        "/settings",
        "/settings/sessions",
        "/settings/data",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for properties in page.text.split("data-props=").skip(1) {
            let properties = properties.split('>').next().unwrap();
            for secret in secrets {
                assert!(!properties.contains(secret), "{path}: {properties}");
            }
        }
        assert!(!page.text.contains(&session), "{path}");
    }
}

/// The status says how long it took to look.
fn without_times(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_ascii_digit())
        .collect()
}
