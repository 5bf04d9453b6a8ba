//! The pages of Longshore, compiled twice: into the server, which renders them, and to
//! WebAssembly, where only the islands come alive.
//!
//! Nothing here knows the registry, the database or the network. What a page shows comes as plain
//! data from [`api`], whose traits the server implements; every page reads well without JavaScript.

pub mod api;
mod components;
mod live;

#[cfg(feature = "ssr")]
mod commands;
#[cfg(feature = "ssr")]
pub mod flags;
#[cfg(feature = "ssr")]
pub mod locale;
#[cfg(feature = "ssr")]
mod page_headers;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod pull_commands;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod snippets;
#[cfg(feature = "ssr")]
pub mod text;

#[cfg(feature = "ssr")]
pub use shell::{App, shell};
