//! Transport: bytes in, a call into the domain, bytes out.

pub mod health;
pub mod metrics;
pub mod middleware;
