//! The table of operations: the right and the metrics label of each.

use crate::Action;

/// An [`Operation`](super::Operation) without its data, so that tests and dashboards can walk all
/// of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationKind {
    /// `GET /v2/`
    CheckVersion,
    /// `GET /v2/_catalog`
    ListCatalog,
    /// `GET /v2/<name>/blobs/<digest>`
    ReadBlob,
    /// `HEAD /v2/<name>/blobs/<digest>`
    StatBlob,
    /// `DELETE /v2/<name>/blobs/<digest>`
    DeleteBlob,
    /// `POST /v2/<name>/blobs/uploads/`
    StartUpload,
    /// `GET /v2/<name>/blobs/uploads/<id>`
    UploadStatus,
    /// `PATCH /v2/<name>/blobs/uploads/<id>`
    AppendUpload,
    /// `PUT /v2/<name>/blobs/uploads/<id>?digest=<digest>`
    CompleteUpload,
    /// `DELETE /v2/<name>/blobs/uploads/<id>`
    CancelUpload,
    /// `GET /v2/<name>/manifests/<reference>`
    ReadManifest,
    /// `HEAD /v2/<name>/manifests/<reference>`
    StatManifest,
    /// `PUT /v2/<name>/manifests/<reference>`
    PutManifest,
    /// `DELETE /v2/<name>/manifests/<reference>`
    DeleteManifest,
    /// `GET /v2/<name>/tags/list`
    ListTags,
    /// `GET /v2/<name>/referrers/<digest>`
    ListReferrers,
}

impl OperationKind {
    /// Every operation.
    pub const ALL: [Self; 16] = [
        Self::CheckVersion,
        Self::ListCatalog,
        Self::ReadBlob,
        Self::StatBlob,
        Self::DeleteBlob,
        Self::StartUpload,
        Self::UploadStatus,
        Self::AppendUpload,
        Self::CompleteUpload,
        Self::CancelUpload,
        Self::ReadManifest,
        Self::StatManifest,
        Self::PutManifest,
        Self::DeleteManifest,
        Self::ListTags,
        Self::ListReferrers,
    ];

    /// What the caller must be allowed to do with the repository. `None` for the two operations
    /// that are about no repository: the version check needs no right, the catalog one of its own
    /// (`registry:catalog:*`).
    ///
    /// Every part of an upload is a push, giving it up included: only content that others can see
    /// is deleted.
    pub const fn action(self) -> Option<Action> {
        match self {
            Self::CheckVersion | Self::ListCatalog => None,
            Self::ReadBlob
            | Self::StatBlob
            | Self::ReadManifest
            | Self::StatManifest
            | Self::ListTags
            | Self::ListReferrers => Some(Action::Pull),
            Self::StartUpload
            | Self::UploadStatus
            | Self::AppendUpload
            | Self::CompleteUpload
            | Self::CancelUpload
            | Self::PutManifest => Some(Action::Push),
            Self::DeleteBlob | Self::DeleteManifest => Some(Action::Delete),
        }
    }

    /// The name of the operation in metrics and logs.
    pub const fn label(self) -> &'static str {
        match self {
            Self::CheckVersion => "check_version",
            Self::ListCatalog => "list_catalog",
            Self::ReadBlob => "read_blob",
            Self::StatBlob => "stat_blob",
            Self::DeleteBlob => "delete_blob",
            Self::StartUpload => "start_upload",
            Self::UploadStatus => "upload_status",
            Self::AppendUpload => "append_upload",
            Self::CompleteUpload => "complete_upload",
            Self::CancelUpload => "cancel_upload",
            Self::ReadManifest => "read_manifest",
            Self::StatManifest => "stat_manifest",
            Self::PutManifest => "put_manifest",
            Self::DeleteManifest => "delete_manifest",
            Self::ListTags => "list_tags",
            Self::ListReferrers => "list_referrers",
        }
    }
}
