//! Reading tar archives by streaming: ustar, with the long names and large sizes of GNU tar and pax (POSIX.1-2017,
//! "pax Interchange Format"). Knows only where entries begin and end; content goes by.

use super::layer_stream::{LayerStream, StopReason};
use super::listing::FileKind;

const BLOCK: usize = 512;
/// Long names and pax records of one entry; paths have at most 4 KiB on any system.
const MAX_EXTENSION: u64 = 256 * 1024;
/// Extensions before one entry.
const MAX_EXTENSIONS: usize = 16;
/// Paths longer than this are cut.
const MAX_PATH: usize = 4096;

/// An entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TarEntry {
    /// The path as written.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
    /// Bytes of content.
    pub size: u64,
    /// Permissions.
    pub mode: u32,
    /// What a link leads to.
    pub link: Option<String>,
}

/// Reads entries one after the other.
pub struct TarReader {
    source: LayerStream,
    /// Bytes of the current entry that nobody read.
    left: u64,
    /// Bytes between its content and the next header.
    padding: u64,
}

/// What extensions say about the entry that follows.
#[derive(Default)]
struct Extensions {
    path: Option<String>,
    link: Option<String>,
    size: Option<u64>,
}

impl TarReader {
    /// Begins at the start of an archive.
    pub const fn new(source: LayerStream) -> Self {
        Self {
            source,
            left: 0,
            padding: 0,
        }
    }

    /// The next entry; the rest of the one before is passed over.
    pub async fn next_entry(&mut self) -> Result<Option<TarEntry>, StopReason> {
        let mut extensions = Extensions::default();
        for _ in 0..MAX_EXTENSIONS {
            self.skip_rest().await?;
            let mut header = [0; BLOCK];
            // Some archives lack the two empty blocks at their end.
            if !self.source.read_block(&mut header).await? || header.iter().all(|byte| *byte == 0) {
                return Ok(None);
            }
            check_sum(&header)?;
            let size = number(&header[124..136])?;
            self.begin_content(size);
            match header[156] {
                b'L' => extensions.path = Some(self.read_text(size).await?),
                b'K' => extensions.link = Some(self.read_text(size).await?),
                b'x' => extensions.take_up(&self.read_extension(size).await?),
                // Global records carry a comment in practice; nothing in them is listed.
                b'g' | b'V' => {}
                kind => {
                    if kind == b'S' && header[482] == 1 {
                        self.skip_sparse_headers().await?;
                    }
                    return Ok(Some(self.entry(&header, kind, extensions, size)));
                }
            }
        }
        Err(StopReason::Malformed)
    }

    /// Reads content of the current entry; 0 at its end.
    pub async fn read_content(&mut self, buffer: &mut [u8]) -> Result<usize, StopReason> {
        let wanted = buffer
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if wanted == 0 {
            return Ok(0);
        }
        match self.source.read(&mut buffer[..wanted]).await? {
            0 => Err(StopReason::Malformed),
            read => {
                self.left -= read as u64;
                Ok(read)
            }
        }
    }

    /// Decompressed bytes read so far.
    pub const fn bytes_read(&self) -> u64 {
        self.source.bytes_read()
    }

    fn entry(
        &mut self,
        header: &[u8; BLOCK],
        kind: u8,
        extensions: Extensions,
        size: u64,
    ) -> TarEntry {
        let kind = match kind {
            b'1' => FileKind::HardLink,
            b'2' => FileKind::Symlink,
            b'3' | b'4' | b'6' => FileKind::Special,
            b'5' => FileKind::Folder,
            _ => FileKind::File,
        };
        let size = match extensions.size {
            Some(size) => {
                self.begin_content(size);
                size
            }
            None => size,
        };
        // Links and folders have no content, whatever their size says.
        let size = if kind == FileKind::File { size } else { 0 };
        let mut path = match extensions.path {
            Some(path) => path,
            None => header_path(header),
        };
        truncate(&mut path);
        let link = matches!(kind, FileKind::HardLink | FileKind::Symlink).then(|| {
            let mut link = extensions.link.unwrap_or_else(|| text(&header[157..257]));
            truncate(&mut link);
            link
        });
        let mode = number(&header[100..108]).unwrap_or(0) & 0o7777;
        TarEntry {
            path,
            kind,
            size,
            mode: u32::try_from(mode).unwrap_or(0),
            link,
        }
    }

