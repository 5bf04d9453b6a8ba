//! The token endpoint, and what its tokens open. Test names begin with ids of the security checklist.

mod endpoint;
mod matrix;
mod strangers;
mod tokens;
