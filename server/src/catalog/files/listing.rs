//! What is known of a layer's files, and its compressed form in the database: JSON in one zstd frame.

use async_compression::tokio::bufread::ZstdDecoder;
use async_compression::tokio::write::ZstdEncoder;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::layer_stream::StopReason;
use super::packages::PackageList;

/// The files of a layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerListing {
    /// In the order of the archive; of the same path the last one counts.
    pub entries: Vec<FileEntry>,
    /// Bytes of the archive, decompressed, as far as it was read.
    pub unpacked: u64,
    /// Why it was not read to its end.
    pub stopped: Option<StopReason>,
    /// What a package database in it lists.
    pub packages: Option<PackageList>,
}

/// A file in a layer. The names are short because there are many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Without `./` or `/` before and `/` behind.
    #[serde(rename = "p")]
    pub path: String,
    /// What it is.
    #[serde(rename = "k", default, skip_serializing_if = "is_file")]
    pub kind: FileKind,
    /// Bytes of content.
    #[serde(rename = "s", default, skip_serializing_if = "is_zero")]
    pub size: u64,
    /// Permissions.
    #[serde(rename = "m")]
    pub mode: u32,
    /// What a link leads to.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The first eight bytes of the content's SHA-256, to tell whether two files are the same.
    #[serde(rename = "h", default, skip_serializing_if = "is_zero")]
    pub fingerprint: u64,
}

/// What an entry of an archive is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    /// A file with content.
    #[default]
    #[serde(rename = "f")]
    File,
    /// A folder.
    #[serde(rename = "d")]
    Folder,
    /// A symbolic link.
    #[serde(rename = "s")]
    Symlink,
    /// Another name of a file in the same layer.
    #[serde(rename = "h")]
    HardLink,
    /// A device or pipe.
    #[serde(rename = "x")]
    Special,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_file(kind: &FileKind) -> bool {
    *kind == FileKind::File
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl LayerListing {
    /// The form in which it is kept.
    pub async fn compress(&self) -> std::io::Result<Vec<u8>> {
        let json = serde_json::to_vec(self)?;
        let mut encoder = ZstdEncoder::new(Vec::new());
        encoder.write_all(&json).await?;
        encoder.shutdown().await?;
        Ok(encoder.into_inner())
    }

    /// Reads what [`Self::compress`] wrote. `None` where it did not.
    pub async fn decompress(kept: &[u8]) -> Option<Self> {
        let mut json = Vec::new();
        ZstdDecoder::new(kept).read_to_end(&mut json).await.ok()?;
        serde_json::from_slice(&json).ok()
    }
}

/// A path as it is kept: no `.` and no empty components.
pub fn tidy_path(path: &str) -> String {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_comes_back_the_same() {
        let entry = |path: &str, kind| FileEntry {
            path: path.to_owned(),
            kind,
            size: 7,
            mode: 0o644,
            link: None,
            fingerprint: 9,
        };
        let listing = LayerListing {
            entries: vec![entry("a", FileKind::File), entry("b", FileKind::Symlink)],
            unpacked: 1024,
            stopped: Some(StopReason::Time),
            packages: None,
        };
        let kept = listing.compress().await.unwrap();
        assert_eq!(LayerListing::decompress(&kept).await, Some(listing));
        assert_eq!(LayerListing::decompress(b"broken").await, None);
    }

    #[test]
    fn paths_are_kept_without_what_says_nothing() {
        for (written, kept) in [
            ("./a/b/", "a/b"),
            ("/etc//passwd", "etc/passwd"),
            (".", ""),
            ("../x", "../x"),
        ] {
            assert_eq!(tidy_path(written), kept);
        }
    }
}
