//! `com.atproto.*`: what every repo host serves, for the one repo that is here.

pub(super) mod identity;
pub(super) mod repo;
pub(super) mod server;
pub(super) mod sync;
