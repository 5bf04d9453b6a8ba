//! The OCI distribution API, row by row, over HTTP.

mod push_and_pull;
