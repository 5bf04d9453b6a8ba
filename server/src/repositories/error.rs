//! Why something was not done for an owner, in words for them.

use crate::accounts::PdsSessionError;
use crate::clients::pds::PdsError;
use crate::db::DatabaseError;
use crate::registry::RegistryError;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// The repository belongs to somebody else.
    #[error("the repository belongs to somebody else")]
    NotOwner,
    /// No such repository, or none for this reader.
    #[error("there is no such repository")]
    RepositoryUnknown,
    /// No such deletion of this repository.
    #[error("there is no such deletion")]
    DeletionUnknown,
    /// What was given cannot be saved.
    #[error("{reason}")]
    Invalid {
        /// What is wrong with it, for whoever gave it.
        reason: String,
    },
    /// The record is another one than the one that was edited.
    #[error("it was changed by something else meanwhile")]
    Changed,
    /// The person's server does not let us write, or not any more; or what it allowed was lost.
    #[error("your server does not let this registry write to your repo any more; allow it again")]
    SessionEnded,
    /// The person's server failed or refused.
    #[error("your server did not take it")]
    Pds(#[source] PdsError),
    /// The session could not be used.
    #[error("the session with your server failed")]
    Session(#[source] PdsSessionError),
    /// The registry refused or failed.
    #[error(transparent)]
    Registry(RegistryError),
    /// The database failed.
    #[error("the registry's database failed")]
    Database(#[from] DatabaseError),
}

impl From<RegistryError> for OwnerError {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::RepositoryUnknown | RegistryError::Refused { .. } => {
                Self::RepositoryUnknown
            }
            RegistryError::Owner(ref source) if !source.is_transient() => Self::RepositoryUnknown,
            RegistryError::SessionEnded => Self::SessionEnded,
            RegistryError::Pds { source, .. } => Self::Pds(source),
            other => Self::Registry(other),
        }
    }
}

impl From<PdsSessionError> for OwnerError {
    fn from(error: PdsSessionError) -> Self {
        match error {
            PdsSessionError::SessionEnded | PdsSessionError::SessionLost => Self::SessionEnded,
            PdsSessionError::Pds(PdsError::InvalidSwap) => Self::Changed,
            PdsSessionError::Pds(error) => Self::Pds(error),
            other => Self::Session(other),
        }
    }
}
