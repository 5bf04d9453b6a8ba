//! Longshore with its embedded default: SQLite and files, durable, with its usual log.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::local_network::LocalNetwork;
use super::{Name, Subject};
use crate::connection::Connection;
use crate::process::{Process, flush_disk, free_address};

/// What is measured in the first place.
pub struct Longshore {
    pub subject: Subject,
    binary: PathBuf,
    folder: PathBuf,
    pub network: LocalNetwork,
}

impl Longshore {
    pub async fn start(binary: &Path, folder: PathBuf) -> Result<Self> {
        let network = LocalNetwork::start(&folder.join("network"))?;
        let address = free_address()?;
        let process = run(binary, &folder, &network, address).await?;
        let subject = Subject::new(Name::Longshore, address, process);
        Ok(Self {
            subject,
            binary: binary.to_owned(),
            folder,
            network,
        })
    }

    /// Stops the server and starts it again over its data. How long the start took comes along.
    pub async fn restart(mut self) -> Result<(Self, Duration)> {
        self.subject.process.stop()?;
        flush_disk().await?;
        let started = Instant::now();
        self.subject.process = run(
            &self.binary,
            &self.folder,
            &self.network,
            self.subject.address,
        )
        .await?;
        Ok((self, started.elapsed()))
    }

    pub async fn sign_in(&mut self) -> Result<()> {
        let alice = &self.network.alice;
        let (address, repository) = (self.subject.address, self.subject.repository);
        let credentials = STANDARD.encode(format!("{}:{}", alice.handle, alice.app_password));
        let mut connection = Connection::open(address).await?;
        let request = format!(
            "GET /auth/token?service=localhost:{}&scope=repository:{repository}:pull,push HTTP/1.1\r\n\
             host: {address}\r\nauthorization: Basic {credentials}\r\n\r\n",
            address.port()
        );
        connection.send(request.as_bytes()).await?;
        let answer = connection.read_answer().await?;
        ensure!(
            answer.status == 200,
            "no token: {}",
            String::from_utf8_lossy(&answer.body)
        );
        let body: serde_json::Value = serde_json::from_slice(&answer.body)?;
        let token = body["token"].as_str().context("the answer has no token")?;
        self.subject.authorization = Some(format!("Bearer {token}"));
        Ok(())
    }
}

async fn run(
    binary: &Path,
    folder: &Path,
    network: &LocalNetwork,
    address: SocketAddr,
) -> Result<Process> {
    let mut command = Command::new(binary);
    command
        .arg("serve")
        .env_clear()
        .env("LONGSHORE_LISTEN", address.to_string())
        .env(
            "LONGSHORE_PUBLIC_URL",
            format!("http://localhost:{}", address.port()),
        )
        .env("LONGSHORE_DATA_DIR", folder.join("data"))
        .env("LONGSHORE_DEVELOPMENT", "true")
        .env("PLC_DIRECTORY_URL", &network.plc)
        .env("HANDLE_RESOLVER_URL", &network.resolver)
        .env("HOLD_OWNER", &network.alice.did)
        .env("HOLD_PUBLIC", "true");
    let mut process = Process::start(&mut command, &folder.join("log"))?;
    process.wait_until_it_answers(address, "/v2/").await?;
    Ok(process)
}
