//! Why somebody's data is not put together or removed, in words for them.

use super::super::access_tokens::AccessTokenError;
use super::super::{EndAccessError, PdsSessionError};
use super::zip::TooLarge;
use crate::clients::hold::HoldError;
use crate::clients::pds::PdsError;
use crate::db::DatabaseError;
use crate::identity::IdentityError;
use crate::registry::RegistryError;

/// Why it did not work.
#[derive(Debug, thiserror::Error)]
pub enum PersonalDataError {
    /// One archive of theirs is being made.
    #[error("an archive of yours is being made; wait until it is ready")]
    Busy,
    /// They had enough archives for a day.
    #[error("you have had {limit} archives today; take one of those, or come back tomorrow")]
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// They own the hold of this server.
    #[error("you are the captain of the hold {hold}; hand it over to somebody else first")]
    Captain {
        /// The hold.
        hold: atproto::syntax::Did,
    },
    /// The account cannot be looked up.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The account's server failed or refused.
    #[error(transparent)]
    Pds(#[from] PdsError),
    /// Nobody may write for the account any more.
    #[error(transparent)]
    Session(#[from] PdsSessionError),
    /// A hold failed or refused.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// The catalogue failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// Access tokens could not be revoked.
    #[error(transparent)]
    AccessTokens(#[from] AccessTokenError),
    /// Somebody could not be signed out.
    #[error(transparent)]
    Access(#[from] EndAccessError),
    /// There is more than an archive can hold.
    #[error("there is more than one archive can hold")]
    TooLarge(#[from] TooLarge),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DatabaseError),
}
