//! Finds the protocol's interop vectors, which are not part of this repository.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Names the folder of the vectors, for where it is not beside the repository.
const VARIABLE: &str = "LONGSHORE_VECTORS";
const BESIDE_REPOSITORY: &str = "../../../shared/vectors/atproto-interop";

/// The text of a vector file such as `syntax/did_syntax_valid.txt`; `None`, said aloud, if the
/// folder is not there. A folder without the file is an error.
pub fn read(file: &str) -> Option<String> {
    let Some(folder) = folder() else {
        // Not `eprintln!`, which the test harness hides for tests that pass.
        let _ = writeln!(
            std::io::stderr(),
            "NOT TESTED: {file}: no interop vectors found; set {VARIABLE} to their folder"
        );
        return None;
    };
    let path = folder.join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(VARIABLE) {
        return Some(folder.into());
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join(BESIDE_REPOSITORY);
    beside.is_dir().then_some(beside)
}
