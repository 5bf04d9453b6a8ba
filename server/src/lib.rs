//! Longshore: an OCI registry on the AT Protocol, with its holds and its web app.

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
pub mod handlers;
pub mod hold;
pub mod identity;
pub mod jobs;
pub mod keyed_lock;
pub mod network;
pub mod rate_limit;
pub mod registry;
pub mod router;
pub mod secrets;
pub mod serve;
pub mod start;
pub mod storage;
pub mod telemetry;
