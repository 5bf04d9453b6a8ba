//! A hold with the settings that holds of the network have always had, and nothing else.

use ::http::StatusCode;
use serde_json::Value;

use crate::harness::{Installation, http, network};

async fn get(url: String) -> Value {
    let answer = http().get(&url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{url}");
    answer.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn comes_up_by_the_variables_of_other_holds_and_says_what_it_made() {
    let installation = tokio::task::spawn_blocking(Installation::new)
        .await
        .unwrap();
    let (base, folder) = (installation.base(), installation.parent().to_owned());
    let path = |name: &str| folder.join(name).display().to_string();
    let captain = &network().alice.did;
    std::fs::create_dir(folder.join("keys")).unwrap();
    let installation = installation.with_nothing_but(vec![
        ("LONGSHORE_ROLES", "hold".to_owned()),
        ("HOLD_PUBLIC_URL", base.clone()),
        ("HOLD_OWNER", captain.clone()),
        ("STORAGE_DRIVER", "filesystem".to_owned()),
        ("STORAGE_ROOT_DIR", path("layers")),
        ("HOLD_PUBLIC", "false".to_owned()),
        ("HOLD_ALLOW_ALL_CREW", "false".to_owned()),
        ("HOLD_DATABASE_PATH", path("hold.db")),
        ("HOLD_DATABASE_KEY_PATH", path("keys")),
    ]);
    let server = installation.start();
    assert!(
        server
            .log()
            .contains("created the hold's repo with its captain"),
        "{}",
        server.log()
    );
    let document = get(format!("{base}/.well-known/did.json")).await;
    let did = document["id"].as_str().unwrap();
    assert!(did.starts_with("did:web:localhost%3A"), "{document}");
    let record = |collection: &str, rkey: &str| {
        format!(
            "{base}/xrpc/com.atproto.repo.getRecord?repo={}&collection={collection}&rkey={rkey}",
            did.replace('%', "%25")
        )
    };
    let made = get(record("io.atcr.hold.captain", "self")).await;
    assert_eq!(made["value"]["owner"], captain.as_str());
    assert_eq!(made["value"]["public"], false);
    let crew = get(record("io.atcr.hold.crew", captain)).await;
    assert_eq!(crew["value"]["member"], captain.as_str());
    assert!(folder.join("keys/signing.key").is_file());
    tokio::task::block_in_place(|| server.stop()).expect_success();
}