    fn begin_content(&mut self, size: u64) {
        self.left = size;
        let block = BLOCK as u64;
        self.padding = (block - size % block) % block;
    }

    async fn skip_rest(&mut self) -> Result<(), StopReason> {
        let mut left = self.left.saturating_add(self.padding);
        let mut buffer = vec![0; 32 * 1024];
        while left > 0 {
            let wanted = buffer
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            match self.source.read(&mut buffer[..wanted]).await? {
                // Some archives end right behind the last content.
                0 => left = 0,
                read => left -= read as u64,
            }
        }
        self.begin_content(0);
        Ok(())
    }

    /// GNU sparse files list their holes in blocks behind the header.
    async fn skip_sparse_headers(&mut self) -> Result<(), StopReason> {
        let mut block = [0; BLOCK];
        for _ in 0..10_000 {
            if !self.source.read_block(&mut block).await? {
                return Err(StopReason::Malformed);
            }
            if block[504] != 1 {
                return Ok(());
            }
        }
        Err(StopReason::Malformed)
    }

    async fn read_extension(&mut self, size: u64) -> Result<Vec<u8>, StopReason> {
        if size > MAX_EXTENSION {
            return Err(StopReason::Malformed);
        }
        let mut content = vec![0; usize::try_from(size).unwrap_or(0)];
        let mut filled = 0;
        while filled < content.len() {
            match self.read_content(&mut content[filled..]).await? {
                0 => return Err(StopReason::Malformed),
                read => filled += read,
            }
        }
        Ok(content)
    }

    async fn read_text(&mut self, size: u64) -> Result<String, StopReason> {
        Ok(text(&self.read_extension(size).await?))
    }
}

impl Extensions {
    /// pax records: `<length> <key>=<value>\n`.
    fn take_up(&mut self, records: &[u8]) {
        let mut rest = records;
        while let Some(space) = rest.iter().position(|byte| *byte == b' ') {
            let length = std::str::from_utf8(&rest[..space])
                .ok()
                .and_then(|digits| digits.parse::<usize>().ok());
            let Some(record) = length
                .filter(|length| *length > space && *length <= rest.len())
                .map(|length| &rest[space + 1..length])
            else {
                return;
            };
            rest = &rest[space + 1 + record.len()..];
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            let Some(equals) = record.iter().position(|byte| *byte == b'=') else {
                continue;
            };
            let value = text(&record[equals + 1..]);
            match &record[..equals] {
                b"path" | b"GNU.sparse.name" => self.path = Some(value),
                b"linkpath" => self.link = Some(value),
                b"size" => self.size = value.parse().ok(),
                _ => {}
            }
        }
    }
}

/// `prefix/name` of ustar.
fn header_path(header: &[u8; BLOCK]) -> String {
    let name = text(&header[..100]);
    // GNU tar has other things where ustar has the prefix.
    if &header[257..263] != b"ustar\0" {
        return name;
    }
    match text(&header[345..500]) {
        prefix if prefix.is_empty() => name,
        prefix => format!("{prefix}/{name}"),
    }
}

