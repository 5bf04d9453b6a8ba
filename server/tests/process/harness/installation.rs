//! One server's data folder, port and settings, over as many starts as a test needs.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU16, Ordering};

use super::{ServerProcess, network};

/// Where ports are looked for: below those that the system gives to outgoing connections, so that none of
/// them takes the port between two starts.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Everything that stays when the process ends.
pub struct Installation {
    parent: tempfile::TempDir,
    port: u16,
    settings: Vec<(&'static str, String)>,
}

impl Installation {
    /// A server with a public hold of alice's. Its data folder does not exist yet.
    pub fn new() -> Self {
        let parent = tempfile::tempdir().unwrap();
        let port = free_port();
        let network = network();
        let settings = vec![
            ("LONGSHORE_LISTEN", format!("127.0.0.1:{port}")),
            ("LONGSHORE_PUBLIC_URL", format!("http://localhost:{port}")),
            (
                "LONGSHORE_DATA_DIR",
                parent.path().join("data").display().to_string(),
            ),
            ("LONGSHORE_DEVELOPMENT", "true".to_owned()),
            ("LONGSHORE_SHUTDOWN_SECONDS", "10".to_owned()),
            ("LONGSHORE_LOG_FORMAT", "json".to_owned()),
            ("PLC_DIRECTORY_URL", network.plc.clone()),
            ("HANDLE_RESOLVER_URL", network.resolver.clone()),
            ("HOLD_OWNER", network.alice.did.clone()),
            ("HOLD_PUBLIC", "true".to_owned()),
        ];
        Self {
            parent,
            port,
            settings,
        }
    }

    /// The same with another value of one setting.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.settings.retain(|(known, _)| *known != name);
        self.settings.push((name, value.into()));
        self
    }

    /// The same without a setting.
    pub fn without(mut self, name: &'static str) -> Self {
        self.settings.retain(|(known, _)| *known != name);
        self
    }

    /// The same address, with these settings and no other.
    pub fn with_nothing_but(mut self, settings: Vec<(&'static str, String)>) -> Self {
        self.settings = settings;
        // Where it listens is the test's to say, and how it logs, which the test reads.
        self.settings.extend([
            ("LONGSHORE_LISTEN", format!("127.0.0.1:{}", self.port)),
            ("LONGSHORE_LOG_FORMAT", "json".to_owned()),
        ]);
        self
    }

    /// A folder beside the data that goes when the test ends.
    pub fn parent(&self) -> &Path {
        self.parent.path()
    }

    pub fn data(&self) -> PathBuf {
        self.parent.path().join("data")
    }

    /// The origin under which the server answers.
    pub fn base(&self) -> String {
        format!("http://{}", self.host())
    }

    /// Host and port, as image names begin.
    pub fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// The binary with these settings and nothing else in its environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_longshore"));
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.parent.path());
        command.envs(self.settings.iter().map(|(name, value)| (*name, value)));
        command
    }

    /// Runs a command that ends by itself.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts the server and waits until it serves.
    pub fn start(&self) -> ServerProcess {
        ServerProcess::start(self)
    }
}

fn free_port() -> u16 {
    static OFFSET: AtomicU16 = AtomicU16::new(0);
    let count = PORTS.end - PORTS.start;
    // Other test runs on this machine begin elsewhere.
    let first = u16::try_from(std::process::id() * 37 % u32::from(count)).unwrap();
    (0..count)
        .map(|_| PORTS.start + (first + OFFSET.fetch_add(1, Ordering::Relaxed) % count) % count)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("no port between 20000 and 32000 is free")
}
