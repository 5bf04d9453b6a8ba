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
/// A person's access tokens; the form is sent to the same path.
pub const SETTINGS_TOKENS: &str = "/settings/tokens";
/// How to log in with docker.
pub const INSTALL: &str = "/install";
/// Where a person types the code of a device; the decision is sent to the same path.
pub const DEVICE: &str = "/device";
/// Where a program on a person's computer sends their browser; the decision is sent to the same path.
pub const DEVICE_AUTHORIZE: &str = "/device/authorize";

/// Beginnings of paths that only somebody who is signed in may read.
pub const PRIVATE: &[&str] = &[SETTINGS, DEVICE];
