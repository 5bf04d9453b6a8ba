//! What pages ask of the server: plain view types and the traits the server implements.
//!
//! The modules here have the same paths as [`pages`](crate::pages). No domain type and no token
//! ever appears in them. The types of pages about images are also what programs get as JSON.

pub mod about;
pub mod device_approval;
pub mod error;
pub mod hold;
pub mod home;
pub mod moment;
pub mod person;
pub mod repository;
pub mod search;
pub mod settings;
pub mod sign_in;
pub mod viewer;
