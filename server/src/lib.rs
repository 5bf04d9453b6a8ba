//! Longshore: an OCI registry on the AT Protocol, with its holds and its web app.

pub mod accounts;
pub mod clients;
pub mod clock;
pub mod db;
pub mod identity;
pub mod secrets;
