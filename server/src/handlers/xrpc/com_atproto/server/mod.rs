//! `com.atproto.server.*`.

pub(in crate::handlers::xrpc) mod describe_server;
