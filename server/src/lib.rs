//! Longshore: an OCI registry on the AT Protocol, with its holds and its web app.

// A page waits for the catalogue, which waits for the registry, the hold, a PDS and its HTTP client, each future within
// the next: optimised builds are deeper than the usual limit.
#![recursion_limit = "256"]

pub mod accounts;
pub mod app_state;
pub mod blob_store;
pub mod catalog;
pub mod cli;
pub mod clients;
pub mod clock;
pub mod commands;
pub mod config;
pub mod data_folder;
pub mod db;
pub mod doctor;
pub(crate) mod glob;
pub mod handlers;
pub mod hold;
pub mod identity;
pub mod jobs;
pub mod keyed_lock;
pub mod network;
pub mod pictures;
pub mod rate_limit;
pub mod registry;
pub mod repositories;
pub mod router;
pub mod secrets;
pub mod serve;
pub mod start;
pub mod storage;
pub mod telemetry;
