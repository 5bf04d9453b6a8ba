//! What the sign-in page shows.

/// The form, as it was left and with what went wrong. The server provides it as Leptos context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInPage {
    /// What was typed before.
    pub identifier: String,
    /// Why it did not work, for the person to read.
    pub problem: Option<String>,
    /// Where the person wanted to go, a path of this site.
    pub return_to: String,
    /// The person shall show the password again, for something dangerous.
    pub fresh: bool,
    /// Accounts that signed in on this device before.
    pub remembered: Vec<String>,
    /// Where people without an account can make one.
    pub sign_up_url: String,
}
