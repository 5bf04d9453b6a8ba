//! What the tests stand on: the local network, and the `longshore` binary as a child process.

#[expect(dead_code, reason = "shared with the `it` tests, which use more of it")]
#[path = "../../it/harness/client.rs"]
mod client;
#[expect(dead_code, reason = "shared with the `it` tests, which use more of it")]
#[path = "../../it/harness/images.rs"]
mod images;
mod installation;
#[expect(dead_code, reason = "shared with the `it` tests, which use more of it")]
#[path = "../../it/harness/network.rs"]
mod network;
#[path = "../../it/harness/postgresql.rs"]
mod postgresql;
#[path = "../../it/harness/s3_server.rs"]
pub mod s3_server;
mod server_process;

pub use client::{Client, http, with_digest};
pub use images::{Image, blob, image_of};
pub use installation::Installation;
pub use network::{Account, network, workspace};
pub use postgresql::new_postgresql_database;
pub use s3_server::S3Server;
pub use server_process::ServerProcess;
