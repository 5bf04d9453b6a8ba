//! What the settings pages show: to nobody but the person whose settings they are.

pub mod data;
pub mod profile;
pub mod quota;
pub mod sessions;
pub mod tokens;
