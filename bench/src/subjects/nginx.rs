//! nginx with the same bytes as files under the same paths: the limit. It asks for no token; it logs requests, as
//! the registries do.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Name, REPOSITORY, Subject};
use crate::image::Blob;
use crate::process::{Process, free_address};

/// A web server for files.
pub struct Nginx {
    pub subject: Subject,
    root: PathBuf,
}

impl Nginx {
    pub async fn start(folder: PathBuf) -> Result<Self> {
        let address = free_address()?;
        let root = folder.join("files");
        for kind in ["blobs", "manifests"] {
            std::fs::create_dir_all(root.join(format!("v2/{REPOSITORY}/{kind}")))?;
        }
        std::fs::write(folder.join("nginx.conf"), settings_text(&folder, address))?;
        let mut command = Command::new("/usr/sbin/nginx");
        command
            .arg("-p")
            .arg(&folder)
            .args(["-c", "nginx.conf"])
            .arg("-e")
            .arg(folder.join("log"));
        let mut process = Process::start(&mut command, &folder.join("log"))?;
        process.wait_until_it_answers(address, "/").await?;
        Ok(Self {
            subject: Subject::new(Name::Nginx, address, process),
            root,
        })
    }

    pub fn place_blob(&self, blob: &Blob) -> Result<()> {
        self.place(&format!("blobs/{}", blob.digest), blob)
    }

    pub fn place_manifest(&self, tag: &str, manifest: &Blob) -> Result<()> {
        self.place(&format!("manifests/{}", manifest.digest), manifest)?;
        self.place(&format!("manifests/{tag}"), manifest)
    }

    fn place(&self, path: &str, content: &Blob) -> Result<()> {
        Ok(std::fs::write(
            self.root.join(format!("v2/{REPOSITORY}/{path}")),
            &content.bytes,
        )?)
    }
}

/// One process in the foreground, so that it ends with the one that is killed; two would be no faster here,
/// since the load comes from one thread.
fn settings_text(folder: &Path, address: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "daemon off;
master_process off;
pid {folder}/pid;
events {{ worker_connections 1024; }}
http {{
  access_log {folder}/access.log;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {address};
    root {folder}/files;
  }}
}}
"
    )
}
