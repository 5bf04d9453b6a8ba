//! Why a page has nothing to show.

/// A page that cannot be shown, in words for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageError {
    /// Nothing has this name, or nothing that may be seen.
    NotFound {
        /// What was looked for: `this repository`.
        what: String,
    },
    /// The address makes no sense.
    BadRequest {
        /// Why.
        reason: String,
    },
    /// Only others may.
    Forbidden,
    /// It was here and is not any more.
    Gone {
        /// What it was.
        what: String,
    },
    /// They ask too often.
    TooMany {
        /// In words, with when to come back.
        reason: String,
    },
    /// Somebody's server does not answer.
    Unreachable {
        /// Which, in words.
        what: String,
    },
    /// A part of this server does not work right now.
    Unavailable {
        /// In words.
        reason: String,
    },
    /// What was sent was refused.
    Refused {
        /// 400 or more.
        status: u16,
        /// In words.
        reason: String,
    },
    /// Our own failure. The log has the cause.
    Internal,
}

/// An error that no page met, as one. The server provides it as context where that is what there is to show.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownError {
    /// What happened.
    pub error: PageError,
    /// The page to go back to.
    pub page: Option<String>,
}

/// Under which name the log has what happened while a request was answered. The server provides it as context.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference(pub String);

impl PageError {
    /// The status of an answer that says so.
    pub const fn status(&self) -> u16 {
        match self {
            Self::BadRequest { .. } => 400,
            Self::Forbidden => 403,
            Self::NotFound { .. } => 404,
            Self::Gone { .. } => 410,
            Self::TooMany { .. } => 429,
            Self::Internal => 500,
            Self::Unreachable { .. } => 502,
            Self::Unavailable { .. } => 503,
            Self::Refused { status, .. } => *status,
        }
    }
}
