//! What the tests stand on: a local network of reference software, and servers of ours on loopback.

mod client;
mod images;
mod network;
mod postgresql;
mod s3_server;
mod server;
mod soak;
mod tables;

pub use client::{Answer, Client, http, with_digest};
pub use images::{Image, blob, descriptor, image};
pub use network::{Account, network, workspace};
pub use postgresql::new_postgresql_database;
pub use server::{Engine, Options, TestServer};
pub use soak::rounds;

/// Runs each test on SQLite and on PostgreSQL: `async fn a_sentence(server) { … }`.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$attribute:meta])* async fn $name:ident($server:ident) $body:block)*) => {
        $(
            mod $name {
                use super::*;

                $(#[$attribute])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    let server = $crate::harness::TestServer::start($crate::harness::Engine::Sqlite).await;
                    run(&server).await;
                    server.stop().await;
                }

                $(#[$attribute])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgresql() {
                    let server = $crate::harness::TestServer::start($crate::harness::Engine::Postgresql).await;
                    run(&server).await;
                    server.stop().await;
                }

                async fn run($server: &$crate::harness::TestServer) $body
            }
        )*
    };
}

/// Runs each test on SQLite, on PostgreSQL, and with a hold on another server:
/// `async fn a_sentence(server) { … }`.
#[macro_export]
macro_rules! on_every_topology {
    ($($(#[$attribute:meta])* async fn $name:ident($server:ident) $body:block)*) => {
        $(
            mod $name {
                use super::*;

                $(#[$attribute])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    start_and_run($crate::harness::Engine::Sqlite).await;
                }

                $(#[$attribute])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgresql() {
                    start_and_run($crate::harness::Engine::Postgresql).await;
                }

                $(#[$attribute])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn with_the_hold_apart() {
                    start_and_run($crate::harness::Engine::Apart).await;
                }

                async fn start_and_run(engine: $crate::harness::Engine) {
                    let server = $crate::harness::TestServer::start(engine).await;
                    run(&server).await;
                    server.stop().await;
                }

                async fn run($server: &$crate::harness::TestServer) $body
            }
        )*
    };
}

/// Runs each test on SQLite and on PostgreSQL, and leaves starting the server to it:
/// `async fn a_sentence(engine) { … }`.
#[macro_export]
macro_rules! on_both_engines {
    ($(async fn $name:ident($engine:ident) $body:block)*) => {
        $(
            mod $name {
                use super::*;

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    run($crate::harness::Engine::Sqlite).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgresql() {
                    run($crate::harness::Engine::Postgresql).await;
                }

                async fn run($engine: $crate::harness::Engine) $body
            }
        )*
    };
}
