//! Transport: bytes in, a call into the domain, bytes out.

pub mod assets;
pub mod device_login;
pub mod health;
pub mod metrics;
pub mod middleware;
pub mod oci;
pub mod token;
pub mod web;
pub mod xrpc;
