//! `[web]`: the web app.

use std::path::{Path, PathBuf};

use atproto::syntax::Handle;

use super::settings::{EXAMPLE_HANDLE, SITE_ROOT};
use super::source::Reader;
use super::value;

/// The web app.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// The handle that example commands are written for.
    pub example_handle: Option<Handle>,
    /// Folder with scripts, styles and images.
    pub site_root: PathBuf,
}

pub(super) fn read(reader: &mut Reader, binary: Option<&Path>) -> WebConfig {
    WebConfig {
        example_handle: reader.optional(&EXAMPLE_HANDLE, |text| {
            text.trim_start_matches('@').parse::<Handle>().ok()
        }),
        site_root: reader
            .optional(&SITE_ROOT, value::path)
            .unwrap_or_else(|| default_site_root(binary)),
    }
}

/// A release has the folder `site` beside the binary; a working copy has it where it was built.
fn default_site_root(binary: Option<&Path>) -> PathBuf {
    binary
        .and_then(Path::parent)
        .map(|folder| folder.join("site"))
        .filter(|site| site.is_dir())
        .unwrap_or_else(|| PathBuf::from("target/site"))
}
