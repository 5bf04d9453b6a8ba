//! Whose page it is: the DID, the handle if it is verified, and how image names spell them.

use atproto::syntax::{AtIdentifier, Did, Handle};

use super::error::unreachable_source;
use super::{Catalog, CatalogError};
use crate::identity::Freshness;

/// Somebody who has repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The lasting name.
    pub did: Did,
    /// The handle, where it is verified both ways.
    pub handle: Option<Handle>,
    /// The origin of the server that hosts the account.
    pub pds: url::Url,
}

impl Owner {
    /// The first component of their image names: the handle, else the DID in its OCI spelling.
    pub fn component(&self) -> String {
        match &self.handle {
            Some(handle) => handle.to_string().to_lowercase(),
            None => self
                .did
                .to_oci_component()
                .unwrap_or_else(|| self.did.to_string()),
        }
    }
}

impl Catalog {
    /// Who is meant by a handle, a DID, or a DID in its OCI spelling.
    pub(super) async fn find_owner(&self, name: &str) -> Result<Owner, CatalogError> {
        let unknown = || CatalogError::PersonUnknown {
            name: name.to_owned(),
        };
        let spelled = name.trim().trim_start_matches('@').to_lowercase();
        let identifier = if name.starts_with("did:") {
            // The rest of a DID keeps its case.
            name.parse::<Did>().map(AtIdentifier::Did).ok()
        } else {
            Did::from_oci_component(&spelled)
                .map(AtIdentifier::Did)
                .or_else(|| spelled.parse::<Handle>().map(AtIdentifier::Handle).ok())
        };
        let identifier = identifier.ok_or_else(unknown)?;
        match self
            .inner
            .identities
            .resolve(&identifier, Freshness::ForReading)
            .await
        {
            Ok(identity) => Ok(Owner {
                did: identity.did.clone(),
                handle: identity.handle.clone(),
                pds: identity.pds.clone(),
            }),
            Err(error) if error.is_transient() => Err(CatalogError::Unreachable {
                what: unreachable_source(&error),
            }),
            Err(_) => Err(unknown()),
        }
    }
}
