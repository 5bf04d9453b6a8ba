//! Staging files that nobody came back for. Everything here blocks.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::super::{BlobStoreError, Staging};

/// What lies in the staging folder and was not written to for `age`.
pub(super) fn find_older_than(
    folder: &Path,
    age: Duration,
) -> Result<Vec<Staging>, BlobStoreError> {
    let fail = BlobStoreError::while_trying_to("list the staging folder");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(&fail)? {
        let entry = entry.map_err(&fail)?;
        let Ok(modified) = entry.metadata().and_then(|metadata| metadata.modified()) else {
            // It went away in the meantime: somebody finished.
            continue;
        };
        // A time in the future counts as now.
        let unused_for = modified.elapsed().unwrap_or_default();
        if unused_for >= age
            && let Ok(name) = entry.file_name().into_string()
        {
            found.push(Staging(name));
        }
    }
    Ok(found)
}

/// Removes files from the staging folder; returns how many.
pub(super) fn remove(folder: &Path, abandoned: &[Staging]) -> Result<u64, BlobStoreError> {
    let mut removed = 0;
    for staging in abandoned {
        if super::remove_if_there(&folder.join(&staging.0))? {
            removed += 1;
        }
    }
    Ok(removed)
}
