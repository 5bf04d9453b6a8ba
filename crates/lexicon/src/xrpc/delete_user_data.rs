//! `io.atcr.hold.deleteUserData`: removes everything that the hold knows about whoever asks. Takes no input.

use serde::{Deserialize, Serialize};

/// What was removed. Unlike all other fields of the network, these are spelled with underscores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// A crew record.
    pub crew_deleted: bool,
    /// How many layer records.
    pub layers_deleted: u64,
    /// How many stats records.
    pub stats_deleted: u64,
    /// How many posts.
    pub posts_deleted: u64,
}
