//! A network in a box: PLC directory, handle resolver, PDS and authorization server in one, which lies on demand.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Map, Value, json};
use server::clock::Clock;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use url::{Url, form_urlencoded};

#[path = "fake_documents.rs"]
mod documents;
#[path = "jwt.rs"]
pub mod jwt;

use documents::{change, refuse};
pub use jwt::claims;

static ACCOUNTS: AtomicU32 = AtomicU32::new(0);

/// The server. It ends with this value.
pub struct FakeServer {
    pub origin: String,
    pub lies: Arc<Lies>,
    serving: JoinHandle<()>,
}

/// Somebody whom the server hosts.
#[derive(Debug, Clone)]
pub struct FakeAccount {
    pub did: String,
    pub handle: String,
}

/// What a test sets and reads.
pub struct Lies {
    origin: String,
    clock: Clock,
    accounts: Mutex<Vec<FakeAccount>>,
    /// Where the DID documents say that accounts live; this server when not set.
    pub pds_of: Mutex<HashMap<String, String>>,
    /// Whole answers by path.
    pub answers: Mutex<HashMap<String, Canned>>,
    /// Fields that replace those of the server's descriptions, by path; `null` takes one away.
    pub metadata: Mutex<HashMap<String, Map<String, Value>>>,
    /// Fields that replace those of token answers; `null` takes one away.
    pub token_fields: Mutex<Map<String, Value>>,
    /// No answer has a nonce, and none is asked for.
    pub without_nonces: Mutex<bool>,
    /// Accounts that are not active at this server, with why.
    pub inactive: Mutex<HashMap<String, &'static str>>,
    /// So many of the next refreshes are carried out, and their answers lost.
    pub lost_answers: AtomicUsize,
    /// Refreshes that come while this is set are never answered.
    pub hanging: AtomicBool,
    /// Pushed requests by their reference.
    requests: Mutex<HashMap<String, HashMap<String, String>>>,
    /// Codes with whom they are for.
    codes: Mutex<HashMap<String, String>>,
    /// Refresh tokens that are good, with whose they are.
    refresh_tokens: Mutex<HashMap<String, String>>,
    /// Refresh tokens that were used, with whose they were.
    used_refresh_tokens: Mutex<HashMap<String, String>>,
    /// Access tokens that are good, with whose they are.
    access_tokens: Mutex<HashMap<String, String>>,
    /// At what a request for an account stops for good.
    pub stops: Mutex<HashMap<String, Stop>>,
    /// The accounts whose requests have stopped.
    pub stopped: Mutex<HashSet<String>>,
    /// Requests for the description of the server that come while this is set are never answered.
    pub descriptions_hang: AtomicBool,
    /// In how many seconds to come back, says every answer with the status 429.
    pub retry_after: Mutex<Option<&'static str>>,
    /// Blobs that were taken.
    pub blobs: Mutex<Vec<Bytes>>,
    /// Rings for each request that comes, and for each that stops.
    bell: Notify,
    pub revoked: Mutex<Vec<String>>,
    pub refreshes: AtomicUsize,
    pub replays: AtomicUsize,
    pub seen: Mutex<Vec<Seen>>,
    proof_ids: Mutex<HashSet<String>>,
}

/// A moment of a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The request is here and nothing has become of it.
    BeforeRefresh,
    /// The tokens are other ones, and the answer is not sent.
    AfterRefresh,
    /// The new token is used for the first time.
    AtFirstUse,
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Canned {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
    pub form: HashMap<String, String>,
    pub body: Bytes,
}

impl FakeServer {
    pub async fn start(clock: &Clock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let lies = Arc::new(Lies {
            origin: origin.clone(),
            clock: clock.clone(),
            accounts: Mutex::default(),
            pds_of: Mutex::default(),
            answers: Mutex::default(),
            metadata: Mutex::default(),
            token_fields: Mutex::default(),
            without_nonces: Mutex::default(),
            inactive: Mutex::default(),
            lost_answers: AtomicUsize::default(),
            hanging: AtomicBool::default(),
            requests: Mutex::default(),
            codes: Mutex::default(),
            refresh_tokens: Mutex::default(),
            used_refresh_tokens: Mutex::default(),
            access_tokens: Mutex::default(),
            stops: Mutex::default(),
            stopped: Mutex::default(),
            descriptions_hang: AtomicBool::default(),
            retry_after: Mutex::default(),
            blobs: Mutex::default(),
            bell: Notify::new(),
            revoked: Mutex::default(),
            refreshes: AtomicUsize::default(),
            replays: AtomicUsize::default(),
            seen: Mutex::default(),
            proof_ids: Mutex::default(),
        });
        let router = axum::Router::new()
            .fallback(answer)
            .with_state(lies.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            origin,
            lies,
            serving,
        }
    }

