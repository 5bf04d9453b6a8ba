//! Names, digests, manifests and operations of the OCI specifications.
//!
//! Everything here is text in, typed value out: a [`Digest`], [`RepositoryName`] or [`Operation`]
//! in hand is valid. The crate knows the distribution, image and Docker token specifications. It
//! must not know HTTP types, storage, the AT Protocol or this product.

mod string_form;

mod descriptor;
mod digest;
mod error_code;
mod manifest;
mod media_type;
mod operation;
mod range;
mod reference;
mod repository_name;
mod tag;
mod token_scope;
mod upload_id;

pub use descriptor::{Descriptor, Platform};
pub use digest::{Digest, DigestAlgorithm, DigestParseError, Digester};
pub use error_code::ErrorCode;
pub use manifest::{
    CustomManifest, ImageIndex, ImageManifest, MAX_MANIFEST_BYTES, MAX_MANIFEST_DEPTH, Manifest,
    ManifestError, ManifestKind,
};
pub use media_type::{MediaType, MediaTypeKind, MediaTypeParseError, names as media_types};
pub use operation::{
    MAX_PAGE_SIZE, MAX_TAGS_PER_PUT, Mount, Operation, OperationKind, Page, RouteError,
};
pub use range::{ContentRange, ContentRangeParseError, RangeOutcome, parse_range, upload_range};
pub use reference::{Reference, ReferenceParseError};
pub use repository_name::{RepositoryName, RepositoryNameParseError, RepositoryPath};
pub use tag::{Tag, TagParseError};
pub use token_scope::{Action, MAX_SCOPES, Scope, ScopeParseError, ScopeResource, parse_scopes};
pub use upload_id::{UploadId, UploadIdParseError};
