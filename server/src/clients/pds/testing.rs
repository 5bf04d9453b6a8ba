//! A small PDS for tests: sessions as the reference keeps them, with levers to misbehave.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use crate::clock::Clock;

/// How long access tokens live, in milliseconds.
pub(crate) const ACCESS_LIFETIME: i64 = 2 * 60 * 60 * 1000;

pub(crate) struct FakePds {
    pub(crate) url: Url,
    pub(crate) levers: Arc<Levers>,
}

/// What a test sets and reads.
pub(crate) struct Levers {
    clock: Clock,
    passwords: Mutex<HashMap<String, String>>,
    access: Mutex<HashSet<String>>,
    refresh: Mutex<HashMap<String, String>>,
    /// Answers sessions for this DID instead of the one asked for.
    pub(crate) lie: Mutex<Option<String>>,
    /// Answers 503 to everything.
    pub(crate) failing: AtomicBool,
    created: AtomicUsize,
    refreshed: AtomicUsize,
    deleted: AtomicUsize,
    pub(crate) written: Mutex<Vec<Value>>,
}

impl FakePds {
    pub(crate) async fn start(clock: Clock) -> Self {
        let levers = Arc::new(Levers {
            clock,
            passwords: Mutex::default(),
            access: Mutex::default(),
            refresh: Mutex::default(),
            lie: Mutex::default(),
            failing: AtomicBool::default(),
            created: AtomicUsize::default(),
            refreshed: AtomicUsize::default(),
            deleted: AtomicUsize::default(),
            written: Mutex::default(),
        });
        let app = Router::new()
            .route(
                "/xrpc/com.atproto.server.createSession",
                post(create_session),
            )
            .route(
                "/xrpc/com.atproto.server.refreshSession",
                post(refresh_session),
            )
            .route(
                "/xrpc/com.atproto.server.deleteSession",
                post(delete_session),
            )
            .route("/xrpc/com.atproto.repo.putRecord", post(put_record))
            .with_state(Arc::clone(&levers));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, levers }
    }
}

impl Levers {
    pub(crate) fn set_password(&self, did: &str, password: &str) {
        self.passwords
            .lock()
            .unwrap()
            .insert(did.to_owned(), password.to_owned());
    }

    /// Ends every session, as the removal of an app password does.
    pub(crate) fn revoke_everything(&self) {
        self.access.lock().unwrap().clear();
        self.refresh.lock().unwrap().clear();
    }

    /// Access tokens stop working before their time; refresh tokens do not.
    pub(crate) fn revoke_access_tokens(&self) {
        self.access.lock().unwrap().clear();
    }

    pub(crate) fn created(&self) -> usize {
        self.created.load(Ordering::SeqCst)
    }

    pub(crate) fn refreshed(&self) -> usize {
        self.refreshed.load(Ordering::SeqCst)
    }

    pub(crate) fn deleted(&self) -> usize {
        self.deleted.load(Ordering::SeqCst)
    }

    fn session(&self, did: &str) -> Response {
        let expires_at = (self.clock.now_millis() + ACCESS_LIFETIME) / 1000;
        let claims = URL_SAFE_NO_PAD.encode(json!({ "exp": expires_at }).to_string());
        let access = format!("e30.{claims}.{}", uuid::Uuid::new_v4().simple());
        let refresh = format!("refresh-{}", uuid::Uuid::new_v4().simple());
        self.access.lock().unwrap().insert(access.clone());
        self.refresh
            .lock()
            .unwrap()
            .insert(refresh.clone(), did.to_owned());
        let did = self
            .lie
            .lock()
            .unwrap()
            .clone()
            .unwrap_or_else(|| did.to_owned());
        let body = json!({
            "did": did, "handle": "alice.test", "accessJwt": access, "refreshJwt": refresh, "active": true,
        });
        Json(body).into_response()
    }

    fn is_failing(&self) -> bool {
        self.failing.load(Ordering::SeqCst)
    }
}

fn refuse(status: u16, error: &str) -> Response {
    let body = json!({ "error": error, "message": "text of the server" });
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

fn bearer(headers: &HeaderMap) -> String {
    let value = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    value
        .unwrap_or_default()
        .trim_start_matches("Bearer ")
        .to_owned()
}

async fn create_session(State(levers): State<Arc<Levers>>, Json(input): Json<Value>) -> Response {
    levers.created.fetch_add(1, Ordering::SeqCst);
    if levers.is_failing() {
        return refuse(503, "Unavailable");
    }
    let did = input["identifier"].as_str().unwrap();
    let password = levers.passwords.lock().unwrap().get(did).cloned();
    if password.as_deref() != input["password"].as_str() {
        return refuse(401, "AuthenticationRequired");
    }
    levers.session(did)
}

async fn refresh_session(State(levers): State<Arc<Levers>>, headers: HeaderMap) -> Response {
    levers.refreshed.fetch_add(1, Ordering::SeqCst);
    if levers.is_failing() {
        return refuse(503, "Unavailable");
    }
    let spent = levers.refresh.lock().unwrap().remove(&bearer(&headers));
    match spent {
        Some(did) => levers.session(&did),
        None => refuse(400, "ExpiredToken"),
    }
}

async fn delete_session(State(levers): State<Arc<Levers>>, headers: HeaderMap) -> StatusCode {
    levers.deleted.fetch_add(1, Ordering::SeqCst);
    levers.refresh.lock().unwrap().remove(&bearer(&headers));
    StatusCode::OK
}

async fn put_record(
    State(levers): State<Arc<Levers>>,
    headers: HeaderMap,
    Json(input): Json<Value>,
) -> Response {
    if levers.is_failing() {
        return refuse(503, "Unavailable");
    }
    if !levers.access.lock().unwrap().contains(&bearer(&headers)) {
        return refuse(400, "ExpiredToken");
    }
    levers.written.lock().unwrap().push(input.clone());
    let part = |name: &str| input[name].as_str().unwrap().to_owned();
    let uri = format!(
        "at://{}/{}/{}",
        part("repo"),
        part("collection"),
        part("rkey")
    );
    let cid = atproto::data::Cid::dag_cbor_sha256(input.to_string().as_bytes());
    Json(json!({ "uri": uri, "cid": cid })).into_response()
}