    /// A new account, with a DID in the PLC directory that this server also is.
    pub fn new_account(&self) -> FakeAccount {
        let number = ACCOUNTS.fetch_add(1, Ordering::Relaxed);
        let letters = b"abcdefghijklmnopqrstuvwxyz234567";
        let unique: String = format!("{:08}{:08}{:08}", std::process::id(), number, number * 7)
            .bytes()
            .map(|digit| char::from(letters[usize::from(digit - b'0')]))
            .collect();
        let account = FakeAccount {
            did: format!("did:plc:{unique}"),
            handle: format!("sailor{number}.test"),
        };
        self.lies.accounts.lock().unwrap().push(account.clone());
        account
    }

    /// Hosts an account that another server made.
    pub fn host(&self, account: &FakeAccount) {
        self.lies.accounts.lock().unwrap().push(account.clone());
    }

    /// What was announced behind a reference.
    pub fn request_of(&self, page: &Url) -> HashMap<String, String> {
        let (_, reference) = page
            .query_pairs()
            .find(|(name, _)| name == "request_uri")
            .unwrap();
        self.lies.requests.lock().unwrap()[reference.as_ref()].clone()
    }

    /// Somebody agrees at the page of this server. Returns the address that their browser is sent to.
    pub fn agree(&self, page: &Url, did: &str) -> String {
        let code = self.new_code(did);
        self.callback(page, &[("code", &code), ("iss", &self.origin)])
    }

    pub fn new_code(&self, did: &str) -> String {
        let code = format!("cod-{}", uuid::Uuid::new_v4().simple());
        let mut codes = self.lies.codes.lock().unwrap();
        codes.insert(code.clone(), did.to_owned());
        code
    }

    /// The address that answers a request, with these parameters beside the state.
    pub fn callback(&self, page: &Url, parameters: &[(&str, &str)]) -> String {
        let request = self.request_of(page);
        let mut address: Url = request["redirect_uri"].parse().unwrap();
        address
            .query_pairs_mut()
            .append_pair("state", &request["state"])
            .extend_pairs(parameters);
        address.into()
    }

    /// Every request to a path.
    pub fn seen(&self, path: &str) -> Vec<Seen> {
        let seen = self.lies.seen.lock().unwrap();
        seen.iter()
            .filter(|seen| seen.path == path)
            .cloned()
            .collect()
    }

    pub fn canned(
        &self,
        path: &str,
        status: u16,
        content_type: &'static str,
        body: impl Into<Vec<u8>>,
    ) {
        let canned = Canned {
            status,
            content_type,
            body: body.into(),
        };
        self.lies
            .answers
            .lock()
            .unwrap()
            .insert(path.to_owned(), canned);
    }

    pub fn set_metadata(&self, path: &str, field: &str, value: Value) {
        let mut metadata = self.lies.metadata.lock().unwrap();
        metadata
            .entry(path.to_owned())
            .or_default()
            .insert(field.to_owned(), value);
    }

    pub fn set_token_field(&self, field: &str, value: Value) {
        let mut fields = self.lies.token_fields.lock().unwrap();
        fields.insert(field.to_owned(), value);
    }

    /// Waits until something is so that requests bring about.
    pub async fn until(&self, condition: impl Fn() -> bool) {
        loop {
            let rung = self.lies.bell.notified();
            let mut rung = std::pin::pin!(rung);
            // From now on it is heard, so what changes after the look is not missed.
            rung.as_mut().enable();
            if condition() {
                return;
            }
            rung.await;
        }
    }

    /// The access token of an account is not good any more.
    pub fn expire(&self, did: &str) {
        let mut tokens = self.lies.access_tokens.lock().unwrap();
        tokens.retain(|_, owner| owner != did);
    }

    /// Forgets what it has seen, which becomes much in a long test.
    pub fn forget_seen(&self) {
        self.lies.seen.lock().unwrap().clear();
        self.lies.proof_ids.lock().unwrap().clear();
        self.lies.used_refresh_tokens.lock().unwrap().clear();
    }

