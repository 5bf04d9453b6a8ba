//! What the files of an image or layer show.

use serde::Serialize;

use crate::api::person::Owner;

/// Which files are wanted, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilesQuery {
    /// Of an index, the image for this platform.
    pub platform: Option<String>,
    /// Only what this layer did, counted from 1.
    pub layer: Option<usize>,
    /// A folder or a file.
    pub path: String,
    /// Part of paths to look for.
    pub search: String,
}

/// Files of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilesPage {
    /// `<owner>/<path>`, as in image names.
    pub name: String,
    /// The repository below the owner's name.
    pub repository: String,
    /// Whose image.
    pub owner: Owner,
    /// The tag or digest that was asked for.
    pub reference: String,
    /// The image whose files these are.
    pub digest: String,
    /// What it runs on.
    pub platform: Option<String>,
    /// Other platforms to choose from.
    pub platforms: Vec<String>,
    /// Its layers, lowest first.
    pub layers: Vec<FileLayer>,
    /// The layer that is shown alone, counted from 1.
    pub layer: Option<usize>,
    /// The folder or file.
    pub path: String,
    /// What is in the folder, or what the search found.
    pub rows: Vec<FileRow>,
    /// How many rows there are, those that do not fit on the page too.
    pub row_count: usize,
    /// The content, where the path is a file.
    pub content: Option<FileContent>,
    /// How many files the image has.
    pub file_count: usize,
    /// Bytes of all layers, decompressed.
    pub unpacked_size: u64,
}

/// A layer and what it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileLayer {
    /// Its digest.
    pub digest: String,
    /// Bytes, compressed.
    pub size: u64,
    /// What made it.
    pub command: Option<String>,
    /// Paths that it added.
    pub added: usize,
    /// Paths that it changed.
    pub changed: usize,
    /// Paths that it deleted.
    pub deleted: usize,
    /// Why it was not read to its end: `entries`, `bytes`, `ratio`, `time` or `malformed`.
    pub stopped: Option<String>,
}

/// A file or folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileRow {
    /// The whole path.
    pub path: String,
    /// `file`, `folder`, `symlink`, `hardLink` or `special`.
    pub kind: String,
    /// Bytes; of a folder those of everything in it.
    pub size: u64,
    /// Permissions as `ls` writes them, where known.
    pub mode: Option<String>,
    /// What a link leads to.
    pub link: Option<String>,
    /// The layer that it comes from, counted from 1.
    pub layer: Option<usize>,
    /// `added`, `changed` or `deleted`, where one layer is shown.
    pub change: Option<String>,
}

/// A file to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileContent {
    /// The file.
    pub row: FileRow,
    /// Its text; `None` where it is too large or no text.
    pub text: Option<String>,
}
