//! What the pages share with which those who run a hold look after it.

use super::HoldHead;

/// What a hold says about itself to those who run it, or why it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said<T> {
    /// It says this.
    This(T),
    /// Its software has no such method.
    NotOffered {
        /// The method.
        method: String,
    },
    /// It did not, for this reason, in a sentence.
    Nothing {
        /// Why, and what to do.
        reason: String,
    },
}

impl<T> Said<T> {
    /// The same with another answer.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Said<U> {
        match self {
            Self::This(answer) => Said::This(change(answer)),
            Self::NotOffered { method } => Said::NotOffered { method },
            Self::Nothing { reason } => Said::Nothing { reason },
        }
    }
}

/// A page for those who run a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpkeepPage<T> {
    /// What every page of the hold begins with.
    pub head: HoldHead,
    /// What the hold says.
    pub said: Said<T>,
}
