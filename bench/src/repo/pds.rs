//! A repo of the reference PDS.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::xrpc::{self, request};
use crate::connection::Connection;
use crate::subjects::Account;

/// The most writes that a commit may have.
const WRITES: usize = 200;

/// Somebody's repo, and they are logged in.
pub struct Pds {
    pub address: SocketAddr,
    pub did: String,
    access_token: String,
}

impl Pds {
    pub async fn new(account: &Account) -> Result<Self> {
        let port = account.pds.rsplit(':').next().unwrap_or_default();
        let address = SocketAddr::from(([127, 0, 0, 1], port.trim_end_matches('/').parse()?));
        let input = json!({ "identifier": account.did, "password": account.app_password });
        let login = request(
            address,
            "POST",
            "com.atproto.server.createSession",
            None,
            Some(&input),
        );
        let session = xrpc::call(&mut Connection::open(address).await?, &login).await?;
        let access_token = session["accessJwt"].as_str().context("no access token")?;
        Ok(Self {
            address,
            did: account.did.clone(),
            access_token: access_token.to_owned(),
        })
    }

    fn procedure(&self, method: &str, input: &Value) -> Vec<u8> {
        let token = Some(self.access_token.as_str());
        request(self.address, "POST", method, token, Some(input))
    }

    pub fn create_record(&self, input: &Value) -> Vec<u8> {
        self.procedure("com.atproto.repo.createRecord", input)
    }

    /// Writes layer records by `applyWrites`.
    pub async fn fill(&self, records: usize) -> Result<Duration> {
        let mut connection = Connection::open(self.address).await?;
        let numbers: Vec<usize> = (0..records).collect();
        let mut spent = Duration::ZERO;
        for numbers in numbers.chunks(WRITES) {
            let writes: Vec<Value> = numbers
                .iter()
                .map(|number| {
                    json!({
                        "$type": "com.atproto.repo.applyWrites#create",
                        "collection": "io.atcr.hold.layer",
                        "value": self.layer(*number),
                    })
                })
                .collect();
            let request = self.apply_writes(&writes);
            let started = Instant::now();
            xrpc::call(&mut connection, &request).await?;
            spent += started.elapsed();
        }
        Ok(spent)
    }

    /// Does these writes, as many in a commit as may be.
    pub async fn write(&self, writes: &[Value]) -> Result<()> {
        let mut connection = Connection::open(self.address).await?;
        for writes in writes.chunks(WRITES) {
            xrpc::call(&mut connection, &self.apply_writes(writes)).await?;
        }
        Ok(())
    }

    fn apply_writes(&self, writes: &[Value]) -> Vec<u8> {
        let input = json!({ "repo": self.did, "validate": false, "writes": writes });
        self.procedure("com.atproto.repo.applyWrites", &input)
    }

    /// As the hold writes them.
    fn layer(&self, number: usize) -> Value {
        json!({
            "$type": "io.atcr.hold.layer",
            "digest": format!("sha256:{number:064x}"),
            "size": 4096,
            "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
            "manifest": format!("at://{}/io.atcr.manifest/{:064x}", self.did, number / 1000),
            "repository": "bench",
            "userDid": self.did,
            "createdAt": "2026-01-01T00:00:00.000Z",
        })
    }

    /// Has the PDS vouch for its account at a hold, for one call.
    pub async fn service_token(
        &self,
        connection: &mut Connection,
        hold: &str,
        method: &str,
    ) -> Result<String> {
        let path = format!(
            "com.atproto.server.getServiceAuth?aud={}&lxm={method}",
            hold.replace('%', "%25")
        );
        let token = Some(self.access_token.as_str());
        let request = request(self.address, "GET", &path, token, None);
        let answer = xrpc::call(connection, &request).await?;
        Ok(answer["token"].as_str().context("no token")?.to_owned())
    }

    /// A connection to it.
    pub async fn connect(&self) -> Result<Connection> {
        Connection::open(self.address).await
    }
}
