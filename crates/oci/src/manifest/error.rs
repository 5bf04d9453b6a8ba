//! Why a document is not an acceptable manifest.

use super::{MAX_MANIFEST_BYTES, MAX_MANIFEST_DEPTH};
use crate::MediaType;

/// The most of a document's own text that an error repeats, in characters.
const MAX_EXCERPT_CHARACTERS: usize = 200;

/// The beginning of a text that may be as long as a whole manifest, for use in an error.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(MAX_EXCERPT_CHARACTERS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// Why a document is not an acceptable manifest. The messages are for the person who pushed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The document is larger than [`MAX_MANIFEST_BYTES`].
    #[error("the manifest has {size} bytes; at most {MAX_MANIFEST_BYTES} are accepted")]
    TooLarge {
        /// The size of the document in bytes.
        size: usize,
    },
    /// The document is not UTF-8.
    #[error("the manifest is not UTF-8 text")]
    NotUtf8,
    /// The document is not JSON.
    #[error("the manifest is not valid JSON: {0}")]
    NotJson(String),
    /// The document is JSON, but not an object.
    #[error("the manifest is not a JSON object")]
    NotAnObject,
    /// Objects and arrays lie too deep inside each other.
    #[error("the manifest is nested deeper than {MAX_MANIFEST_DEPTH} levels")]
    TooDeep,
    /// A field comes twice. Which one counts would depend on who reads it.
    #[error("the manifest has the field {0:?} twice")]
    DuplicateField(String),
    /// The manifest is of Docker's schema 1.
    #[error(
        "Docker schema 1 manifests are not supported; push with a client that writes schema 2 or OCI manifests"
    )]
    DockerSchema1,
    /// `schemaVersion` is there, but not 2.
    #[error("schemaVersion must be 2")]
    SchemaVersion,
    /// The content type or the `mediaType` field is not a media type.
    #[error("{0:?} is not a media type")]
    MediaTypeInvalid(String),
    /// The request and the document disagree on the media type.
    #[error(
        "the Content-Type is {content_type}, but the manifest says its mediaType is {media_type}"
    )]
    MediaTypeMismatch {
        /// What the request said.
        content_type: MediaType,
        /// What the document says.
        media_type: MediaType,
    },
    /// Nothing says what the document is.
    #[error("the manifest has no mediaType; add one, or send a Content-Type")]
    MediaTypeMissing,
    /// The document can be read as an image and as an index (CVE-2021-41190).
    #[error(
        "the manifest has the fields of an image (config, layers) and of an index (manifests); it can only be one"
    )]
    Ambiguous,
    /// A field that this kind of manifest needs is not there.
    #[error("the manifest has no field {0:?}")]
    FieldMissing(&'static str),
    /// A field does not hold what it should.
    #[error("the field {field:?} of the manifest is not valid: {reason}")]
    FieldInvalid {
        /// The name of the field.
        field: &'static str,
        /// What is wrong with it, and where.
        reason: String,
    },
}
