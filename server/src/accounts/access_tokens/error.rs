//! Why an access token opens nothing, or there is none.

use chrono::{DateTime, Utc};

use super::scopes::{PatternParseError, ScopesError};
use super::{MAX_NAME_CHARACTERS, MAX_TOKENS};
use crate::db::DatabaseError;
use crate::identity::IdentityError;

/// Why an access token opens nothing, or cannot be made. The texts are for the person who tries.
#[derive(Debug, thiserror::Error)]
pub enum AccessTokenError {
    /// Its checksum is wrong.
    #[error("this is not a whole access token: a part is missing, or a character is wrong")]
    NotWhole,
    /// Nobody has such a token, or nobody has it any more.
    #[error("this access token was revoked or is not known here; make another one")]
    Unknown,
    /// Its time is over.
    #[error("this access token expired on {}; make another one", at.format("%Y-%m-%d"))]
    Expired {
        /// When.
        at: DateTime<Utc>,
    },
    /// The name beside it is not its owner's.
    #[error(
        "this access token belongs to another account; log in with the handle or DID of the account that made it"
    )]
    WrongAccount,
    /// The name beside it leads nowhere.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// A name that cannot be shown.
    #[error("a token needs a name of 1 to {MAX_NAME_CHARACTERS} printable characters")]
    BadName,
    /// An expiry in the past, or too far away.
    #[error("a token lives for one day at least and 365 days at most")]
    BadLifetime,
    /// Nothing to do, or too many things.
    #[error(transparent)]
    Scopes(#[from] ScopesError),
    /// A repository pattern that is none.
    #[error(transparent)]
    Pattern(#[from] PatternParseError),
    /// Nobody keeps track of so many.
    #[error("you have {MAX_TOKENS} access tokens; revoke one that you do not need any more")]
    TooMany,
    /// The system gave no random numbers.
    #[error("the system gave no random numbers")]
    NoRandomness,
    /// Our database failed.
    #[error("the database failed")]
    Database(#[from] DatabaseError),
    /// The scopes in the database are no scopes.
    #[error("the access token in the database cannot be read")]
    Corrupt,
}
