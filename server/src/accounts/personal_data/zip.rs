//! Writing ZIP archives (APPNOTE.TXT 6.3, without its 64-bit extension): files one after the other, not compressed, with
//! their sizes in front, so that every program there is opens them, also while they are still coming.
//!
//! It writes into memory and hands over what is there, so that an archive never has to be in memory whole.

/// The largest archive, in bytes: far below the 4 GiB at which offsets would need more than 32 bits.
pub(super) const MAX_BYTES: u64 = 1 << 30;

const VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
const STORED: u16 = 0;
/// Regular file, readable by everybody, in the half of the attributes that Unix has.
const MODE: u32 = 0o100_644 << 16;
const MADE_BY_UNIX: u16 = 3 << 8;

/// An archive that is being written.
#[derive(Debug)]
pub(super) struct ZipWriter {
    buffer: Vec<u8>,
    /// Bytes that were handed over before the buffer.
    written: u64,
    directory: Vec<u8>,
    files: u16,
    /// Date and time of every file, as DOS has them.
    stamp: (u16, u16),
}

/// The archive would become larger than [`MAX_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the archive would be larger than {MAX_BYTES} bytes")]
pub struct TooLarge;

impl ZipWriter {
    /// An archive whose files are all of this moment.
    pub(super) fn new(now: chrono::DateTime<chrono::Utc>) -> Self {
        Self {
            buffer: Vec::new(),
            written: 0,
            directory: Vec::new(),
            files: 0,
            stamp: dos_time(now),
        }
    }

    /// Adds a file.
    pub(super) fn add(&mut self, name: &str, content: &[u8]) -> Result<(), TooLarge> {
        let offset = self.written + self.buffer.len() as u64;
        let end = offset + content.len() as u64 + self.directory.len() as u64;
        let size = u32::try_from(content.len()).map_err(|_| TooLarge)?;
        if end > MAX_BYTES || self.files == u16::MAX {
            return Err(TooLarge);
        }
        let offset = u32::try_from(offset).map_err(|_| TooLarge)?;
        let described = self.describe(name, size, crc32fast::hash(content));
        // Local file header.
        self.buffer.extend(0x0403_4b50_u32.to_le_bytes());
        self.buffer.extend(&described);
        self.buffer.extend(name.as_bytes());
        self.buffer.extend(content);
        // Central directory header.
        let directory = &mut self.directory;
        directory.extend(0x0201_4b50_u32.to_le_bytes());
        directory.extend((MADE_BY_UNIX | VERSION).to_le_bytes());
        directory.extend(&described);
        // No comment, first disk, no internal attributes.
        directory.extend([0; 6]);
        directory.extend(MODE.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
        self.files += 1;
        Ok(())
    }

    /// What both headers say of a file.
    fn describe(&self, name: &str, size: u32, crc: u32) -> Vec<u8> {
        let name_length = u16::try_from(name.len()).expect("names are ours, and short");
        let mut header = Vec::with_capacity(26);
        for half in [VERSION, FLAGS, STORED, self.stamp.1, self.stamp.0] {
            header.extend(half.to_le_bytes());
        }
        for word in [crc, size, size] {
            header.extend(word.to_le_bytes());
        }
        header.extend(name_length.to_le_bytes());
        // No extra field.
        header.extend([0; 2]);
        header
    }

    /// Hands over the next `size` bytes, when there are as many.
    pub(super) fn take(&mut self, size: usize) -> Option<Vec<u8>> {
        if self.buffer.len() < size {
            return None;
        }
        let rest = self.buffer.split_off(size);
        self.written += size as u64;
        Some(std::mem::replace(&mut self.buffer, rest))
    }

    /// Writes the directory. What is left to hand over is in the buffer.
    pub(super) fn finish(&mut self) -> Result<(), TooLarge> {
        let offset =
            u32::try_from(self.written + self.buffer.len() as u64).map_err(|_| TooLarge)?;
        let size = u32::try_from(self.directory.len()).map_err(|_| TooLarge)?;
        let directory = std::mem::take(&mut self.directory);
        self.buffer.extend(directory);
        self.buffer.extend(0x0605_4b50_u32.to_le_bytes());
        // One disk.
        self.buffer.extend([0; 4]);
        self.buffer.extend(self.files.to_le_bytes());
        self.buffer.extend(self.files.to_le_bytes());
        self.buffer.extend(size.to_le_bytes());
        self.buffer.extend(offset.to_le_bytes());
        // No comment.
        self.buffer.extend([0; 2]);
        Ok(())
    }

    /// Everything that was not handed over yet.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        self.written += self.buffer.len() as u64;
        std::mem::take(&mut self.buffer)
    }
}

/// Date and time in the form of DOS: two seconds exact, from 1980 on.
fn dos_time(at: chrono::DateTime<chrono::Utc>) -> (u16, u16) {
    use chrono::{Datelike as _, Timelike as _};
    let year = (at.year() - 1980).clamp(0, 127);
    let date = (year << 9) | i32::try_from((at.month() << 5) | at.day()).unwrap_or(33);
    let time = (at.hour() << 11) | (at.minute() << 5) | (at.second() / 2);
    (
        u16::try_from(date).unwrap_or(33),
        u16::try_from(time).unwrap_or(0),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn archive(part: usize) -> Vec<u8> {
        let now = "2026-11-21T10:20:30Z".parse().unwrap();
        let mut zip = ZipWriter::new(now);
        let mut bytes = Vec::new();
        let large = vec![7; 10_000];
        for (name, content) in [
            ("a/README.txt", "hello\n".as_bytes()),
            ("a/large", &large),
            ("a/empty", &[]),
            ("a/ünï.json", b"{}"),
        ] {
            zip.add(name, content).unwrap();
            while let Some(next) = zip.take(part) {
                assert_eq!(next.len(), part);
                bytes.extend(next);
            }
        }
        zip.finish().unwrap();
        bytes.extend(zip.rest());
        bytes
    }

    #[test]
    fn an_archive_is_the_same_in_parts_of_any_size() {
        assert_eq!(archive(1), archive(4096));
        assert_eq!(archive(1 << 20), archive(4096));
    }

    #[test]
    fn other_software_opens_it() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&archive(4096)).unwrap();
        let program = "import sys, zipfile\n\
                       archive = zipfile.ZipFile(sys.argv[1])\n\
                       assert archive.testzip() is None\n\
                       print([(file.filename, file.file_size, file.date_time) for file in archive.infolist()])";
        let output = std::process::Command::new("python3")
            .args(["-c", program])
            .arg(file.path())
            .output()
            .unwrap();
        let listed = String::from_utf8(output.stdout).unwrap();
        let at = "(2026, 11, 21, 10, 20, 30)";
        assert_eq!(
            listed.trim(),
            format!(
                "[('a/README.txt', 6, {at}), ('a/large', 10000, {at}), ('a/empty', 0, {at}), ('a/ünï.json', 2, {at})]"
            ),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
