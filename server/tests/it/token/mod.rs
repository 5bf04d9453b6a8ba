//! The token endpoint, and what its tokens open. Test names begin with ids of the security checklist.

mod access_tokens;
pub mod browser;
mod credential_helper;
mod device_login;
mod endpoint;
mod limits;
mod matrix;
mod pages;
mod revoke_everything;
mod strangers;
mod tokens;
