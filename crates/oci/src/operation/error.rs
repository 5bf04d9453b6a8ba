//! Why a request below `/v2` is no operation.

use super::MAX_TAGS_PER_PUT;
use crate::{
    DigestParseError, ReferenceParseError, RepositoryNameParseError, TagParseError,
    UploadIdParseError,
};

/// Why a request is no operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// No route has this path.
    #[error("there is no such path in the registry API")]
    NotFound,
    /// The path is a route, but not for this method.
    #[error("this path only supports the methods {allow}")]
    MethodNotAllowed {
        /// The value of the `Allow` header.
        allow: &'static str,
    },
    /// The path holds characters that no route has, or the repository name is malformed or too
    /// long.
    #[error(
        "the repository name is not valid: lower-case letters, digits and single separators, 255 characters at most"
    )]
    NameInvalid,
    /// The repository name has one component only.
    #[error("repository names here are <handle>/<repository>")]
    NoRepository,
    /// A digest, here in the text of the request, is malformed.
    #[error("{0:?} is not a digest: sha256: followed by 64 lower-case hexadecimal digits")]
    DigestInvalid(String),
    /// A digest is of an algorithm that is not supported.
    #[error("digest algorithm {0:?} is not supported; use sha256 or sha512")]
    UnsupportedDigest(String),
    /// A tag is malformed.
    #[error(
        "the tag is not valid: 1 to 128 letters, digits, `_`, `.` or `-`, not beginning with `.` or `-`"
    )]
    TagInvalid,
    /// A push asks for more than [`MAX_TAGS_PER_PUT`] further tags.
    #[error("at most {MAX_TAGS_PER_PUT} tags can be set with one push")]
    TooManyTags,
    /// An upload id is malformed.
    #[error("the upload id is not valid; use the Location that the registry answered with")]
    UploadIdInvalid,
    /// `n` is not a number, or `last` cannot be an entry.
    #[error("the page is not valid: n must be a number from 0, and last an entry of the list")]
    PageInvalid,
    /// `artifactType` contains control characters.
    #[error("the artifact type is not a media type like application/vnd.example+json")]
    ArtifactTypeInvalid,
    /// The request that finishes an upload does not say which digest the blob has.
    #[error("finish the upload with ?digest=<digest of the blob>")]
    DigestMissing,
}

impl RouteError {
    /// The error for a text that should have been a digest.
    pub(super) fn from_digest(error: DigestParseError, text: &str) -> Self {
        match error {
            DigestParseError::Malformed => Self::DigestInvalid(text.to_owned()),
            DigestParseError::UnsupportedAlgorithm(algorithm) => Self::UnsupportedDigest(algorithm),
        }
    }

    /// The error for a text that should have been a tag or a digest.
    pub(super) fn from_reference(error: ReferenceParseError, text: &str) -> Self {
        match error {
            ReferenceParseError::Tag(error) => error.into(),
            ReferenceParseError::Digest(error) => Self::from_digest(error, text),
        }
    }
}

impl From<RepositoryNameParseError> for RouteError {
    fn from(error: RepositoryNameParseError) -> Self {
        match error {
            RepositoryNameParseError::NoRepository => Self::NoRepository,
            RepositoryNameParseError::Malformed | RepositoryNameParseError::TooLong => {
                Self::NameInvalid
            }
        }
    }
}

impl From<TagParseError> for RouteError {
    fn from(TagParseError: TagParseError) -> Self {
        Self::TagInvalid
    }
}

impl From<UploadIdParseError> for RouteError {
    fn from(UploadIdParseError: UploadIdParseError) -> Self {
        Self::UploadIdInvalid
    }
}
