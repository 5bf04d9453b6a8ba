//! AT Protocol syntax, data model, identity documents and repos.
//!
//! Pure functions over text and bytes: nothing here opens a socket, reads a clock or draws a
//! random number, and nothing here knows about container images. Every identifier is parsed once,
//! at the door; a value of one of these types is valid for as long as it lives.

pub mod crypto;
pub mod data;
pub mod firehose;
pub mod identity;
pub mod oauth;
pub mod plc;
pub mod repo;
pub mod service_auth;
pub mod syntax;
