//! People: their sessions at their own servers. Knows no HTTP surface of ours and no SQL.

pub mod access_tokens;
pub mod device_login;
mod pds_sessions;
mod service_tokens;

pub use access_tokens::AccessTokens;
pub use device_login::DeviceLogins;
pub use pds_sessions::{
    AuthorizedPds, PdsSessionError, PdsSessions, PdsSessionsSetup, SignInError, SignedIn,
};
pub use service_tokens::{NotVouchedFor, ServiceTokens, ServiceTokensSetup};
