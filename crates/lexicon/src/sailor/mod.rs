//! `io.atcr.sailor.*`: what a person ("sailor") keeps in their own PDS besides images.

mod profile;
mod star;

pub use profile::SailorProfile;
pub use star::{RepositorySubject, SailorStar};
