//! Longshore: an OCI registry on the AT Protocol, with its holds and its web app.

pub mod cli;
pub mod clock;
pub mod config;
pub mod data_folder;
pub mod db;
pub mod doctor;
pub mod handlers;
pub mod serve;
pub mod start;
pub mod telemetry;
