//! A folder or file of an image or of one of its layers, as a page shows it.

use std::collections::BTreeMap;

use oci::{Digest, Reference, RepositoryName};

use super::image_files::ChosenImage;
use super::layer_stream::StopReason;
use super::list_layer::MAX_SHOWN_BYTES;
use super::listing::{FileEntry, FileKind, LayerListing, tidy_path};
use super::merged::{Change, MergedFile, MergedFiles, children, split};
use crate::catalog::{Catalog, CatalogError, Owner, Reader};
use crate::registry::permissions::PullAccess;

/// Rows on one page; of more, the first are shown, and searching finds the rest.
const MAX_ROWS: usize = 1000;
/// The longest path or search that is looked at.
const MAX_TEXT: usize = 4096;

/// Which files are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilesQuery {
    /// Of an index, the image for this platform.
    pub platform: Option<String>,
    /// Only what this layer did, counted from 1.
    pub layer: Option<usize>,
    /// A folder or a file; empty for the root.
    pub path: String,
    /// Instead of a folder: every path with this in it, whatever the case.
    pub search: String,
}

/// Files of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilesPage {
    /// Whose image.
    pub owner: Owner,
    /// Which image.
    pub image: ChosenImage,
    /// Its layers.
    pub layers: Vec<LayerSummary>,
    /// The layer that is shown alone, counted from 0.
    pub layer: Option<usize>,
    /// The folder or file, tidied.
    pub path: String,
    /// What is in the folder, or what the search found.
    pub rows: Vec<FileRow>,
    /// How many rows there would be without a limit.
    pub row_count: usize,
    /// The content, where the path is a file.
    pub content: Option<FileContent>,
    /// How many files there are in all.
    pub file_count: usize,
    /// Bytes of all layers, decompressed.
    pub unpacked: u64,
}

/// A layer and what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSummary {
    /// Its digest.
    pub digest: Digest,
    /// Bytes, compressed.
    pub size: u64,
    /// What made it.
    pub command: Option<String>,
    /// Paths that it added, changed and deleted.
    pub added: usize,
    /// See above.
    pub changed: usize,
    /// See above.
    pub deleted: usize,
    /// Why it was not read to its end.
    pub stopped: Option<StopReason>,
}

/// A file or folder in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The whole path.
    pub path: String,
    /// What it is; a folder that no layer mentions is one all the same.
    pub kind: FileKind,
    /// Bytes; of a folder those of everything in it.
    pub size: u64,
    /// Permissions, where they are known.
    pub mode: Option<u32>,
    /// What a link leads to.
    pub link: Option<String>,
    /// The layer it comes from, counted from 0.
    pub layer: Option<usize>,
    /// What the layer that is shown did to it.
    pub change: Option<Change>,
}

/// A file to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileContent {
    /// The file.
    pub row: FileRow,
    /// Its text; `None` where it is larger than is shown or no text.
    pub text: Option<String>,
}

impl Catalog {
    /// A folder, a file, or what a search finds, in an image or in what one of its layers did.
    pub async fn files(
        &self,
        reader: &Reader,
        name: &RepositoryName,
        reference: &Reference,
        query: &FilesQuery,
    ) -> Result<FilesPage, CatalogError> {
        let unknown = || CatalogError::FileUnknown;
        if query.path.len() > MAX_TEXT || query.search.len() > MAX_TEXT {
            return Err(unknown());
        }
        let access = self.open(reader, name).await?;
        let image = self
            .choose_image(&access, reference, query.platform.as_deref())
            .await?;
        let merged = self.merged_files(&access, &image).await?;
        let layer = match query.layer {
            Some(number) if (1..=image.layers.len()).contains(&number) => Some(number - 1),
            Some(_) => return Err(unknown()),
            None => None,
        };
        let path = tidy_path(&query.path);
        let listing = self.listing_of(&access, &image, layer).await?;
        let shown = Shown::of(&merged, layer, listing.as_deref());
        let rows = shown.rows(&path, &query.search);
        let content = match shown.files.get(&path) {
            Some(row) if query.search.is_empty() && row.kind != FileKind::Folder => {
                Some(self.content(&access, &image, row).await?)
            }
            _ => None,
        };
        if rows.is_empty() && content.is_none() && !path.is_empty() && query.search.is_empty() {
            return Err(unknown());
        }
        Ok(FilesPage {
            owner: self.find_owner(name.owner()).await?,
            layers: summaries(&image, &merged),
            layer,
            path,
            row_count: rows.len(),
            rows: rows.into_iter().take(MAX_ROWS).collect(),
            content,
            file_count: merged
                .files
                .values()
                .filter(|file| file.entry.kind != FileKind::Folder)
                .count(),
            unpacked: merged.unpacked,
            image,
        })
    }

    /// The entries of the one layer that is shown.
    async fn listing_of(
        &self,
        access: &PullAccess,
        image: &ChosenImage,
        layer: Option<usize>,
    ) -> Result<Option<std::sync::Arc<LayerListing>>, CatalogError> {
        match layer {
            Some(index) => Ok(Some(
                self.layer_listing(access, &image.layers[index].digest)
                    .await?,
            )),
            None => Ok(None),
        }
    }