/// Text up to the first NUL. What is no UTF-8 gets marks in its place.
fn text(bytes: &[u8]) -> String {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

fn truncate(path: &mut String) {
    if path.len() > MAX_PATH {
        let end = (0..=MAX_PATH)
            .rev()
            .find(|index| path.is_char_boundary(*index))
            .unwrap_or(0);
        path.truncate(end);
    }
}

/// Octal digits, or base 256 where the first bit is set.
fn number(field: &[u8]) -> Result<u64, StopReason> {
    if field[0] & 0x80 != 0 {
        return field[1..]
            .iter()
            .try_fold(u64::from(field[0] & 0x7f), |value, byte| {
                value
                    .checked_mul(256)
                    .map(|value| value + u64::from(*byte))
                    .ok_or(StopReason::Malformed)
            });
    }
    field
        .iter()
        .skip_while(|byte| **byte == b' ')
        .take_while(|byte| !matches!(byte, 0 | b' '))
        .try_fold(0_u64, |value, byte| match byte {
            b'0'..=b'7' => value
                .checked_mul(8)
                .map(|value| value + u64::from(byte - b'0'))
                .ok_or(StopReason::Malformed),
            _ => Err(StopReason::Malformed),
        })
}

/// The sum of all bytes of a header, with blanks where the sum is written.
fn check_sum(header: &[u8; BLOCK]) -> Result<(), StopReason> {
    let sum: u64 = header
        .iter()
        .enumerate()
        .map(|(index, byte)| {
            if (148..156).contains(&index) {
                32
            } else {
                u64::from(*byte)
            }
        })
        .sum();
    if number(&header[148..156])? == sum {
        Ok(())
    } else {
        Err(StopReason::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    fn header(name: &str, kind: u8, size: u64) -> Vec<u8> {
        let mut header = vec![0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..107].copy_from_slice(b"0000755");
        header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum::<u64>() + 8 * 32;
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        header
    }

    fn file(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = header(name, kind, content.len() as u64);
        bytes.extend(content);
        bytes.resize(bytes.len().div_ceil(BLOCK) * BLOCK, 0);
        bytes
    }

    async fn entries(archive: Vec<u8>) -> Result<Vec<TarEntry>, StopReason> {
        // Pieces of an odd size, as a network has them.
        let pieces: Vec<_> = archive
            .chunks(701)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        let stream = LayerStream::open(Box::pin(futures::stream::iter(pieces))).await?;
        let mut reader = TarReader::new(stream);
        let mut found = Vec::new();
        while let Some(entry) = reader.next_entry().await? {
            found.push(entry);
        }
        Ok(found)
    }

    #[tokio::test]
    async fn long_names_of_gnu_and_pax_are_read() {
        let long = "a/".repeat(120) + "file";
        let record = format!(" path={long}\n");
        let length = record.len() + 3;
        let pax = format!("{length}{record}");
        let archive = [
            file("././@LongLink", b'L', format!("{long}\0").as_bytes()),
            file("cut", b'0', b"one"),
            file("pax", b'x', pax.as_bytes()),
            file("cut", b'0', b"three"),
            file("dir/", b'5', b""),
            vec![0; 1024],
        ]
        .concat();
        let found = entries(archive).await.unwrap();
        let paths: Vec<_> = found
            .iter()
            .map(|entry| (entry.path.as_str(), entry.size))
            .collect();
        assert_eq!(paths, [(long.as_str(), 3), (long.as_str(), 5), ("dir/", 0)]);
        assert_eq!(found[2].kind, FileKind::Folder);
        assert_eq!(found[0].mode, 0o755);
    }

    #[tokio::test]
    async fn archives_without_their_end_are_read_as_far_as_they_go() {
        assert_eq!(entries(file("a", b'0', b"x")).await.unwrap().len(), 1);
        assert_eq!(entries(Vec::new()).await.unwrap().len(), 0);
        assert_eq!(entries(header("a", b'0', 3)).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn what_is_no_archive_is_refused() {
        assert_eq!(entries(vec![b'x'; 2048]).await, Err(StopReason::Malformed));
        assert_eq!(
            entries(header("a", b'0', 0)[..300].to_vec()).await,
            Err(StopReason::Malformed)
        );
        let too_long = header("long", b'L', u64::from(u32::MAX));
        assert_eq!(entries(too_long).await, Err(StopReason::Malformed));
        let endless: Vec<u8> = std::iter::repeat_n(file("x", b'x', b""), 50)
            .flatten()
            .collect();
        assert_eq!(entries(endless).await, Err(StopReason::Malformed));
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..3000), kind in any::<u8>(), size in any::<u32>()) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let mut archive = header("name", kind, u64::from(size % 4000));
            archive.extend(&bytes);
            drop(runtime.block_on(entries(archive)));
            drop(runtime.block_on(entries(bytes)));
        }
    }
}
