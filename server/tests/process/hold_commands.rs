//! The captain's commands, beside a running server and without one.

use std::sync::{Arc, Mutex};

use ::http::StatusCode;
use serde_json::{Value, json};

use crate::cli::{complaint, said};
use crate::harness::{Installation, ServerProcess, network};

/// A record of the hold as the server gives it to anybody; `None` where it has none.
async fn record(server: &ServerProcess, collection: &str, key: &str) -> Option<Value> {
    let hold = server.nobody().get("/.well-known/atproto-did").await;
    let path = format!(
        "/xrpc/com.atproto.repo.getRecord?repo={}&collection={collection}&rkey={key}",
        hold.text().trim().replace('%', "%25")
    );
    let answer = server.nobody().get(&path).await;
    (answer.status == StatusCode::OK)
        .then(|| serde_json::from_str::<Value>(&answer.text()).unwrap()["value"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_crew_is_kept_beside_a_running_server_and_without_one() {
    let installation = tokio::task::spawn_blocking(Installation::new)
        .await
        .unwrap();
    let (alice, bob) = (&network().alice.did, &network().bob.did);
    let run = |line: &str| installation.run(&line.split(' ').collect::<Vec<_>>());

    let early = run("hold crew list");
    assert_eq!(early.status.code(), Some(1));
    assert!(complaint(&early).contains("longshore serve"));

    let server = installation.start();
    let add = format!(
        "hold crew add {} --permission blob:read",
        network().bob.handle
    );
    let added = said(&run(&add), 0);
    assert_eq!(added, format!("{bob}\tmember\tblob:read\n"));
    let crew = record(&server, "io.atcr.hold.crew", bob).await.unwrap();
    assert_eq!(crew["permissions"], serde_json::json!(["blob:read"]));
    let twice = run(&add);
    assert_eq!(twice.status.code(), Some(1));
    assert!(complaint(&twice).contains("`set`"), "{}", complaint(&twice));

    server.stop().expect_success();
    let set =
        format!("hold crew set {bob} --role mate --permission blob:read --permission blob:write");
    said(&run(&set), 0);
    let mut members = [
        format!("{alice}\towner\tblob:read,blob:write,crew:admin\n"),
        format!("{bob}\tmate\tblob:read,blob:write\n"),
    ];
    members.sort();
    assert_eq!(said(&run("hold crew list"), 0), members.concat());
    let unknown = run(&format!("hold crew set {bob} --tier admiral"));
    assert!(complaint(&unknown).contains("there is no tier admiral"));
    let captain = run(&format!("hold crew remove {alice}"));
    assert!(complaint(&captain).contains("the captain stays in the crew"));
    said(&run(&format!("hold crew remove {bob}")), 0);
    let server = installation.start();
    assert_eq!(record(&server, "io.atcr.hold.crew", bob).await, None);
    server.stop().expect_success();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_and_captaincy_are_decided_beside_a_running_server() {
    let installation = tokio::task::spawn_blocking(Installation::new)
        .await
        .unwrap();
    let (alice, bob) = (&network().alice.did, &network().bob.did);
    let run = |line: &str| installation.run(&line.split(' ').collect::<Vec<_>>());
    let server = installation.start();

    let set = said(
        &run("hold settings set --public false --allow-all-crew true"),
        0,
    );
    assert!(set.contains("public\tfalse\t(HOLD_PUBLIC is true"), "{set}");
    assert!(set.contains("allow-all-crew\ttrue\n"), "{set}");
    let captain = record(&server, "io.atcr.hold.captain", "self")
        .await
        .unwrap();
    assert_eq!(
        (&captain["public"], &captain["allowAllCrew"]),
        (&false.into(), &true.into())
    );

    let stranger = run(&format!("hold captain offer {bob}"));
    assert!(complaint(&stranger).contains("add them first"));
    said(&run(&format!("hold crew add {bob}")), 0);
    let offered = said(&run(&format!("hold captain offer {bob}")), 0);
    assert!(
        offered.contains("/xrpc/dev.longshore.hold.acceptCaptaincy"),
        "{offered}"
    );
    assert_eq!(
        said(&run("hold captain show"), 0),
        format!("captain\t{alice}\noffered to\t{bob}\n")
    );
    said(&run("hold captain withdraw"), 0);
    assert_eq!(
        said(&run("hold captain show"), 0),
        format!("captain\t{alice}\n")
    );
    assert_eq!(
        said(&run("hold reconcile"), 0),
        "Every manifest is still there.\n"
    );
    server.stop().expect_success();
}

#[test]
fn a_hold_is_not_signed_with_another_key() {
    let installation = Installation::new();
    installation.start().stop().expect_success();
    let before = said(&installation.run(&["hold", "crew", "list"]), 0);
    let elsewhere = installation.parent().join("other.key");
    let settings = ["hold", "settings", "set", "--public", "false"];
    for has_key in [false, true] {
        if has_key {
            let key = installation.data().join("keys").join("sessions.key");
            std::fs::copy(key, &elsewhere).unwrap();
        }
        let other = installation
            .command(&settings)
            .env("HOLD_DATABASE_KEY_PATH", &elsewhere)
            .output()
            .unwrap();
        assert_eq!(other.status.code(), Some(1));
        assert!(
            complaint(&other).contains("HOLD_DATABASE_KEY_PATH"),
            "{}",
            complaint(&other)
        );
        assert_eq!(elsewhere.exists(), has_key, "no key is made");
    }
    assert_eq!(
        said(&installation.run(&["hold", "crew", "list"]), 0),
        before
    );
}

/// A relay that writes down what it is asked.
async fn start_relay() -> (String, Arc<Mutex<Vec<Value>>>) {
    let asked = Arc::<Mutex<Vec<Value>>>::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let handler = axum::routing::post({
        let asked = asked.clone();
        move |axum::Json(body): axum::Json<Value>| async move { asked.lock().unwrap().push(body) }
    });
    let router = axum::Router::new().route("/xrpc/com.atproto.sync.requestCrawl", handler);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (origin, asked)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn relays_are_asked_on_demand() {
    let (relay, asked) = start_relay().await;
    let installation = tokio::task::spawn_blocking(Installation::new)
        .await
        .unwrap();
    let ask = |installation: &Installation| {
        tokio::task::block_in_place(|| installation.run(&["hold", "request-crawl"]))
    };
    assert!(complaint(&ask(&installation)).contains("HOLD_RELAYS"));
    let installation = installation.with("HOLD_RELAYS", relay.clone());
    assert!(said(&ask(&installation), 0).starts_with(&relay));
    assert_eq!(
        *asked.lock().unwrap(),
        [json!({ "hostname": installation.host() })]
    );
    let installation = installation.with("HOLD_RELAYS", "http://localhost:1");
    let failed = ask(&installation);
    assert!(!failed.status.success() && complaint(&failed).contains("http://localhost:1"));
}
