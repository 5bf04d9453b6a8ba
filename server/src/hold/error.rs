//! What a hold refuses, in its own words.

use super::repo::RepoError;
use crate::blob_store::{BlobStoreError, BodyError};
use crate::db::DatabaseError;

/// Why a hold did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// The caller may not do this; the reason is for them.
    #[error("{reason}")]
    Denied {
        /// What they lack, and who can give it.
        reason: String,
    },
    /// What was asked for makes no sense; the reason is for the caller.
    #[error("{reason}")]
    Invalid {
        /// What is wrong with it.
        reason: String,
    },
    /// There is nobody or nothing of that name.
    #[error("{what}")]
    NotFound {
        /// What there is not.
        what: String,
    },
    /// Nobody may join by themselves.
    #[error("this hold takes no crew that was not invited; ask its captain ({captain})")]
    RegistrationDisabled {
        /// Whom to ask.
        captain: String,
    },
    /// The user has no room for this.
    #[error("{reason}")]
    QuotaExceeded {
        /// How much is used, how much there is, and what to do.
        reason: String,
    },
    /// No such upload, or it belongs to somebody else, or it has ended.
    #[error("there is no such upload here; start a new one")]
    UploadUnknown,
    /// Somebody else is writing to the same upload right now.
    #[error("another request is writing to this upload")]
    UploadBusy,
    /// The chunk does not begin where the last one ended.
    #[error("the chunk starts at byte {start}, but the next byte expected is {expected}")]
    OutOfOrder {
        /// Where the chunk says it begins.
        start: u64,
        /// Where it would have to begin.
        expected: u64,
    },
    /// The parts are not the ones that were sent.
    #[error("{reason}")]
    Parts {
        /// What is wrong with them.
        reason: String,
    },
    /// The bytes do not have the digest the client announced.
    #[error("the {size} bytes received have the digest {actual}, not {announced}")]
    DigestMismatch {
        /// What the client said.
        announced: oci::Digest,
        /// What the bytes have.
        actual: oci::Digest,
        /// How many bytes there were.
        size: u64,
    },
    /// A hold elsewhere did not take the bytes under the digest the client announced.
    #[error("the bytes received do not have the digest {announced}")]
    DigestRefused {
        /// What the client said.
        announced: oci::Digest,
    },
    /// The blob is larger than this hold takes.
    #[error("a blob may have {limit} bytes at most here")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The client's body broke off; what arrived is kept and counted.
    #[error("the request body broke off after {size} bytes of this upload were stored")]
    Interrupted {
        /// Bytes of the upload that are durable.
        size: u64,
        /// What happened to the body.
        #[source]
        source: BodyError,
    },
    /// The hold has no captain yet.
    #[error("the hold is not set up yet")]
    NotSetUp,
    /// The hold's repo refused or failed.
    #[error(transparent)]
    Repo(#[from] RepoError),
    /// The hold's storage failed.
    #[error("the hold's storage failed")]
    Storage(#[from] BlobStoreError),
    /// The hold's database failed.
    #[error("the hold's database failed")]
    Database(#[from] DatabaseError),
    /// The hold did not answer.
    #[error("the hold {did} cannot be reached")]
    Unreachable {
        /// Which hold.
        did: atproto::syntax::Did,
    },
    /// The person's PDS does not vouch for them at the hold.
    #[error("your PDS gave no token for the hold {did}; log in again and repeat")]
    NotVouched {
        /// Which hold.
        did: atproto::syntax::Did,
    },
}
