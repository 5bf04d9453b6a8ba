//! What pages ask of the server: plain view types and the traits the server implements.
//!
//! The modules here have the same paths as [`pages`](crate::pages). No domain type and no token
//! ever appears in them.

pub mod device_approval;
pub mod home;
pub mod settings;
pub mod sign_in;
pub mod viewer;
