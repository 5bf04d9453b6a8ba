//! The schemas as they lie in the folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../lexicons");

/// Every schema by its id.
pub fn lexicons() -> BTreeMap<String, Value> {
    files()
        .into_iter()
        .map(|(path, text)| {
            let lexicon =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
            (path.replace('/', "."), lexicon)
        })
        .collect()
}

/// Every file by its path in the folder, without `.json`.
pub fn files() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::from(FOLDER)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be listed") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let text = std::fs::read_to_string(&path).expect("the file can be read");
                found.insert(path_in_folder(&path), text);
            }
        }
    }
    found
}

fn path_in_folder(path: &Path) -> String {
    let relative = path.strip_prefix(FOLDER).expect("lies in the folder");
    let segments: Vec<_> = relative
        .with_extension("")
        .iter()
        .map(|segment| segment.to_string_lossy().into_owned())
        .collect();
    segments.join("/")
}
