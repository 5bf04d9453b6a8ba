//! Why the catalogue has no answer, in words for whoever looks.

use crate::clients::hold::HoldError;
use crate::db::DatabaseError;
use crate::identity::IdentityError;
use crate::registry::RegistryError;
use crate::registry::permissions::Refusal;

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// No such person.
    #[error("nobody here is called {name}")]
    PersonUnknown {
        /// The name that was asked for.
        name: String,
    },
    /// No such repository, or not for this reader.
    #[error("there is no such repository")]
    RepositoryUnknown,
    /// The repository has no such tag or manifest.
    #[error("{reference} is not in this repository")]
    ManifestUnknown {
        /// The tag or digest that was asked for.
        reference: String,
    },
    /// The image has no such file or layer.
    #[error("there is no such file in this image")]
    FileUnknown,
    /// Somebody's server did not answer, and nothing is known from before.
    #[error("{what} cannot be reached right now")]
    Unreachable {
        /// What was asked, in words.
        what: String,
    },
    /// The database failed.
    #[error("the catalogue's database failed")]
    Database(#[from] DatabaseError),
    /// The registry failed.
    #[error("the registry failed")]
    Registry(#[source] RegistryError),
}

impl From<RegistryError> for CatalogError {
    fn from(error: RegistryError) -> Self {
        match error {
            // Whoever may not pull learns nothing, with a login or without.
            RegistryError::Refused {
                refusal: Refusal::Challenge | Refusal::Hidden | Refusal::NotOwner,
                ..
            }
            | RegistryError::RepositoryUnknown => Self::RepositoryUnknown,
            RegistryError::Owner(error) if !error.is_transient() => Self::RepositoryUnknown,
            RegistryError::Owner(error) => Self::Unreachable {
                what: unreachable_source(&error),
            },
            RegistryError::ManifestUnknown { reference } => Self::ManifestUnknown { reference },
            RegistryError::BlobUnknown { digest } => Self::ManifestUnknown {
                reference: digest.to_string(),
            },
            RegistryError::Pds { owner, .. } => Self::Unreachable {
                what: format!("the server that hosts the account {owner}"),
            },
            RegistryError::Hold(HoldError::Unreachable { did }) => Self::Unreachable {
                what: format!("the hold {did}"),
            },
            RegistryError::ForeignHold { hold } => Self::Unreachable {
                what: format!("the hold {hold}"),
            },
            other => Self::Registry(other),
        }
    }
}

pub(super) fn unreachable_source(error: &IdentityError) -> String {
    match error {
        IdentityError::Unreachable { what } => what.clone(),
        other => other.to_string(),
    }
}
