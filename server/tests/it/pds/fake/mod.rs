//! A network in a box: PLC directory, handle resolver and PDS of one account, which fail on demand.

mod faults;
mod listener;
mod methods;
mod repo;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use server::clock::Clock;
use tokio::task::JoinHandle;

pub use faults::Fault;

use crate::harness::{Account, Client, Engine, Options, TestServer};
use repo::Repo;

static ACCOUNTS: AtomicU32 = AtomicU32::new(0);

/// The app password of every fake account.
const APP_PASSWORD: &str = "abcd-efgh-ijkl-mnop";

/// The services and their one account. They end with this value.
pub struct FakeNetwork {
    pub account: Account,
    pub origin: String,
    state: Arc<State>,
    serving: JoinHandle<()>,
}

/// What the services share.
struct State {
    origin: String,
    clock: Clock,
    account: Mutex<Account>,
    repo: Mutex<Repo>,
    /// By the last part of an XRPC method's name, or `plc`; `*` is everything.
    faults: Mutex<HashMap<String, Fault>>,
    calls: Mutex<HashMap<String, usize>>,
}

impl FakeNetwork {
    pub async fn start(clock: &Clock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let account = new_account(&origin, "captain.test");
        let state = Arc::new(State {
            origin: origin.clone(),
            clock: clock.clone(),
            account: Mutex::new(account.clone()),
            repo: Mutex::default(),
            faults: Mutex::default(),
            calls: Mutex::default(),
        });
        let serving = tokio::spawn(listener::serve(listener, state.clone()));
        Self {
            account,
            origin,
            state,
            serving,
        }
    }

    /// Settings of a server in this network, whose hold is the fake account's.
    pub fn options(&self, engine: Engine) -> Options {
        let mut options = Options::new(engine);
        options.clock = self.state.clock.clone();
        options.settings = vec![
            ("PLC_DIRECTORY_URL", self.origin.clone()),
            ("HANDLE_RESOLVER_URL", self.origin.clone()),
            ("HOLD_OWNER", self.account.did.clone()),
        ];
        options
    }

    pub async fn server(&self) -> TestServer {
        TestServer::start_with(self.options(Engine::Sqlite)).await
    }

    /// The captain, with every right on one of their repositories.
    pub async fn owner_of(&self, server: &TestServer, name: &str) -> Client {
        server
            .signed_in(&self.account, name, "pull,push,delete")
            .await
    }

    /// From now on `method` fails like this. `plc` is the directory, `*` all there is.
    pub fn break_method(&self, method: &str, fault: Fault) {
        self.state
            .faults
            .lock()
            .unwrap()
            .insert(method.to_owned(), fault);
    }

    /// Everything works again.
    pub fn repair(&self) {
        self.state.faults.lock().unwrap().clear();
    }

    /// How often a method was called.
    pub fn calls(&self, method: &str) -> usize {
        self.state
            .calls
            .lock()
            .unwrap()
            .get(method)
            .copied()
            .unwrap_or_default()
    }

    /// Every access token given so far is answered with `ExpiredToken`.
    pub fn expire_access_tokens(&self) {
        self.state.repo.lock().unwrap().tokens.expire_access();
    }

    /// The app password is worth nothing any more, and neither is any token.
    pub fn revoke_app_password(&self) {
        self.state.repo.lock().unwrap().tokens.revoke();
    }

    /// Changes a record behind everybody's back.
    pub fn edit_record(
        &self,
        collection: &str,
        rkey: &str,
        edit: impl FnOnce(&mut serde_json::Value),
    ) {
        let mut repo = self.state.repo.lock().unwrap();
        let key = (collection.to_owned(), rkey.to_owned());
        edit(
            repo.records
                .get_mut(&key)
                .unwrap_or_else(|| panic!("no record {key:?}")),
        );
    }

    /// Stores a blob that no record names.
    pub fn add_blob(&self, content: &[u8]) -> serde_json::Value {
        self.state
            .repo
            .lock()
            .unwrap()
            .add_blob("application/octet-stream", content)
    }

    /// The handle belongs to another person from now on, on the same PDS.
    pub fn give_handle_away(&self) -> Account {
        let heir = new_account(&self.origin, &self.account.handle);
        *self.state.account.lock().unwrap() = heir.clone();
        heir
    }
}

impl Drop for FakeNetwork {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn new_account(origin: &str, handle: &str) -> Account {
    let number = ACCOUNTS.fetch_add(1, Ordering::Relaxed);
    let suffix: String = format!("{number:08}")
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect();
    Account {
        handle: handle.to_owned(),
        did: format!("did:plc:fakefakefakefake{suffix}"),
        pds: origin.to_owned(),
        password: "correct-horse-battery".to_owned(),
        app_password: APP_PASSWORD.to_owned(),
    }
}
