//! The three servers that are measured, all serving one repository under the same paths.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;

use crate::process::Process;

mod distribution;
mod local_network;
mod longshore;
mod nginx;
mod token_issuer;

use distribution::Distribution;
pub use local_network::{Account, NODE};
pub use longshore::Longshore;
use nginx::Nginx;

/// The repository that most of it happens in. Longshore names repositories by their owner.
pub const REPOSITORY: &str = "alice.test/bench";

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Name {
    Longshore,
    DockerRegistry,
    Nginx,
    ReferencePds,
}

/// A server that is measured, as clients see it.
pub struct Subject {
    pub name: Name,
    pub address: SocketAddr,
    pub repository: &'static str,
    /// The value of the `Authorization` header, renewed with every round.
    pub authorization: Option<String>,
    pub process: Process,
}

impl Subject {
    fn new(name: Name, address: SocketAddr, process: Process) -> Self {
        Self {
            name,
            address,
            repository: REPOSITORY,
            authorization: None,
            process,
        }
    }

    /// The head of a request; `headers` are whole lines.
    pub fn head(&self, method: &str, path: &str, headers: &str) -> Vec<u8> {
        let authorization = match &self.authorization {
            Some(value) => format!("authorization: {value}\r\n"),
            None => String::new(),
        };
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{authorization}{headers}\r\n",
            self.address
        )
        .into_bytes()
    }
}

/// Everything that runs.
pub struct Subjects {
    pub longshore: Longshore,
    pub distribution: Distribution,
    pub nginx: Nginx,
}

impl Subjects {
    /// Starts all of them with their data in folders below `folder`.
    pub async fn start(longshore: &Path, folder: &Path) -> Result<Self> {
        let folder_of = |name: &str| -> Result<_> {
            let folder = folder.canonicalize()?.join(name);
            std::fs::create_dir(&folder)?;
            Ok(folder)
        };
        Ok(Self {
            longshore: Longshore::start(longshore, folder_of("longshore")?).await?,
            distribution: Distribution::start(folder_of("docker-registry")?).await?,
            nginx: Nginx::start(folder_of("nginx")?).await?,
        })
    }

    /// Gets new tokens: they do not live as long as a run.
    pub async fn sign_in(&mut self) -> Result<()> {
        self.longshore.sign_in().await?;
        self.distribution.sign_in()
    }

    /// Turns the registries to another repository, with tokens for it.
    pub async fn enter(&mut self, repository: &'static str) -> Result<()> {
        self.longshore.subject.repository = repository;
        self.distribution.subject.repository = repository;
        self.sign_in().await
    }

    pub fn registries(&self) -> [&Subject; 2] {
        [&self.longshore.subject, &self.distribution.subject]
    }

    pub fn all(&self) -> [&Subject; 3] {
        [
            &self.longshore.subject,
            &self.distribution.subject,
            &self.nginx.subject,
        ]
    }
}
