//! What can go wrong between us and the place where blobs lie, and between us and a client's body.

use std::io;

/// A store could not do what was asked. Its text is for the log, never for a response.
#[derive(Debug, thiserror::Error)]
pub enum BlobStoreError {
    /// The body is longer than the caller allows. Nothing of it was kept.
    #[error("the body goes beyond the limit of {limit} bytes")]
    TooLarge {
        /// The limit on the whole blob, in bytes.
        limit: u64,
    },
    /// What was staged is gone, or shorter than what was acknowledged of it.
    #[error("{staging:?} is not staged with {size} bytes")]
    StagingUnknown {
        /// Which staging.
        staging: String,
        /// How many bytes there should have been.
        size: u64,
    },
    /// Somebody else is writing to the same staging right now.
    #[error("another writer has {staging:?} open")]
    StagingBusy {
        /// Which staging.
        staging: String,
    },
    /// A staging that no store gave out.
    #[error("{staging:?} cannot be the name of a staging area")]
    StagingInvalid {
        /// What it was.
        staging: String,
    },
    /// What is stored under a digest is not what was stored there: it was changed from outside.
    #[error("the blob {digest} is damaged: {damage}")]
    Damaged {
        /// Which blob.
        digest: oci::Digest,
        /// In which way.
        damage: String,
    },
    /// There is no space left. What was there before is untouched.
    #[error("there is no space left to {operation}")]
    Full {
        /// What was being done.
        operation: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The disk or the service failed.
    #[error("the blob store failed to {operation}")]
    Failed {
        /// What was being done.
        operation: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl BlobStoreError {
    /// For `map_err`: names what was being done when the system refused.
    pub(super) fn while_trying_to(operation: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { operation, source }
            }
            _ => Self::Failed { operation, source },
        }
    }
}

/// Why a client's body ended before its end.
#[derive(Debug, thiserror::Error)]
#[error("the body broke off")]
pub struct BodyError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl BodyError {
    /// Wraps what the transport said.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}
