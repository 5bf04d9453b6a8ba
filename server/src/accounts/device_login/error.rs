//! Why a login of a device does not go on.

use super::user_code::UserCodeParseError;
use crate::accounts::access_tokens::AccessTokenError;
use crate::db::DatabaseError;

/// Why a login of a device does not go on. The texts are for the person before the browser or the terminal.
#[derive(Debug, thiserror::Error)]
pub enum DeviceLoginError {
    /// A device asks for something that there is not, or wrongly.
    #[error("{0}")]
    Invalid(&'static str),
    /// More devices are on their way than people have.
    #[error("too many logins have begun and are not finished; wait some minutes and try again")]
    TooMany,
    /// Nobody has decided yet.
    #[error("nobody has decided on this login yet")]
    Pending,
    /// Nobody has decided yet, and the device asks too often.
    #[error("nobody has decided on this login yet; ask less often")]
    SlowDown,
    /// Somebody chose Deny.
    #[error("the login was denied")]
    Denied,
    /// Too late, or there is no such login.
    #[error("the login has expired or is not known; begin again")]
    Expired,
    /// A code of the loopback redirect that opens nothing.
    #[error("the code has expired, was used before, or belongs to another login; begin again")]
    BadCode,
    /// What a person typed is no code.
    #[error(transparent)]
    NotACode(#[from] UserCodeParseError),
    /// What a person typed is nobody's code.
    #[error(
        "no login waits for this code: it was mistyped, has expired, or somebody has decided already"
    )]
    NoSuchCode,
    /// Somebody guesses.
    #[error("too many wrong codes; wait ten minutes, then begin the login again")]
    TooManyGuesses,
    /// The token could not be made.
    #[error(transparent)]
    AccessToken(#[from] AccessTokenError),
    /// Our database failed.
    #[error("the database failed")]
    Database(#[from] DatabaseError),
}
