//! Longshore: an OCI registry on the AT Protocol, with its holds and its web app.

pub mod blob_store;
pub mod clients;
pub mod clock;
pub mod db;
pub mod hold;
pub mod jobs;
