//! Longshore: an OCI registry on the AT Protocol, with its holds and its web app.

pub mod clock;
pub mod db;
