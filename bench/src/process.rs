//! A server as a process: started, watched, and ended with this program.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::connection::Connection;

/// How long a server may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is tried meanwhile.
const TRY_EVERY: Duration = Duration::from_millis(1);

/// A running server. Killed when dropped.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a server whose output goes to the file `log`.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let log = File::options().create(true).append(true).open(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
        Ok(Self { child })
    }

    /// Waits until the server answers `GET path`, whatever it answers.
    pub async fn wait_until_it_answers(&mut self, address: SocketAddr, path: &str) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server at {address} ended with {status}");
            }
            if let Ok(mut connection) = Connection::open(address).await {
                connection
                    .send(format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes())
                    .await?;
                connection.read_answer().await?;
                return Ok(());
            }
            tokio::time::sleep(TRY_EVERY).await;
        }
        bail!("the server at {address} does not answer")
    }

    /// Asks the server to stop, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        self.child.wait()?;
        Ok(())
    }

    /// Resident memory now, and the most there ever was, in MiB.
    pub fn memory(&self) -> Result<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let field = |name: &str| -> Result<f64> {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .context("no such field")?;
            let kib: f64 = line
                .trim_start_matches(':')
                .trim()
                .trim_end_matches("kB")
                .trim()
                .parse()?;
            Ok(kib / 1024.0)
        };
        Ok((field("VmRSS")?, field("VmHWM")?))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL: nothing is left to be measured. Without effect on a server that has stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A loopback address that nobody listens on at the moment.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Writes out what is in memory, so that nobody waits for what somebody else left for the disk.
pub async fn flush_disk() -> Result<()> {
    tokio::process::Command::new("sync").status().await?;
    Ok(())
}
