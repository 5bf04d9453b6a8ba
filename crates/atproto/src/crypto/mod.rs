//! Keys of accounts: public ones with the check of their signatures, and private ones that sign.

mod multikey;
mod signing_key;

pub use multikey::{KeyError, PublicKey, SignatureError};
pub use signing_key::{Curve, InvalidSigningKey, SIGNING_KEY_BYTES, SigningKey};