    /// Refresh tokens of a person stop working, as when they revoke the session at their server.
    pub fn revoke_everything(&self) {
        self.lies.refresh_tokens.lock().unwrap().clear();
        self.lies.access_tokens.lock().unwrap().clear();
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(State(lies): State<Arc<Lies>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let path = parts.uri.path().to_owned();
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let seen = Seen {
        path: path.clone(),
        headers: parts.headers.clone(),
        form: form.clone(),
        body: body.clone(),
    };
    lies.seen.lock().unwrap().push(seen);
    lies.bell.notify_waiters();
    if form.contains_key("refresh_token") && lies.hanging.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
    if path.ends_with("/oauth-authorization-server")
        && lies.descriptions_hang.load(Ordering::SeqCst)
    {
        std::future::pending::<()>().await;
    }
    let owner = lies.owner_of_tokens(&parts.headers, &form);
    let stop =
        owner.and_then(|owner| Some((lies.stops.lock().unwrap().get(&owner).copied()?, owner)));
    let is_refresh = form.contains_key("refresh_token");
    match &stop {
        Some((Stop::BeforeRefresh, owner)) if is_refresh => lies.stop(owner).await,
        Some((Stop::AtFirstUse, owner)) if !is_refresh => lies.stop(owner).await,
        _ => {}
    }
    let mut response = lies.route(
        &path,
        parts.uri.query().unwrap_or_default(),
        &parts.headers,
        &form,
        &body,
    );
    if let Some((Stop::AfterRefresh, owner)) = &stop
        && is_refresh
        && response.status() == StatusCode::OK
    {
        lies.stop(owner).await;
    }
    if parts.headers.contains_key("dpop") && !*lies.without_nonces.lock().unwrap() {
        let nonce = lies.nonce();
        response
            .headers_mut()
            .insert("dpop-nonce", nonce.parse().unwrap());
    }
    let retry_after = lies
        .retry_after
        .lock()
        .unwrap()
        .map(HeaderValue::from_static);
    if let Some(seconds) = retry_after
        && response.status() == StatusCode::TOO_MANY_REQUESTS
    {
        response.headers_mut().insert("retry-after", seconds);
    }
    let date = lies
        .clock
        .now()
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    response.headers_mut().insert("date", date.parse().unwrap());
    response
}

impl Lies {
    /// Whose good token a request carries.
    fn owner_of_tokens(
        &self,
        headers: &HeaderMap,
        form: &HashMap<String, String>,
    ) -> Option<String> {
        if let Some(token) = form.get("refresh_token") {
            return self.refresh_tokens.lock().unwrap().get(token).cloned();
        }
        let authorization = headers.get("authorization")?.to_str().ok()?;
        let token = authorization.strip_prefix("DPoP ")?;
        self.access_tokens.lock().unwrap().get(token).cloned()
    }

    async fn stop(&self, owner: &str) {
        self.stopped.lock().unwrap().insert(owner.to_owned());
        self.bell.notify_waiters();
        std::future::pending::<()>().await;
    }

    /// Another one every five minutes, as the reference has it.
    fn nonce(&self) -> String {
        format!("nonce-{}", self.clock.now().timestamp() / 300)
    }

    fn route(
        &self,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        form: &HashMap<String, String>,
        body: &Bytes,
    ) -> Response {
        if let Some(canned) = self.answers.lock().unwrap().get(path) {
            let status = StatusCode::from_u16(canned.status).unwrap();
            return (
                status,
                [("content-type", canned.content_type)],
                canned.body.clone(),
            )
                .into_response();
        }
        match path {
            "/.well-known/oauth-protected-resource" | "/.well-known/oauth-authorization-server" => {
                self.describe(path)
            }
            "/xrpc/com.atproto.identity.resolveHandle" => self.resolve_handle(query),
            "/xrpc/com.atproto.sync.getRepoStatus" => self.repo_status(query),
            "/oauth/par" => self.with_proof(headers, None, || self.push_request(form)),
            "/oauth/token" => self.with_proof(headers, None, || self.token(form)),
            "/oauth/revoke" => self.with_proof(headers, None, || {
                self.revoked.lock().unwrap().push(form["token"].clone());
                axum::Json(json!({})).into_response()
            }),
            "/xrpc/com.atproto.server.getServiceAuth" => self.with_token(headers, || {
                axum::Json(json!({ "token": "service-token" })).into_response()
            }),
            "/xrpc/com.atproto.repo.uploadBlob" => self.with_token(headers, || self.take_blob(body)),
            "/xrpc/com.atproto.repo.getRecord" => refuse(400, "RecordNotFound"),
            "/xrpc/com.atproto.repo.putRecord" => self.with_token(headers, || {
                let cid = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a";
                axum::Json(json!({ "uri": "at://did:web:pds.example.com/io.atcr.sailor.profile/self", "cid": cid })).into_response()
            }),
            _ => match path.strip_prefix("/did:plc:") {
                Some(rest) => self.document(&format!("did:plc:{rest}")),
                None => refuse(404, "not_found"),
            },
        }
    }

    /// RFC 9449: a proof of its own, with the nonce of the moment.
    fn with_proof(
        &self,
        headers: &HeaderMap,
        token: Option<&str>,
        go_on: impl FnOnce() -> Response,
    ) -> Response {
        let Some(proof) = headers.get("dpop") else {
            return refuse(400, "invalid_dpop_proof");
        };
        let claims = claims(proof.to_str().unwrap());
        let is_new = self
            .proof_ids
            .lock()
            .unwrap()
            .insert(claims["jti"].as_str().unwrap().to_owned());
        if !is_new
            || claims["htu"].as_str().unwrap().contains('?')
            || (token.is_some() != claims["ath"].is_string())
        {
            return refuse(400, "invalid_dpop_proof");
        }
        if !*self.without_nonces.lock().unwrap() && claims["nonce"] != json!(self.nonce()) {
            return refuse(if token.is_some() { 401 } else { 400 }, "use_dpop_nonce");
        }
        go_on()
    }

    fn with_token(&self, headers: &HeaderMap, go_on: impl FnOnce() -> Response) -> Response {
        let authorization = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        let Some(token) = authorization.and_then(|value| value.strip_prefix("DPoP ")) else {
            return refuse(401, "invalid_token");
        };
        self.with_proof(headers, Some(token), || {
            if self.access_tokens.lock().unwrap().contains_key(token) {
                go_on()
            } else {
                refuse(401, "invalid_token")
            }
        })
    }

    fn take_blob(&self, body: &Bytes) -> Response {
        self.blobs.lock().unwrap().push(body.clone());
        let reference = json!({
            "$type": "blob",
            "ref": { "$link": atproto::data::Cid::raw_sha256(body).to_string() },
            "mimeType": "application/octet-stream",
            "size": body.len(),
        });
        axum::Json(json!({ "blob": reference })).into_response()
    }

    fn push_request(&self, form: &HashMap<String, String>) -> Response {
        let reference = format!("urn:ietf:params:oauth:request_uri:{}", uuid::Uuid::new_v4());
        let mut requests = self.requests.lock().unwrap();
        requests.insert(reference.clone(), form.clone());
        let body = json!({ "request_uri": reference, "expires_in": 300 });
        (StatusCode::CREATED, axum::Json(body)).into_response()
    }

    fn token(&self, form: &HashMap<String, String>) -> Response {
        if let Some(code) = form.get("code") {
            return match self.codes.lock().unwrap().remove(code) {
                Some(did) => self.tokens(&did),
                None => refuse(400, "invalid_grant"),
            };
        }
        let token = &form["refresh_token"];
        let owner = self.refresh_tokens.lock().unwrap().remove(token);
        let Some(did) = owner else {
            self.replays.fetch_add(1, Ordering::SeqCst);
            // As the reference does: a token that comes twice ends the session.
            if let Some(owner) = self.used_refresh_tokens.lock().unwrap().get(token) {
                self.end_sessions_of(owner);
            }
            return refuse(400, "invalid_grant");
        };
        let used = (token.clone(), did.clone());
        self.used_refresh_tokens.lock().unwrap().extend([used]);
        self.refreshes.fetch_add(1, Ordering::SeqCst);
        let answer = self.tokens(&did);
        let lost = self
            .lost_answers
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if lost.is_ok() {
            let broken =
                futures::stream::once(async { Err::<String, _>(std::io::Error::other("lost")) });
            return Body::from_stream(broken).into_response();
        }
        answer
    }

    fn end_sessions_of(&self, did: &str) {
        for tokens in [&self.refresh_tokens, &self.access_tokens] {
            tokens.lock().unwrap().retain(|_, owner| owner != did);
        }
    }

    fn tokens(&self, did: &str) -> Response {
        let access = format!("secret-access-{}", uuid::Uuid::new_v4().simple());
        let refresh = format!("secret-refresh-{}", uuid::Uuid::new_v4().simple());
        let mut tokens = self.access_tokens.lock().unwrap();
        tokens.retain(|_, owner| owner != did);
        tokens.extend([(access.clone(), did.to_owned())]);
        drop(tokens);
        self.refresh_tokens
            .lock()
            .unwrap()
            .insert(refresh.clone(), did.to_owned());
        let mut body = json!({
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "DPoP",
            "scope": "atproto",
            "sub": did,
            "expires_in": 3600,
        });
        change(&mut body, &self.token_fields.lock().unwrap());
        axum::Json(body).into_response()
    }
}
