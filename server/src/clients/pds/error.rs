//! What a PDS refuses or fails at, in our words.

use std::time::Duration;

use crate::clients::dpop::DpopError;
use crate::clients::outbound::OutboundError;

/// Why a PDS did not do what was asked. No text of the PDS is in it, but for the name of its error.
#[derive(Debug, thiserror::Error)]
pub enum PdsError {
    /// It cannot be reached, or may not be: its address is not a public one.
    #[error("the personal data server cannot be reached")]
    Unreachable(#[source] OutboundError),
    /// It did not answer in time.
    #[error("the personal data server did not answer in time")]
    Timeout,
    /// It answered that something is wrong on its side.
    #[error("the personal data server has a problem of its own (status {status})")]
    Failing {
        /// The HTTP status, 500 or more.
        status: u16,
    },
    /// Its answer is not what the method promises.
    #[error("the personal data server gave an answer that makes no sense")]
    InvalidAnswer,
    /// The token was good once.
    #[error("the personal data server says the session has expired")]
    ExpiredToken,
    /// The token is not good (any more), or the password is wrong.
    #[error("the personal data server does not accept the credentials")]
    NotAuthorized,
    /// The account has a second factor, and the password is not an app password.
    #[error("the personal data server asks for a second factor; use an app password")]
    SecondFactorRequired,
    /// The account is deactivated, suspended or taken down.
    #[error("the account is not active on its personal data server")]
    AccountInactive,
    /// Somebody else changed the record first.
    #[error("the record was changed by somebody else")]
    InvalidSwap,
    /// More bytes than the server takes.
    #[error("this is more than the personal data server accepts")]
    TooLarge,
    /// Too many requests for this account or from us.
    #[error("the personal data server has had enough requests for now and asks to wait")]
    RateLimited {
        /// When to come back, if it said so.
        retry_after: Option<Duration>,
    },
    /// The account's owner has not allowed this to us.
    #[error("the account has not allowed this here; sign in on the web page and allow it")]
    NotGranted,
    /// Any other refusal.
    #[error("the personal data server refused: {error}")]
    Refused {
        /// The name of the XRPC error: letters and digits.
        error: String,
    },
}

impl PdsError {
    /// Whether the same request may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_) | Self::Timeout | Self::Failing { .. } | Self::RateLimited { .. }
        )
    }
}

impl From<OutboundError> for PdsError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::Timeout => Self::Timeout,
            OutboundError::InvalidBody | OutboundError::TooLarge { .. } => Self::InvalidAnswer,
            OutboundError::Status {
                status,
                xrpc_error,
                retry_after,
                ..
            } => from_status(status, xrpc_error.as_deref(), retry_after),
            OutboundError::Refused { .. }
            | OutboundError::NoSuchHost
            | OutboundError::Connect(_) => Self::Unreachable(error),
        }
    }
}

impl From<DpopError> for PdsError {
    fn from(error: DpopError) -> Self {
        match error {
            DpopError::Outbound(error) => error.into(),
            DpopError::NoNonce => Self::InvalidAnswer,
        }
    }
}

fn from_status(status: u16, error: Option<&str>, retry_after: Option<Duration>) -> PdsError {
    match (error, status) {
        (Some("ExpiredToken"), _) => PdsError::ExpiredToken,
        (Some("AuthFactorTokenRequired"), _) => PdsError::SecondFactorRequired,
        (
            Some(
                "AccountTakedown" | "AccountDeactivated" | "AccountSuspended" | "AccountInactive"
                | "RepoTakendown" | "RepoDeactivated" | "RepoSuspended",
            ),
            _,
        ) => PdsError::AccountInactive,
        (Some("ScopeMissingError" | "InsufficientScope"), _) => PdsError::NotGranted,
        (Some("InvalidSwap"), _) => PdsError::InvalidSwap,
        (Some("InvalidToken"), _) | (_, 401) => PdsError::NotAuthorized,
        (Some("PayloadTooLarge" | "BlobTooLarge"), _) | (_, 413) => PdsError::TooLarge,
        (Some("RateLimitExceeded"), _) | (_, 429) => PdsError::RateLimited { retry_after },
        (_, 500..) => PdsError::Failing { status },
        // We sent no request that could be redirected, and follow none.
        (_, status) if status < 400 => PdsError::InvalidAnswer,
        (Some(error), _) => PdsError::Refused {
            error: error.to_owned(),
        },
        (None, _) => PdsError::Refused {
            error: format!("status {status}"),
        },
    }
}
