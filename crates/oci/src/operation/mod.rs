//! Operations: what a request below `/v2` asks for, from its method, path and query.
//!
//! [`Operation::parse`] is the only place that knows the routes of the distribution API, and
//! [`OperationKind`] the only one that knows which right each of them needs.

mod error;
mod kind;
mod path;
mod query;
mod route;

pub use self::error::RouteError;
pub use self::kind::OperationKind;
use crate::{Action, Digest, Reference, RepositoryName, Scope, Tag, UploadId};

/// The most entries a page of a list may ask for. Larger wishes are cut to this.
pub const MAX_PAGE_SIZE: u64 = 10_000;

/// How many different tags one push may set with `?tag=`.
pub const MAX_TAGS_PER_PUT: usize = 100;

/// What a request asks the registry to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Ask whether this is a registry (end-1).
    CheckVersion,
    /// List all repositories.
    ListCatalog {
        /// Which part of the list.
        page: Page,
    },
    /// Download a blob (end-2).
    ReadBlob {
        /// The repository.
        name: RepositoryName,
        /// The blob.
        digest: Digest,
    },
    /// Ask whether a blob exists (end-2).
    StatBlob {
        /// The repository.
        name: RepositoryName,
        /// The blob.
        digest: Digest,
    },
    /// Delete a blob from a repository (end-10).
    DeleteBlob {
        /// The repository.
        name: RepositoryName,
        /// The blob.
        digest: Digest,
    },
    /// Begin an upload, or finish it at once (end-4a, end-4b, end-11).
    StartUpload {
        /// The repository.
        name: RepositoryName,
        /// The digest of the body, where the body is the whole blob.
        digest: Option<Digest>,
        /// The blob to take over from another repository instead.
        mount: Option<Mount>,
    },
    /// Ask how far an upload has come (end-13).
    UploadStatus {
        /// The repository.
        name: RepositoryName,
        /// The upload.
        id: UploadId,
    },
    /// Send the next chunk (end-5).
    AppendUpload {
        /// The repository.
        name: RepositoryName,
        /// The upload.
        id: UploadId,
    },
    /// Finish an upload, perhaps with a last chunk (end-6).
    CompleteUpload {
        /// The repository.
        name: RepositoryName,
        /// The upload.
        id: UploadId,
        /// The digest of the whole blob.
        digest: Digest,
    },
    /// Give up an upload (end-14).
    CancelUpload {
        /// The repository.
        name: RepositoryName,
        /// The upload.
        id: UploadId,
    },
    /// Download a manifest (end-3).
    ReadManifest {
        /// The repository.
        name: RepositoryName,
        /// The manifest.
        reference: Reference,
    },
    /// Ask whether a manifest exists (end-3).
    StatManifest {
        /// The repository.
        name: RepositoryName,
        /// The manifest.
        reference: Reference,
    },
    /// Push a manifest (end-7).
    PutManifest {
        /// The repository.
        name: RepositoryName,
        /// The tag to set, or the digest that the manifest must have.
        reference: Reference,
        /// Further tags to set, each once, in the order asked for.
        tags: Vec<Tag>,
    },
    /// Delete a manifest, or only a tag (end-9).
    DeleteManifest {
        /// The repository.
        name: RepositoryName,
        /// The tag or the manifest.
        reference: Reference,
    },
    /// List the tags of a repository (end-8a, end-8b).
    ListTags {
        /// The repository.
        name: RepositoryName,
        /// Which part of the list.
        page: Page,
    },
    /// List the manifests whose subject is another (end-12a, end-12b).
    ListReferrers {
        /// The repository.
        name: RepositoryName,
        /// The subject, which need not exist.
        digest: Digest,
        /// The only artifact type to list.
        artifact_type: Option<String>,
        /// Which part of the list.
        page: Page,
    },
}

/// Which part of a list to answer with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// How many entries at most: never more than [`MAX_PAGE_SIZE`], and 0 means none. `None` leaves
    /// it to the registry.
    pub n: Option<u64>,
    /// The entry to go on behind. It need not exist.
    pub last: Option<String>,
}

