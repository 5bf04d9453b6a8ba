//! The error codes of the distribution API.

use std::fmt;

/// A `code` of the error body `{"errors":[{"code","message","detail"}]}` (OCI distribution-spec,
/// "Error Codes"), with those of the Docker registry API that clients also know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The repository has no such blob.
    BlobUnknown,
    /// The upload cannot go on like this.
    BlobUploadInvalid,
    /// There is no such upload, or no longer.
    BlobUploadUnknown,
    /// A digest is malformed, or the content does not have it.
    DigestInvalid,
    /// A manifest names content that the repository does not have.
    ManifestBlobUnknown,
    /// The manifest is not acceptable.
    ManifestInvalid,
    /// The repository has no such manifest.
    ManifestUnknown,
    /// The repository name is malformed.
    NameInvalid,
    /// There is no such repository.
    NameUnknown,
    /// The content is too large, or not as large as announced.
    SizeInvalid,
    /// The request needs credentials.
    Unauthorized,
    /// The credentials do not allow the request.
    Denied,
    /// The registry does not do this.
    Unsupported,
    /// The client sends requests too fast.
    TooManyRequests,
    /// The range cannot be served.
    RangeInvalid,
    /// The page size of a list is not a number.
    PaginationNumberInvalid,
    /// Something failed in the registry.
    Unknown,
    /// The registry cannot answer at the moment.
    Unavailable,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 18] = [
        Self::BlobUnknown,
        Self::BlobUploadInvalid,
        Self::BlobUploadUnknown,
        Self::DigestInvalid,
        Self::ManifestBlobUnknown,
        Self::ManifestInvalid,
        Self::ManifestUnknown,
        Self::NameInvalid,
        Self::NameUnknown,
        Self::SizeInvalid,
        Self::Unauthorized,
        Self::Denied,
        Self::Unsupported,
        Self::TooManyRequests,
        Self::RangeInvalid,
        Self::PaginationNumberInvalid,
        Self::Unknown,
        Self::Unavailable,
    ];

    /// The code as it stands in the error body.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BlobUnknown => "BLOB_UNKNOWN",
            Self::BlobUploadInvalid => "BLOB_UPLOAD_INVALID",
            Self::BlobUploadUnknown => "BLOB_UPLOAD_UNKNOWN",
            Self::DigestInvalid => "DIGEST_INVALID",
            Self::ManifestBlobUnknown => "MANIFEST_BLOB_UNKNOWN",
            Self::ManifestInvalid => "MANIFEST_INVALID",
            Self::ManifestUnknown => "MANIFEST_UNKNOWN",
            Self::NameInvalid => "NAME_INVALID",
            Self::NameUnknown => "NAME_UNKNOWN",
            Self::SizeInvalid => "SIZE_INVALID",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Denied => "DENIED",
            Self::Unsupported => "UNSUPPORTED",
            Self::TooManyRequests => "TOOMANYREQUESTS",
            Self::RangeInvalid => "RANGE_INVALID",
            Self::PaginationNumberInvalid => "PAGINATION_NUMBER_INVALID",
            Self::Unknown => "UNKNOWN",
            Self::Unavailable => "UNAVAILABLE",
        }
    }

    /// The HTTP status the code usually comes with. A handler that knows better says so: an upload
    /// that is out of order is `BLOB_UPLOAD_INVALID` with 416.
    pub const fn default_status(self) -> u16 {
        match self {
            Self::BlobUploadInvalid
            | Self::DigestInvalid
            | Self::ManifestInvalid
            | Self::NameInvalid
            | Self::PaginationNumberInvalid => 400,
            Self::Unauthorized => 401,
            Self::Denied => 403,
            Self::BlobUnknown
            | Self::BlobUploadUnknown
            | Self::ManifestBlobUnknown
            | Self::ManifestUnknown
            | Self::NameUnknown => 404,
            Self::Unsupported => 405,
            Self::SizeInvalid => 413,
            Self::RangeInvalid => 416,
            Self::TooManyRequests => 429,
            Self::Unknown => 500,
            Self::Unavailable => 503,
        }
    }

    /// A message for people, where there is nothing more exact to say.
    pub const fn default_message(self) -> &'static str {
        match self {
            Self::BlobUnknown => "this repository has no such blob",
            Self::BlobUploadInvalid => "this upload cannot continue like this",
            Self::BlobUploadUnknown => "there is no such upload; start a new one",
            Self::DigestInvalid => "the digest is malformed or does not match the content",
            Self::ManifestBlobUnknown => {
                "the manifest names content that this repository does not have; push it first"
            }
            Self::ManifestInvalid => "the manifest is not valid",
            Self::ManifestUnknown => "this repository has no such manifest",
            Self::NameInvalid => "the repository name is not valid",
            Self::NameUnknown => "there is no such repository",
            Self::SizeInvalid => "the content is too large or not of the announced size",
            Self::Unauthorized => "authentication is required",
            Self::Denied => "access to this resource is denied",
            Self::Unsupported => "this operation is not supported",
            Self::TooManyRequests => "too many requests; try again later",
            Self::RangeInvalid => "the range lies outside the content",
            Self::PaginationNumberInvalid => "the page size or position is not valid",
            Self::Unknown => "something went wrong in the registry",
            Self::Unavailable => "the registry cannot answer at the moment; try again later",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_distinct_and_an_error() {
        let names: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            assert!((400..=599).contains(&code.default_status()), "{code}");
            assert!(
                code.as_str()
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_'),
                "{code}"
            );
            assert!(!code.default_message().is_empty(), "{code}");
        }
    }

    #[test]
    fn the_codes_of_the_specification_have_their_status() {
        assert_eq!(ErrorCode::BlobUnknown.default_status(), 404);
        assert_eq!(ErrorCode::Denied.default_status(), 403);
        assert_eq!(ErrorCode::TooManyRequests.as_str(), "TOOMANYREQUESTS");
        assert_eq!(ErrorCode::TooManyRequests.default_status(), 429);
    }
}