    async fn content(
        &self,
        access: &PullAccess,
        image: &ChosenImage,
        row: &FileRow,
    ) -> Result<FileContent, CatalogError> {
        let is_shown = matches!(row.kind, FileKind::File | FileKind::HardLink)
            && row.size <= MAX_SHOWN_BYTES
            && row.change != Some(Change::Deleted);
        let path = match (&row.kind, &row.link) {
            (FileKind::HardLink, Some(link)) => tidy_path(link),
            _ => row.path.clone(),
        };
        let bytes = match row.layer.and_then(|layer| image.layers.get(layer)) {
            Some(layer) if is_shown => self.layer_file(access, &layer.digest, &path).await?,
            _ => None,
        };
        let text = bytes
            .filter(|bytes| !bytes.contains(&0))
            .and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(FileContent {
            row: row.clone(),
            text,
        })
    }
}

/// The files to choose rows from.
struct Shown {
    files: BTreeMap<String, FileRow>,
}

impl Shown {
    fn of(merged: &MergedFiles, layer: Option<usize>, listing: Option<&LayerListing>) -> Self {
        let files = match (layer, listing) {
            (Some(index), Some(listing)) => of_layer(index, listing, &merged.changes[index]),
            _ => merged
                .files
                .iter()
                .map(|(path, file)| (path.clone(), of_image(file)))
                .collect(),
        };
        Self { files }
    }

    fn rows(&self, folder: &str, search: &str) -> Vec<FileRow> {
        let search = search.trim().to_lowercase();
        if !search.is_empty() {
            return self
                .files
                .values()
                .filter(|row| row.path.to_lowercase().contains(&search))
                .cloned()
                .collect();
        }
        let mut rows: Vec<FileRow> = children(self.files.keys(), folder)
            .into_iter()
            .map(|path| self.row(path))
            .collect();
        rows.sort_by_key(|row| (row.kind != FileKind::Folder, row.path.clone()));
        rows
    }

    /// A row for a path that is there, or that something below makes a folder.
    fn row(&self, path: String) -> FileRow {
        let below = format!("{path}/");
        let size_below = self
            .files
            .range(below.clone()..)
            .take_while(|(other, _)| other.starts_with(&below))
            .fold(0_u64, |sum, (_, row)| sum.saturating_add(row.size));
        match self.files.get(&path) {
            Some(row) => FileRow {
                size: row.size.saturating_add(size_below),
                ..row.clone()
            },
            None => FileRow {
                path,
                kind: FileKind::Folder,
                size: size_below,
                mode: None,
                link: None,
                layer: None,
                change: None,
            },
        }
    }
}

fn of_image(file: &MergedFile) -> FileRow {
    row_of(&file.entry, Some(file.layer), None)
}

/// What one layer did: its own entries, and what it deleted.
fn of_layer(
    index: usize,
    listing: &LayerListing,
    changes: &BTreeMap<String, Change>,
) -> BTreeMap<String, FileRow> {
    let own = listing
        .entries
        .iter()
        .filter(|entry| !split(&entry.path).1.starts_with(".wh."))
        .map(|entry| {
            let change = changes.get(&entry.path).copied();
            (entry.path.clone(), row_of(entry, Some(index), change))
        });
    let mut rows: BTreeMap<String, FileRow> = own.collect();
    for (path, change) in changes {
        if *change == Change::Deleted {
            rows.entry(path.clone()).or_insert_with(|| FileRow {
                path: path.clone(),
                kind: FileKind::File,
                size: 0,
                mode: None,
                link: None,
                layer: Some(index),
                change: Some(Change::Deleted),
            });
        }
    }
    rows
}

fn row_of(entry: &FileEntry, layer: Option<usize>, change: Option<Change>) -> FileRow {
    FileRow {
        path: entry.path.clone(),
        kind: entry.kind,
        size: entry.size,
        mode: Some(entry.mode),
        link: entry.link.clone(),
        layer,
        change,
    }
}

fn summaries(image: &ChosenImage, merged: &MergedFiles) -> Vec<LayerSummary> {
    let mut commands = image
        .config
        .iter()
        .flat_map(|config| config.history.iter())
        .filter(|entry| !entry.is_empty);
    image
        .layers
        .iter()
        .zip(&merged.changes)
        .enumerate()
        .map(|(index, (layer, changes))| {
            let count = |wanted| changes.values().filter(|change| **change == wanted).count();
            LayerSummary {
                digest: layer.digest.clone(),
                size: layer.size,
                command: commands.next().map(|entry| entry.command.clone()),
                added: count(Change::Added),
                changed: count(Change::Changed),
                deleted: count(Change::Deleted),
                stopped: merged
                    .stopped
                    .iter()
                    .find(|(stopped, _)| *stopped == index)
                    .map(|(_, reason)| *reason),
            }
        })
        .collect()
}
