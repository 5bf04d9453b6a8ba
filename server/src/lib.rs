//! Longshore: an OCI registry on the AT Protocol, with its holds and its web app.

pub mod blob_store;
pub mod cli;
pub mod clients;
pub mod clock;
pub mod config;
pub mod data_folder;
pub mod db;
pub mod doctor;
pub mod handlers;
pub mod hold;
pub mod jobs;
pub mod serve;
pub mod start;
pub mod telemetry;
