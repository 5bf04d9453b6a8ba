//! Every page path, in one table.

/// What this is, and how to log in, push and pull here.
pub const HOME: &str = "/";
