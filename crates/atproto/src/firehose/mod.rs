//! The event stream of repos: what `com.atproto.sync.subscribeRepos` sends.
//! atproto.com/specs/event-stream, atproto.com/specs/sync
//!
//! A frame is two DAG-CBOR objects after each other: a header that names the kind, and a body. How
//! frames travel is not known here.

mod commit;
mod fields;
mod frame;
mod verify;

pub use commit::CommitEvent;
pub use frame::{
    AccountEvent, Frame, FrameError, IdentityEvent, Info, MAX_FRAME_BYTES, StreamError, SyncEvent,
};
pub use verify::{CommitEventError, VerifiedCommit};
