//! Moving a hold to another machine, database or bucket: a folder that has all of it.
//!
//! ```text
//! manifest.json                 which hold, where its repo stands, sizes and digests of the two files below; last
//! repo.car                      the repo, as com.atproto.sync.getRepo gives it
//! rows.jsonl                    what the database knows and the repo does not say, one row a line
//! blobs/<algorithm>/<two hex>/  the bytes of every blob that a row names, in files by digest
//! keys/                         only when asked for: the keys of the repo and of the did:plc
//! ```
//!
//! Whatever is read is checked: blobs by their digests, the files by those in the manifest, the repo by its tree and
//! the signature of its commit. Both ways go on where they were cut off, and copy no blob twice. Uploads in progress,
//! blobs in quarantine and the past of the firehose stay behind; its numbers go on.

use std::path::PathBuf;

use atproto::data::Cid;
use atproto::repo::car::CarError;
use atproto::syntax::{Did, Tid};
use oci::Digest;
use serde::{Deserialize, Serialize};

use super::repo::RepoError;
use super::signing_key::SigningKeyError;
use crate::blob_store::{BlobStoreError, BodyError};
use crate::data_folder::DataFolderError;
use crate::db::DatabaseError;
use crate::secrets::SecretFileError;

mod blobs;
mod check;
mod export;
mod files;
mod folder;
mod import;
mod rows;

pub use blobs::CopyProgress;
pub use export::ArchivedKeys;
pub use import::{Imported, import_hold};

/// The form of archives that this release writes, and the only one that it reads.
const VERSION: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// What stands in for the manifest while an export is not finished.
const UNFINISHED: &str = "manifest.json.part";
const REPO: &str = "repo.car";
const ROWS: &str = "rows.jsonl";
const SIGNING_KEY: &str = "keys/signing.key";
const ROTATION_KEY: &str = "keys/rotation.key";

/// Whose archive a folder is; of an unfinished one, all there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Label {
    version: u32,
    did: Did,
}

/// What an archive has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    #[serde(flatten)]
    label: Label,
    /// The key that signs the repo, as did:key.
    signing_key: String,
    /// The last commit…
    #[serde(with = "as_text")]
    commit: Cid,
    /// …and its revision.
    #[serde(with = "as_text")]
    rev: Tid,
    /// The number of the last event of the firehose.
    last_event: i64,
    /// RFC 3339.
    exported_at: String,
    repo: ArchivedFile,
    rows: ArchivedFile,
    /// What `blobs` has.
    blobs: ArchivedBlobs,
}

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ArchivedFile {
    bytes: u64,
    digest: Digest,
}

/// Blobs of an archive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct ArchivedBlobs {
    count: u64,
    bytes: u64,
}

/// What an export or import moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// Whose repo it is.
    pub did: Did,
    /// Where it stands.
    pub rev: Tid,
    /// What became of the blobs.
    pub blobs: CopyProgress,
    /// Blobs that layer records name and that the hold does not have.
    pub missing_layers: u64,
}

/// A hold was not moved. What was copied so far stays, and the next attempt goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The folder has other things.
    #[error("{} has files and is no export of a hold; name a new or an empty folder", path.display())]
    NotEmptyFolder {
        /// Which.
        path: PathBuf,
    },
    /// The folder is another hold's.
    #[error("{} has the hold {found}, not {ours}; name another folder", path.display())]
    OtherHold {
        /// Which.
        path: PathBuf,
        /// Whose archive it is.
        found: Did,
        /// Whose it was to be.
        ours: Did,
    },
    /// There is no archive.
    #[error("{} has no manifest.json; name a folder that `longshore hold export` wrote", path.display())]
    NoArchive {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The export was cut off.
    #[error("the export in {} was not finished; repeat `longshore hold export`, which goes on where it stopped", path.display())]
    Unfinished {
        /// Where.
        path: PathBuf,
    },
    /// The archive has another form.
    #[error("{} was written by another release (version {version}, expected {VERSION})", path.display())]
    OtherVersion {
        /// Where.
        path: PathBuf,
        /// Which form.
        version: u32,
    },
    /// Something in the folder is not what was exported.
    #[error("{file} is damaged: {reason}; copy it again, or repeat the export")]
    Damaged {
        /// Which file, below the folder.
        file: String,
        /// In which way.
        reason: String,
    },
    /// The repo's archive cannot be read.
    #[error("{REPO} is damaged; copy it again, or repeat the export")]
    Car(#[from] CarError),
    /// The bytes of a blob are not where they should be.
    #[error(
        "the blob {digest} is gone: it was collected as garbage, or the storage lost it; repeat the export, which goes on where it stopped"
    )]
    BlobGone {
        /// Which.
        digest: Digest,
    },
    /// The bytes of a blob cannot be read, or are others.
    #[error("the blob {digest} cannot be read")]
    BlobUnreadable {
        /// Which.
        digest: Digest,
        /// Why.
        #[source]
        source: BodyError,
    },
    /// The settings are those of another hold.
    #[error(
        "the archive has the hold {archive}, but by HOLD_PUBLIC_URL this one would be {settings}; a did:web cannot move, so set HOLD_PUBLIC_URL to its address"
    )]
    OtherDid {
        /// Whose archive it is.
        archive: Did,
        /// Who the hold would be.
        settings: Did,
    },
    /// The key is another one.
    #[error("{} has another key than the one that signs the hold's repo ({expected}); put that one there", path.display())]
    OtherKey {
        /// Where.
        path: PathBuf,
        /// The public one that it should have, as did:key.
        expected: String,
    },
    /// The key is missing.
    #[error("the archive has no key; copy the signing key of the hold to {} with mode 0600, or repeat the export with --with-key", path.display())]
    NoKey {
        /// Where it is to be.
        path: PathBuf,
    },
    /// The database has a hold.
    #[error(
        "this database has the hold {did} already; a hold is imported into a database without one"
    )]
    NotEmpty {
        /// Which.
        did: String,
    },
    /// The database has blobs of another hold.
    #[error(
        "this database has blobs that are not in the archive; a hold is imported into a database without one"
    )]
    OtherBlobs,
    /// A file cannot be read or written.
    #[error("{} cannot be {operation}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was to be done with it.
        operation: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Somebody else works on the folder.
    #[error(transparent)]
    Folder(#[from] DataFolderError),
    /// A key file cannot be used.
    #[error(transparent)]
    Key(#[from] SecretFileError),
    /// The key cannot be used.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
    /// A store of blobs failed.
    #[error("the storage failed")]
    Storage(#[from] BlobStoreError),
    /// The repo cannot be read or written.
    #[error(transparent)]
    Repo(#[from] RepoError),
    /// The database failed.
    #[error("the hold's database failed")]
    Database(#[from] DatabaseError),
}

mod as_text {
    //! Values by their text.

    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<T: Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
