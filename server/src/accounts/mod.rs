//! People: their sessions at their own servers. Knows no HTTP surface of ours and no SQL.

pub mod pds_sessions;
