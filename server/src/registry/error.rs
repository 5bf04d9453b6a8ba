//! Why the registry did not do what was asked, in its own words.

use atproto::syntax::Did;
use oci::{Digest, ManifestError, Tag};

use crate::accounts::PdsSessionError;
use crate::clients::hold::HoldError;
use crate::clients::pds::PdsError;
use crate::db::DatabaseError;
use crate::identity::IdentityError;

use super::permissions::Refusal;

/// A refusal or failure of the registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The caller may not; see [`Refusal`] for how much they may learn.
    #[error("{reason}")]
    Refused {
        /// Which answer to give.
        refusal: Refusal,
        /// What the person can do about it.
        reason: String,
    },
    /// The owner in the name cannot be found.
    #[error("the owner of this name cannot be resolved")]
    Owner(#[source] IdentityError),
    /// No such repository, or none for this reader.
    #[error("there is no such repository")]
    RepositoryUnknown,
    /// No such manifest in the repository.
    #[error("there is no manifest {reference} in this repository")]
    ManifestUnknown {
        /// The tag or digest asked for.
        reference: String,
    },
    /// No such blob in the repository.
    #[error("there is no blob {digest} in this repository")]
    BlobUnknown {
        /// The digest asked for.
        digest: Digest,
    },
    /// The blob lies in a hold that this server does not reach.
    #[error("the blob lies in the hold {hold}, which this registry cannot read from")]
    ForeignHold {
        /// That hold.
        hold: String,
    },
    /// The manifest is not acceptable.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The manifest does not have the digest it was put under.
    #[error("the manifest has the digest {actual}, not {named}")]
    ManifestDigestMismatch {
        /// The digest in the URL.
        named: Digest,
        /// The digest of the bytes.
        actual: Digest,
    },
    /// The manifest names things that are not here.
    #[error("the manifest names {} that this repository does not have; push it first", missing_list(.missing))]
    MissingReferences {
        /// What is missing, blobs and manifests.
        missing: Vec<Digest>,
    },
    /// The manifest gives a blob another size than it has.
    #[error("the manifest says that {digest} has {announced} bytes, but it has {actual}")]
    SizeMismatch {
        /// Which blob.
        digest: Digest,
        /// What the manifest says.
        announced: u64,
        /// What is stored.
        actual: u64,
    },
    /// The owner decided that this tag stays as it is.
    #[error(
        "the tag {tag} is immutable: its owner decided so for {pattern}, and can change that on the settings page of the repository"
    )]
    ImmutableTag {
        /// The tag.
        tag: Tag,
        /// The pattern that says so.
        pattern: String,
    },
    /// There is no PDS session to write with.
    #[error("this login cannot write to your repo any more; log in again and repeat")]
    SessionEnded,
    /// The owner's PDS failed.
    #[error("the PDS of {owner} failed")]
    Pds {
        /// Whose PDS.
        owner: Did,
        /// How.
        #[source]
        source: PdsError,
    },
    /// Signing in or keeping the session failed.
    #[error("the PDS session failed")]
    Session(#[source] PdsSessionError),
    /// The hold refused or failed.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// The database failed.
    #[error("the registry's database failed")]
    Database(#[from] DatabaseError),
    /// A request was cut off inside the server.
    #[error("the request was interrupted")]
    Interrupted,
}

fn missing_list(missing: &[Digest]) -> String {
    let shown: Vec<String> = missing.iter().take(3).map(ToString::to_string).collect();
    match missing.len().saturating_sub(3) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl RegistryError {
    /// A failure of the session or of the PDS behind it, for the owner to read.
    pub(super) fn of_session(owner: &Did, error: PdsSessionError) -> Self {
        match error {
            PdsSessionError::SessionEnded => Self::SessionEnded,
            PdsSessionError::Pds(source) => Self::of_pds(owner, source),
            other => Self::Session(other),
        }
    }

    /// A failure of somebody's PDS.
    pub(super) fn of_pds(owner: &Did, source: PdsError) -> Self {
        Self::Pds {
            owner: owner.clone(),
            source,
        }
    }
}
