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
    /// Somebody's server does not answer.
    Unreachable {
        /// Which, in words.
        what: String,
    },
    /// Our own failure. The log has the cause.
    Internal,
}

impl PageError {
    /// The status of an answer that says so.
    pub const fn status(&self) -> u16 {
        match self {
            Self::BadRequest { .. } => 400,
            Self::Forbidden => 403,
            Self::NotFound { .. } => 404,
            Self::Gone { .. } => 410,
            Self::Internal => 500,
            Self::Unreachable { .. } => 502,
        }
    }
}
