//! `com.atproto.identity.*`.

pub(in crate::handlers::xrpc) mod resolve_handle;
