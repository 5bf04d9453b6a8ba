//! Transport: bytes in, a call into the domain, bytes out.

pub mod assets;
pub mod device_login;
pub mod form;
pub mod health;
pub mod metrics;
pub mod middleware;
pub mod oauth;
pub mod oci;
pub mod token;
mod user_agent;
pub mod web;
pub mod xrpc;
