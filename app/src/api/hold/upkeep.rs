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

/// A page for those who run a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpkeepPage<T> {
    /// What every page of the hold begins with.
    pub head: HoldHead,
    /// What the hold says.
    pub said: Said<T>,
}
