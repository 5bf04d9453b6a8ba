//! What an image looks like when its layers lie on each other (OCI image-spec `layer.md`, "whiteouts").

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::layer_stream::StopReason;
use super::listing::{FileEntry, FileKind, LayerListing};
use super::packages::PackageList;

/// A file of that name deletes what lies below under the rest of the name.
const WHITEOUT: &str = ".wh.";
/// A file of this name deletes everything in its folder that lies below.
const OPAQUE: &str = ".wh..wh..opq";

/// The files of an image, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergedFiles {
    /// What is there in the end.
    pub files: BTreeMap<String, MergedFile>,
    /// What each layer did, by path, in the order of layers.
    pub changes: Vec<BTreeMap<String, Change>>,
    /// The packages in the end.
    pub packages: Option<PackageList>,
    /// Bytes of all layers, decompressed.
    pub unpacked: u64,
    /// Layers that were not read to their end, and why.
    pub stopped: Vec<(usize, StopReason)>,
}

/// A file with the layer that it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedFile {
    /// The file.
    pub entry: FileEntry,
    /// The layer, counted from 0.
    pub layer: usize,
}

/// What a layer did to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was not there before.
    Added,
    /// It was there and is another one now.
    Changed,
    /// It was there before.
    Deleted,
}

impl MergedFiles {
    /// Lays the layers on each other, lowest first.
    pub fn of(layers: &[Arc<LayerListing>]) -> Self {
        let mut merged = Self::default();
        for (index, layer) in layers.iter().enumerate() {
            merged.lay(index, layer);
        }
        merged
    }

    fn lay(&mut self, index: usize, layer: &LayerListing) {
        let mut changes = BTreeMap::new();
        // Deletions speak of what lies below, wherever in the archive they stand.
        for entry in &layer.entries {
            let (folder, name) = split(&entry.path);
            if name == OPAQUE {
                self.delete_below(folder, &mut changes);
            } else if let Some(deleted) = name.strip_prefix(WHITEOUT) {
                let path = join(folder, deleted);
                self.delete_below(&path, &mut changes);
                if self.files.remove(&path).is_some() {
                    changes.insert(path, Change::Deleted);
                }
            }
        }
        for entry in &layer.entries {
            if split(&entry.path).1.starts_with(WHITEOUT) {
                continue;
            }
            let before = self.files.get(&entry.path);
            let change = match before {
                None => Some(Change::Added),
                Some(file) if file.layer == index => None,
                Some(file) if file.entry == *entry => None,
                Some(_) => Some(Change::Changed),
            };
            // A folder that is only mentioned again stays what it was.
            let is_mention = change.is_none() && entry.kind == FileKind::Folder;
            if entry.kind != FileKind::Folder
                && before.is_some_and(|file| file.entry.kind == FileKind::Folder)
            {
                self.delete_below(&entry.path, &mut changes);
            }
            if let Some(change) = change {
                // What was deleted and put back by the same layer was changed.
                let was_deleted = changes.get(&entry.path) == Some(&Change::Deleted);
                changes.insert(
                    entry.path.clone(),
                    if was_deleted { Change::Changed } else { change },
                );
            }
            if !is_mention {
                let file = MergedFile {
                    entry: entry.clone(),
                    layer: index,
                };
                self.files.insert(entry.path.clone(), file);
            }
        }
        self.changes.push(changes);
        self.unpacked = self.unpacked.saturating_add(layer.unpacked);
        self.stopped
            .extend(layer.stopped.map(|reason| (index, reason)));
        if layer.packages.is_some() {
            self.packages.clone_from(&layer.packages);
        }
    }

    fn delete_below(&mut self, folder: &str, changes: &mut BTreeMap<String, Change>) {
        let start = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let below: Vec<String> = self
            .files
            .range(start.clone()..)
            .take_while(|(path, _)| path.starts_with(&start))
            .map(|(path, _)| path.clone())
            .collect();
        for path in below {
            self.files.remove(&path);
            changes.insert(path, Change::Deleted);
        }
    }
}

/// The names directly in `folder` among sorted paths.
pub fn children<'path>(
    paths: impl Iterator<Item = &'path String>,
    folder: &str,
) -> BTreeSet<String> {
    let start = if folder.is_empty() {
        String::new()
    } else {
        format!("{folder}/")
    };
    paths
        .filter_map(|path| path.strip_prefix(&start))
        .filter_map(|rest| rest.split('/').next())
        .filter(|name| !name.is_empty())
        .map(|name| format!("{start}{name}"))
        .collect()
}

/// Folder and name.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(entries: &[(&str, u64)]) -> Arc<LayerListing> {
        let entry = |(path, content): &(&str, u64)| FileEntry {
            path: path.trim_end_matches('/').to_owned(),
            kind: if path.ends_with('/') {
                FileKind::Folder
            } else {
                FileKind::File
            },
            size: *content,
            mode: 0o644,
            link: None,
            fingerprint: *content,
        };
        Arc::new(LayerListing {
            entries: entries.iter().map(entry).collect(),
            ..LayerListing::default()
        })
    }

    fn paths(merged: &MergedFiles) -> Vec<&str> {
        merged.files.keys().map(String::as_str).collect()
    }

    #[test]
    fn whiteouts_delete_what_lies_below_and_nothing_of_their_own_layer() {
        let merged = MergedFiles::of(&[
            layer(&[
                ("a/", 0),
                ("a/one", 1),
                ("a/two", 2),
                ("b/deep/x", 3),
                ("bb", 4),
            ]),
            layer(&[
                ("a/three", 5),
                ("a/.wh..wh..opq", 0),
                (".wh.b", 0),
                ("b", 6),
            ]),
        ]);
        assert_eq!(paths(&merged), ["a", "a/three", "b", "bb"]);
        assert_eq!(merged.changes[1].get("a/one"), Some(&Change::Deleted));
        assert_eq!(merged.changes[1].get("b/deep/x"), Some(&Change::Deleted));
        assert_eq!(merged.changes[1].get("a/three"), Some(&Change::Added));
        assert_eq!(merged.files["bb"].layer, 0);
    }

    #[test]
    fn a_file_with_other_content_is_changed_and_the_same_again_is_not() {
        let merged = MergedFiles::of(&[
            layer(&[("same", 1), ("other", 1), ("dir/", 0), ("dir/x", 1)]),
            layer(&[("same", 1), ("other", 2), ("dir", 3)]),
        ]);
        assert_eq!(merged.changes[1].get("same"), None);
        assert_eq!(merged.changes[1].get("other"), Some(&Change::Changed));
        assert_eq!(paths(&merged), ["dir", "other", "same"]);
    }

    #[test]
    fn folders_list_what_is_directly_in_them() {
        let merged = MergedFiles::of(&[layer(&[("a/b/c", 1), ("a/d", 2), ("ab", 3)])]);
        assert_eq!(
            children(merged.files.keys(), ""),
            BTreeSet::from(["a".to_owned(), "ab".to_owned()])
        );
        assert_eq!(
            children(merged.files.keys(), "a"),
            BTreeSet::from(["a/b".to_owned(), "a/d".to_owned()])
        );
    }
}
