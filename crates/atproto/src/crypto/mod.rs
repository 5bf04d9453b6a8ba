//! Public keys of accounts and the check of their signatures.

mod multikey;

pub use multikey::{KeyError, PublicKey, SignatureError};
