//! Every page path, in one table.

/// What this is, and how to log in, push and pull here.
pub const HOME: &str = "/";
/// Signing in; the form is sent to the same path.
pub const SIGN_IN: &str = "/sign-in";
/// Forgets the accounts that this device remembers.
pub const FORGET_ACCOUNTS: &str = "/sign-in/forget";
/// Signs out.
pub const SIGN_OUT: &str = "/sign-out";
/// A person's own settings; the form is sent to the same path.
pub const SETTINGS: &str = "/settings";
/// Where a person is signed in; the form is sent to the same path.
pub const SETTINGS_SESSIONS: &str = "/settings/sessions";

/// Beginnings of paths that only somebody who is signed in may read.
pub const PRIVATE: &[&str] = &[SETTINGS];
