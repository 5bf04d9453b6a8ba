//! Debian's `docker-registry` (CNCF distribution) with files, its cache in memory and token authentication.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::token_issuer::TokenIssuer;
use super::{Name, Subject};
use crate::process::{Process, flush_disk, free_address};

/// The registry that Longshore is compared with.
pub struct Distribution {
    pub subject: Subject,
    tokens: TokenIssuer,
    settings: PathBuf,
    folder: PathBuf,
}

impl Distribution {
    pub async fn start(folder: PathBuf) -> Result<Self> {
        let address = free_address()?;
        let tokens = TokenIssuer::create(&folder)?;
        let settings = folder.join("config.yml");
        std::fs::write(
            &settings,
            settings_text(&folder, address, &tokens.certificate),
        )?;
        let process = run(&settings, &folder, address).await?;
        let subject = Subject::new(Name::DockerRegistry, address, process);
        Ok(Self {
            subject,
            tokens,
            settings,
            folder,
        })
    }

    /// Stops the server and starts it again over its data. How long the start took comes along.
    pub async fn restart(mut self) -> Result<(Self, Duration)> {
        self.subject.process.stop()?;
        flush_disk().await?;
        let started = Instant::now();
        self.subject.process = run(&self.settings, &self.folder, self.subject.address).await?;
        Ok((self, started.elapsed()))
    }

    pub fn sign_in(&mut self) -> Result<()> {
        let token = self.tokens.issue(self.subject.repository)?;
        self.subject.authorization = Some(format!("Bearer {token}"));
        Ok(())
    }

    /// Adds tags of manifests that were pushed, as files: as it keeps them itself.
    pub fn place_tags<'a>(&self, tags: impl Iterator<Item = (String, &'a str)>) -> Result<()> {
        let repository = self.subject.repository;
        let folder = format!("data/docker/registry/v2/repositories/{repository}/_manifests/tags");
        let folder = self.folder.join(folder);
        for (tag, digest) in tags {
            let current = folder.join(tag).join("current");
            std::fs::create_dir_all(&current)?;
            std::fs::write(current.join("link"), digest)?;
        }
        Ok(())
    }
}

async fn run(settings: &Path, folder: &Path, address: SocketAddr) -> Result<Process> {
    let mut command = Command::new("docker-registry");
    // Otherwise it asks for a trace collector.
    command
        .arg("serve")
        .arg(settings)
        .env("OTEL_TRACES_EXPORTER", "none");
    let mut process = Process::start(&mut command, &folder.join("log"))?;
    process.wait_until_it_answers(address, "/v2/").await?;
    Ok(process)
}

/// As Debian's package sets it up, but for the address and the authentication.
fn settings_text(folder: &Path, address: SocketAddr, certificate: &Path) -> String {
    format!(
        "version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: {root}
  delete:
    enabled: true
http:
  addr: {address}
  secret: bench
  headers:
    X-Content-Type-Options: [nosniff]
auth:
  token:
    realm: http://{address}/token
    service: {service}
    issuer: {issuer}
    rootcertbundle: {certificate}
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
",
        root = folder.join("data").display(),
        service = TokenIssuer::SERVICE,
        issuer = TokenIssuer::ISSUER,
        certificate = certificate.display(),
    )
}
