//! People whose keys the tests have: each is a did:web on loopback, with a PDS that says whether they are active.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use atproto::crypto::{Curve, SigningKey};
use atproto::service_auth::{Claims, mint};
use atproto::syntax::Did;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::harness::TestServer;

static TOKENS: AtomicU64 = AtomicU64::new(0);

/// Somebody with an account.
#[derive(Clone)]
pub struct Person {
    pub did: Did,
    shown: Arc<Shown>,
}

/// What the network sees of them.
struct Shown {
    origin: String,
    did: Did,
    key: Mutex<SigningKey>,
    is_active: AtomicBool,
}

fn random_key(curve: Curve) -> SigningKey {
    loop {
        if let Ok(key) = SigningKey::from_bytes(curve, &rand::random()) {
            return key;
        }
    }
}

impl Person {
    pub async fn new() -> Self {
        Self::with_curve(Curve::K256).await
    }

    pub async fn with_curve(curve: Curve) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let did: Did = format!("did:web:localhost%3A{port}").parse().unwrap();
        let shown = Arc::new(Shown {
            origin: format!("http://localhost:{port}"),
            did: did.clone(),
            key: Mutex::new(random_key(curve)),
            is_active: AtomicBool::new(true),
        });
        let router = Router::new()
            .route("/.well-known/did.json", get(document))
            .route("/xrpc/com.atproto.sync.getRepoStatus", get(status))
            .with_state(shown.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { did, shown }
    }

    /// A good token for a method of the server's hold.
    pub fn token(&self, server: &TestServer, method: &str) -> String {
        self.sign(&self.claims(server, method))
    }

    /// What a good token says.
    pub fn claims(&self, server: &TestServer, method: &str) -> Claims {
        let now = server.state.clock.now().timestamp();
        Claims {
            issuer: self.did.clone(),
            audience: server.hold().did().to_string(),
            method: method.parse().unwrap(),
            expires_at: now + 60,
            issued_at: now,
            id: format!("token-{}", TOKENS.fetch_add(1, Ordering::Relaxed)),
        }
    }

    pub fn sign(&self, claims: &Claims) -> String {
        mint(&self.shown.key.lock().unwrap(), claims)
    }

    /// Shows another key from now on.
    pub fn rotate_key(&self) {
        *self.shown.key.lock().unwrap() = random_key(Curve::P256);
    }

    pub fn deactivate(&self) {
        self.shown.is_active.store(false, Ordering::Relaxed);
    }
}

async fn document(State(shown): State<Arc<Shown>>) -> Json<Value> {
    let did = &shown.did;
    let key = shown.key.lock().unwrap().public_key().to_multikey();
    Json(json!({
        "id": did,
        "verificationMethod": [{
            "id": format!("{did}#atproto"),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": key,
        }],
        "service": [{
            "id": "#atproto_pds",
            "type": "AtprotoPersonalDataServer",
            "serviceEndpoint": shown.origin,
        }],
    }))
}

async fn status(State(shown): State<Arc<Shown>>) -> Json<Value> {
    let is_active = shown.is_active.load(Ordering::Relaxed);
    Json(json!({ "did": "did:web:localhost", "active": is_active }))
}
