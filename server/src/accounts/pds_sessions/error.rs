//! Why somebody is not signed in, or not any more.

use std::time::Duration;

use crate::clients::pds::PdsError;
use crate::db::DatabaseError;
use crate::identity::IdentityError;
use crate::secrets::SealError;

/// Why a sign-in failed. The messages are for the person who tries.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The secret does not look like an app password, so it was sent nowhere.
    #[error(
        "this is neither an access token of this registry nor an app password (xxxx-xxxx-xxxx-xxxx) of your account"
    )]
    NotAnAppPassword,
    /// The name does not lead to an account.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The PDS does not know this password.
    #[error("the password is not accepted by the account's server")]
    WrongPassword,
    /// Too many wrong passwords.
    #[error("too many failed attempts; wait {} seconds", retry_after.as_secs())]
    RateLimited {
        /// When to come back.
        retry_after: Duration,
    },
    /// The PDS opened a session for another account.
    #[error("the account's server answered for another account")]
    WrongAccount,
    /// The PDS failed or refused.
    #[error(transparent)]
    Pds(PdsError),
    /// Our database failed.
    #[error("the database failed")]
    Database(#[from] DatabaseError),
    /// The tokens could not be sealed.
    #[error("the session could not be stored")]
    Seal(#[from] SealError),
    /// The sign-in broke off.
    #[error("the sign-in broke off; try again")]
    Interrupted,
}

/// Why a request in somebody's name failed.
#[derive(Debug, thiserror::Error)]
pub enum PdsSessionError {
    /// The session is gone: revoked, expired or purged. Only signing in again helps.
    #[error("the sign-in has ended; log in again")]
    SessionEnded,
    /// The account's server sent new tokens that never arrived. Only allowing it again helps.
    #[error(
        "what you had allowed this registry at your server was lost on its way; allow pushes once more, then push again"
    )]
    SessionLost,
    /// The PDS failed or refused; the session is still there.
    #[error(transparent)]
    Pds(#[from] PdsError),
    /// Another process refreshes the session and does not finish.
    #[error("the sign-in is being renewed; try again")]
    RefreshBusy,
    /// Our database failed.
    #[error("the database failed")]
    Database(#[from] DatabaseError),
    /// The tokens could not be sealed.
    #[error("the session could not be stored")]
    Seal(#[from] SealError),
    /// The refresh broke off.
    #[error("the renewal of the sign-in broke off; try again")]
    Interrupted,
}