/// A blob to take over from another repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The blob.
    pub digest: Digest,
    /// The repository to take it from, as the client wrote it. Not checked: where it is not a name,
    /// or not one the caller may read, the answer is an ordinary upload.
    pub from: Option<String>,
}

impl Operation {
    /// Reads a request. `path` is the path of the URL as sent, percent-encoded; `query` what
    /// follows the `?`.
    ///
    /// `HEAD` counts as `GET` on lists, as HTTP wants it; on content it is an operation of its own.
    pub fn parse(method: &str, path: &str, query: Option<&str>) -> Result<Self, RouteError> {
        route::parse(method, path, query.unwrap_or_default())
    }

    /// Which operation this is, without its data.
    pub const fn kind(&self) -> OperationKind {
        match self {
            Self::CheckVersion => OperationKind::CheckVersion,
            Self::ListCatalog { .. } => OperationKind::ListCatalog,
            Self::ReadBlob { .. } => OperationKind::ReadBlob,
            Self::StatBlob { .. } => OperationKind::StatBlob,
            Self::DeleteBlob { .. } => OperationKind::DeleteBlob,
            Self::StartUpload { .. } => OperationKind::StartUpload,
            Self::UploadStatus { .. } => OperationKind::UploadStatus,
            Self::AppendUpload { .. } => OperationKind::AppendUpload,
            Self::CompleteUpload { .. } => OperationKind::CompleteUpload,
            Self::CancelUpload { .. } => OperationKind::CancelUpload,
            Self::ReadManifest { .. } => OperationKind::ReadManifest,
            Self::StatManifest { .. } => OperationKind::StatManifest,
            Self::PutManifest { .. } => OperationKind::PutManifest,
            Self::DeleteManifest { .. } => OperationKind::DeleteManifest,
            Self::ListTags { .. } => OperationKind::ListTags,
            Self::ListReferrers { .. } => OperationKind::ListReferrers,
        }
    }

    /// The repository the operation is about, where it is about one.
    pub const fn name(&self) -> Option<&RepositoryName> {
        match self {
            Self::CheckVersion | Self::ListCatalog { .. } => None,
            Self::ReadBlob { name, .. }
            | Self::StatBlob { name, .. }
            | Self::DeleteBlob { name, .. }
            | Self::StartUpload { name, .. }
            | Self::UploadStatus { name, .. }
            | Self::AppendUpload { name, .. }
            | Self::CompleteUpload { name, .. }
            | Self::CancelUpload { name, .. }
            | Self::ReadManifest { name, .. }
            | Self::StatManifest { name, .. }
            | Self::PutManifest { name, .. }
            | Self::DeleteManifest { name, .. }
            | Self::ListTags { name, .. }
            | Self::ListReferrers { name, .. } => Some(name),
        }
    }

    /// What the caller must be allowed to do with the repository: see [`OperationKind::action`].
    pub const fn action(&self) -> Option<Action> {
        self.kind().action()
    }

    /// The name of the operation in metrics: see [`OperationKind::label`].
    pub const fn label(&self) -> &'static str {
        self.kind().label()
    }

    /// The scopes for a `WWW-Authenticate` challenge: what this request needs, and pulling for whoever pushes.
    ///
    /// A mount names the other repository too, so that one token serves both. The answer to a
    /// request without the second scope is an ordinary upload, so only the first one is required.
    pub fn scopes(&self) -> Vec<Scope> {
        let mut scopes = Vec::new();
        match (self.name(), self.action()) {
            (Some(name), Some(action)) => {
                let mut scope = Scope::repository(name.clone(), action);
                if action == Action::Push {
                    // Whoever pushes looks first whether the blob is there; one token serves both.
                    scope.actions.insert(Action::Pull);
                }
                scopes.push(scope);
            }
            _ if matches!(self, Self::ListCatalog { .. }) => scopes.push(Scope::catalog()),
            _ => {}
        }
        if let Self::StartUpload {
            name,
            mount: Some(Mount {
                from: Some(from), ..
            }),
            ..
        } = self
            && let Ok(source) = from.parse::<RepositoryName>()
            && source != *name
        {
            scopes.push(Scope::repository(source, Action::Pull));
        }
        scopes
    }
}

#[cfg(test)]
mod tests;
