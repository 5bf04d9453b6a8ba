//! People: their sessions at their own servers. Knows no HTTP surface of ours and no SQL.

pub mod access_tokens;
mod active_accounts;
mod all_access;
mod browser_sessions;
pub mod device_login;
pub mod hold_invites;
pub mod oauth;
mod pds_sessions;
pub mod personal_data;
mod sailor_profile;
mod service_tokens;

pub use access_tokens::AccessTokens;
pub use active_accounts::ActiveAccounts;
pub use all_access::{AllAccess, EndAccessError};
pub use browser_sessions::{BrowserSession, BrowserSessionId, BrowserSessions, SeenBrowser};
pub use device_login::DeviceLogins;
pub use hold_invites::HoldInvites;
pub use pds_sessions::{
    AuthorizedPds, PdsSessionError, PdsSessions, PdsSessionsSetup, SignInError, SignedIn,
};
pub use personal_data::PersonalData;
pub use sailor_profile::{SailorProfileError, SailorProfiles, SailorSettings};
pub use service_tokens::{NotVouchedFor, ServiceTokens, ServiceTokensSetup};
