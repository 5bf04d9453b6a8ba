//! The repo on both databases, checked by reading it whole as a stranger would.

mod cost;
mod events;
mod export;
mod histories;
mod replicas;
mod shared_blocks;
mod support;
