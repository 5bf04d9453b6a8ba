//! The repo on both databases.
