//! What can go wrong on the way out.

use std::net::IpAddr;
use std::time::Duration;

/// Why a URL or an address was refused before anything was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not `https` (nor, in development, `http` to this machine).
    #[error("only https addresses are fetched")]
    Scheme,
    /// User name or password inside the URL.
    #[error("the address carries a user name or password")]
    UserInfo,
    /// No host, or one that cannot be public.
    #[error("the host is not a public host name")]
    Host,
    /// A port that this kind of request does not use.
    #[error("port {0} is not allowed")]
    Port(u16),
    /// The host is, or resolves to, an address that is not public.
    #[error("the host has an address that is not public")]
    Address(IpAddr),
}

/// Text that a stranger wrote: for decisions, and neither for a log nor for a response. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct RemoteMessage(String);

impl RemoteMessage {
    pub(super) fn new(text: &str) -> Self {
        Self(text.chars().take(200).collect())
    }

    /// Whether the text begins like this.
    pub fn starts_with(&self, text: &str) -> bool {
        self.0.starts_with(text)
    }
}

impl std::fmt::Debug for RemoteMessage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("RemoteMessage(..)")
    }
}

/// A failed request to the outside. Nothing in it is fit for a response, except `xrpc_error`, which is
/// reduced to a short word.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// Refused by our own rules; nothing was sent.
    #[error("refused to connect")]
    Refused {
        /// Which rule.
        #[source]
        reason: Refusal,
    },
    /// Too slow: connecting, waiting for the first byte, or altogether.
    #[error("the answer took too long")]
    Timeout,
    /// The answer is longer than this kind of request takes.
    #[error("the answer has more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The host name has no address.
    #[error("there is no such host")]
    NoSuchHost,
    /// The connection failed or broke off.
    #[error("the connection failed")]
    Connect(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An answer other than 2xx; redirects are not followed and end here too.
    #[error("the answer has the status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The `error` of an XRPC answer, when it is one plain word.
        xrpc_error: Option<String>,
        /// The `message` of an XRPC answer.
        message: Option<RemoteMessage>,
        /// When the server says to come back.
        retry_after: Option<Duration>,
    },
    /// The answer is not in the form that was asked for.
    #[error("the answer is not what was asked for")]
    InvalidBody,
}

impl OutboundError {
    /// Whether trying again later may help: the other side was not reached or has trouble of its own.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Timeout | Self::Connect(_) => true,
            Self::Status { status, .. } => *status >= 500 || *status == 429,
            Self::Refused { .. } | Self::NoSuchHost | Self::TooLarge { .. } | Self::InvalidBody => {
                false
            }
        }
    }

    /// The status of the answer, when there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }
}
