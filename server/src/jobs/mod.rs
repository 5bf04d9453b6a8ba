//! Work that no request waits for, one file per job. Who runs them, and when, is decided elsewhere.

pub mod purge_uploads;
