//! Records and methods of the lexicons in the folder `lexicons/`.
//!
//! One type for each record schema, at the same path, and in [`xrpc`] one for each input and output of a hold's
//! methods. The types carry the published field names and limits; fields they do not know are ignored on reading, so
//! that a record written by a later version of a schema stays readable. [`schema`] has the schemas themselves and
//! checks JSON against them.

pub mod bsky;
pub mod hold;
mod limits;
mod manifest;
pub mod nsid;
mod record;
pub mod record_key;
pub mod repo;
pub mod sailor;
pub mod schema;
mod tag;
pub mod xrpc;

pub use bsky::{ActorProfile, FeedPost};
pub use hold::{HoldCaptain, HoldCrew, HoldLayer, HoldStats};
pub use limits::LexiconViolation;
pub use manifest::{BlobReference, ManifestRecord, ManifestReference, Platform};
pub use record::{Record, RecordError};
pub use repo::{RepoPage, RepositorySettings, Retention, RetentionRule};
pub use sailor::{RepositorySubject, SailorProfile, SailorStar};
pub use tag::TagRecord;
