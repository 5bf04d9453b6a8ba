//! Handles and DIDs: who is meant by a name, and where their data lives.
//!
//! Everything is stored and authorised by DID; a handle is only a way in, and counts only when it is
//! verified both ways. Sources are behind [`Directory`]; [`Identities`] adds memory.

mod cache;
mod directory;
mod error;
mod network_directory;
mod resolve;
#[cfg(test)]
pub(crate) mod testing;

pub use cache::Freshness;
pub use directory::Directory;
pub use error::IdentityError;
pub use network_directory::{NetworkDirectory, NetworkDirectorySetup};
pub use resolve::Identities;

use atproto::crypto::PublicKey;
use atproto::syntax::{Did, Handle};
use url::Url;

/// An account or service, as its verified DID document describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The lasting name.
    pub did: Did,
    /// The handle that the document claims and that points back to the DID; `None` when the two do not agree.
    pub handle: Option<Handle>,
    /// The origin of the personal data server.
    pub pds: Url,
    /// The key that signs the account's repo and service tokens.
    pub signing_key: Option<PublicKey>,
}
