//! Why signing in through the browser fails. The texts are for the person who tries.

use std::time::Duration;

use atproto::oauth::{ErrorCode, InvalidCallback, InvalidTokenResponse, MetadataError};
use atproto::syntax::Did;

use crate::clients::dpop::DpopError;
use crate::clients::outbound::OutboundError;
use crate::db::DatabaseError;
use crate::identity::IdentityError;
use crate::rate_limit::TooOften;
use crate::secrets::{SealError, UnsealError};

/// Why a server cannot be asked for authorization. Kept for a while, so that a dead host is asked once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// The description of a server was not there, or not as it must be.
    #[error("the server {host} cannot be used to sign in: {reason}")]
    Unusable {
        /// Which server.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server did not answer, or answered that it has trouble.
    #[error("the server {host} does not answer at the moment; try again later")]
    Unavailable {
        /// Which server.
        host: String,
    },
}

impl DiscoveryError {
    pub(super) fn of_metadata(host: &str, error: MetadataError) -> Self {
        Self::Unusable {
            host: host.to_owned(),
            reason: error.to_string(),
        }
    }

    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// Why an authorization server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// It refused.
    #[error("the authorization server refused ({0:?})")]
    Refused(ErrorCode),
    /// It does not use DPoP nonces.
    #[error("the authorization server sends no DPoP nonce, which atproto requires")]
    NoNonce,
    /// Its answer is not what OAuth asks for.
    #[error("the authorization server gave an answer that makes no sense (status {status})")]
    InvalidAnswer {
        /// The HTTP status.
        status: u16,
    },
    /// Our clock and the server's differ, so that it takes nothing that we sign.
    #[error(
        "the clocks of this registry and of the authorization server differ by {} seconds; the operator of one of \
         them has to set it right",
        difference.as_secs()
    )]
    ClockDiffers {
        /// By how much.
        difference: Duration,
    },
    /// It had enough of our requests.
    #[error(
        "the authorization server has had enough requests for now and asks to wait; try again in a few minutes"
    )]
    TooManyRequests,
    /// Nothing came back, or trouble: the request may or may not have been heard.
    #[error("the authorization server does not answer at the moment; try again later")]
    Unavailable(#[source] Option<OutboundError>),
}

impl ServerError {
    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::TooManyRequests | Self::ClockDiffers { .. } => true,
            Self::Refused(code) => {
                matches!(code, ErrorCode::Unavailable | ErrorCode::UseDpopNonce)
            }
            Self::NoNonce | Self::InvalidAnswer { .. } => false,
        }
    }
}

impl From<DpopError> for ServerError {
    fn from(error: DpopError) -> Self {
        match error {
            DpopError::NoNonce => Self::NoNonce,
            DpopError::Outbound(OutboundError::InvalidBody | OutboundError::TooLarge { .. }) => {
                Self::InvalidAnswer { status: 200 }
            }
            DpopError::Outbound(error) => Self::Unavailable(Some(error)),
        }
    }
}

/// Why a sign-in did not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// What was typed names nobody.
    #[error(
        "this is neither a handle (such as alice.example.com) nor a DID nor the address of a server"
    )]
    NobodyNamed,
    /// The name does not lead to an account.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The account's server cannot be used.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The authorization server did not take the request.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// Too many people begin at once.
    #[error("too many people are signing in at this moment; try again in a minute")]
    Busy,
    /// Too many sign-ins began at one host, which did not ask for any of them.
    #[error("too many sign-ins have begun at {host}; try again {}", too_often.words())]
    BusyHost {
        /// Which.
        host: String,
        /// When it may be asked again.
        too_often: TooOften,
    },
    /// Our database failed.
    #[error("the registry cannot sign you in right now; try again")]
    Database(#[from] DatabaseError),
    /// The secrets of the sign-in could not be sealed.
    #[error("the registry cannot sign you in right now; try again")]
    Seal(#[from] SealError),
}

/// Why a sign-in that was begun did not end well.
#[derive(Debug, thiserror::Error)]
pub enum FinishError {
    /// The address is not the answer of an authorization server.
    #[error("{0}; begin again")]
    Callback(#[from] InvalidCallback),
    /// Nobody began this sign-in, or it was finished before, or it took too long.
    #[error("this sign-in was used already or took too long; begin again")]
    UnknownState,
    /// Somebody else's browser began it.
    #[error("this sign-in was begun in another browser; begin again in this one")]
    OtherBrowser,
    /// The answer is from another server than the one that was asked.
    #[error("the answer comes from another server than the one that was asked; begin again")]
    OtherIssuer,
    /// The person did not agree.
    #[error("you did not allow Longshore to sign you in")]
    Denied,
    /// The server answered with an error.
    #[error("the authorization server could not sign you in ({0:?}); begin again")]
    Refused(ErrorCode),
    /// The server did not give tokens.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The server's tokens are not acceptable.
    #[error("{0}, so nobody was signed in")]
    Token(#[from] InvalidTokenResponse),
    /// Another account came back than the one that was named.
    #[error("you named {expected}, but the server answered for {actual}; nobody was signed in")]
    OtherAccount {
        /// Whom the person named.
        expected: Did,
        /// Whom the server answered for.
        actual: Did,
    },
    /// The account does not live where the answer came from.
    #[error("the server that answered is not the one of the account {0}; nobody was signed in")]
    NotTheirServer(Did),
    /// The account's identity cannot be looked up.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The account's server cannot be asked which authorization server it trusts.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// Our database failed.
    #[error("the registry cannot sign you in right now; begin again")]
    Database(#[from] DatabaseError),
    /// The session could not be sealed.
    #[error("the registry cannot sign you in right now; begin again")]
    Seal(#[from] SealError),
    /// What was stored does not open with our key.
    #[error("the registry's key has changed since you began; begin again")]
    Unseal(#[from] UnsealError),
    /// The work broke off.
    #[error("the sign-in broke off; begin again")]
    Interrupted,
}
