//! A DID or a handle, where either may name an account.

use std::fmt;
use std::str::FromStr;

use super::{Did, Handle, SyntaxError, serde_as_string};

/// What a person types and an API accepts to name an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AtIdentifier {
    /// The lasting name.
    Did(Did),
    /// The domain name, which may change owner.
    Handle(Handle),
}

impl AtIdentifier {
    /// The text, whichever of the two it is.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Did(did) => did.as_str(),
            Self::Handle(handle) => handle.as_str(),
        }
    }

    /// The DID, if it is one.
    pub const fn did(&self) -> Option<&Did> {
        match self {
            Self::Did(did) => Some(did),
            Self::Handle(_) => None,
        }
    }

    /// The handle, if it is one.
    pub const fn handle(&self) -> Option<&Handle> {
        match self {
            Self::Did(_) => None,
            Self::Handle(handle) => Some(handle),
        }
    }
}

impl FromStr for AtIdentifier {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A handle has no colon, so the two grammars cannot meet.
        if text.starts_with("did:") {
            text.parse().map(Self::Did)
        } else {
            text.parse().map(Self::Handle)
        }
    }
}

impl fmt::Display for AtIdentifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl From<Did> for AtIdentifier {
    fn from(did: Did) -> Self {
        Self::Did(did)
    }
}

impl From<Handle> for AtIdentifier {
    fn from(handle: Handle) -> Self {
        Self::Handle(handle)
    }
}

serde_as_string!(AtIdentifier);
