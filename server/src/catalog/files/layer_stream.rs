//! A layer's bytes, decompressed on the way, with an end to everything: bytes, ratio and time.
//!
//! A layer is whatever a stranger pushed. A kilobyte may pretend to be a petabyte, so what is read is counted here,
//! below everything that looks at it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use futures::StreamExt as _;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::time::Instant;
use tokio_util::io::StreamReader;

use crate::blob_store::OutgoingBytes;

/// Decompressed bytes of one layer.
const MAX_BYTES: u64 = 16 * 1024 * 1024 * 1024;
/// Decompressed bytes for each compressed one, once there are enough to judge. Real layers stay below 30.
const MAX_RATIO: u64 = 250;
/// Decompressed bytes after which the ratio counts.
const RATIO_COUNTS_FROM: u64 = 64 * 1024 * 1024;
/// How long one layer may take.
const MAX_TIME: Duration = Duration::from_secs(30);
/// The window that a zstd frame may ask for: 2 to this power, which is 64 MiB.
const MAX_ZSTD_WINDOW_LOG: u32 = 26;

/// Why a layer was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StopReason {
    /// It has more files than are listed.
    Entries,
    /// It decompresses to more bytes than are read.
    Bytes,
    /// It decompresses to so many times its size that it looks like an attack.
    Ratio,
    /// It took too long.
    Time,
    /// It is no archive, or a broken one.
    Malformed,
}

/// The decompressed bytes of a layer.
pub struct LayerStream {
    source: Pin<Box<dyn AsyncRead + Send>>,
    compressed: Arc<AtomicU64>,
    read: u64,
    deadline: Instant,
}

impl LayerStream {
    /// Begins to read. What the bytes are is told by their beginning, not by what somebody calls them.
    pub async fn open(bytes: OutgoingBytes) -> Result<Self, StopReason> {
        let compressed = Arc::new(AtomicU64::new(0));
        let tally = Arc::clone(&compressed);
        let counted = bytes.map(move |piece| {
            let piece = piece.map_err(std::io::Error::other)?;
            tally.fetch_add(piece.len() as u64, Ordering::Relaxed);
            Ok::<_, std::io::Error>(piece)
        });
        let mut reader = BufReader::with_capacity(64 * 1024, StreamReader::new(counted));
        let start = reader.fill_buf().await.map_err(|_| StopReason::Malformed)?;
        let source: Pin<Box<dyn AsyncRead + Send>> = if start.starts_with(&[0x1f, 0x8b]) {
            let mut decoder = GzipDecoder::new(reader);
            // Parallel and seekable compressors write many members.
            decoder.multiple_members(true);
            Box::pin(decoder)
        } else if is_zstd(start) {
            let window = DParameter::window_log_max(MAX_ZSTD_WINDOW_LOG);
            let mut decoder = ZstdDecoder::with_params(reader, &[window]);
            decoder.multiple_members(true);
            Box::pin(decoder)
        } else {
            Box::pin(reader)
        };
        Ok(Self {
            source,
            compressed,
            read: 0,
            deadline: Instant::now() + MAX_TIME,
        })
    }

    /// Reads some bytes; none at the end.
    pub async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, StopReason> {
        let read = tokio::time::timeout_at(self.deadline, self.source.read(buffer))
            .await
            .map_err(|_| StopReason::Time)?
            .map_err(|_| StopReason::Malformed)?;
        if Instant::now() >= self.deadline {
            return Err(StopReason::Time);
        }
        self.read += read as u64;
        if self.read > MAX_BYTES {
            return Err(StopReason::Bytes);
        }
        let compressed = self.compressed.load(Ordering::Relaxed).max(1);
        if self.read > RATIO_COUNTS_FROM && self.read / compressed > MAX_RATIO {
            return Err(StopReason::Ratio);
        }
        Ok(read)
    }

    /// Fills the buffer. `false`: the end came first, with nothing read.
    pub async fn read_block(&mut self, buffer: &mut [u8]) -> Result<bool, StopReason> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..]).await? {
                0 if filled == 0 => return Ok(false),
                0 => return Err(StopReason::Malformed),
                read => filled += read,
            }
        }
        Ok(true)
    }

    /// Decompressed bytes read so far.
    pub const fn bytes_read(&self) -> u64 {
        self.read
    }
}

/// RFC 8878: a frame, or a skippable one as seekable layers begin with.
fn is_zstd(start: &[u8]) -> bool {
    match start {
        [0x28, 0xb5, 0x2f, 0xfd, ..] => true,
        [low, 0x2a, 0x4d, 0x18, ..] => low & 0xf0 == 0x50,
        _ => false,
    }
}
