//! Why a name does not lead to an identity. The messages are for the person who typed the name.

use atproto::syntax::{Did, Handle};

/// A name that does not lead to an identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Neither a handle nor a DID.
    #[error("this is neither a handle (such as alice.example.com) nor a DID")]
    NotAnIdentifier,
    /// A well-formed name of a kind that is not served: a reserved top-level domain, another DID method.
    #[error(
        "{name} cannot be an account here: its top-level domain or DID method is not supported"
    )]
    NotAllowed {
        /// The name.
        name: String,
    },
    /// The handle points to no DID.
    #[error("the handle {handle} does not point to an account")]
    HandleNotFound {
        /// The handle.
        handle: Handle,
    },
    /// The handle's DNS records name several accounts.
    #[error("the DNS records of the handle {handle} name more than one account")]
    HandleAmbiguous {
        /// The handle.
        handle: Handle,
    },
    /// The handle points to an account that does not claim it.
    #[error("the handle {handle} points to an account that does not use this handle")]
    HandleNotVerified {
        /// The handle that was asked for.
        handle: Handle,
        /// What the account calls itself.
        claimed: Option<Handle>,
    },
    /// The DID does not exist, or no longer.
    #[error("there is no account {did}")]
    DidNotFound {
        /// The DID.
        did: Did,
    },
    /// The DID document cannot be used.
    #[error("the DID document of {did} cannot be used: {reason}")]
    DocumentInvalid {
        /// The DID.
        did: Did,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A source did not answer; it may later.
    #[error("{what} cannot be reached right now; try again later")]
    Unreachable {
        /// Which source, in words.
        what: String,
    },
}

impl IdentityError {
    /// Whether the answer says nothing about the name, only about the way to it.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}
