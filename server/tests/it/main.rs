//! Tests through the surface: real HTTP, real databases, the reference PDS and PLC directory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod architecture;
mod harness;

mod abuse;
mod hold;
mod oci;
mod operations;
mod pds;
mod token;
mod web;
mod xrpc;
