//! People: their sessions at their own servers. Knows no HTTP surface of ours and no SQL.

mod pds_sessions;

pub use pds_sessions::{
    AuthorizedPds, PdsSessionError, PdsSessions, PdsSessionsSetup, SignInError, SignedIn,
};
