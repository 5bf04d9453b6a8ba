//! A client for HTTP/1.1 that costs next to nothing, so that it is the server that is measured.
//!
//! Speaks only what the servers answer: a status, headers and a body of known length or in chunks.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How much is read from the socket at once.
const READ_BYTES: usize = 256 * 1024;

/// A connection that is kept open between requests.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// The head of an answer. Its body was read and dropped, or is in [`Answer::body`].
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

/// How long an answer took, from the first byte of the request on.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    pub status: u16,
    /// Until something of the answer was there.
    pub first_byte: Duration,
    /// Until all of it was.
    pub whole: Duration,
}

/// What the loop of a load needs to know of a head.
struct Head {
    status: u16,
    length: usize,
    body: BodyLength,
}

/// How the end of a body is found.
enum BodyLength {
    Known(usize),
    Chunked,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; READ_BYTES],
            filled: 0,
        })
    }

    pub async fn send(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(bytes).await?)
    }

    /// Reads an answer and drops its body. Returns the status and the length of the body.
    pub async fn skip_answer(&mut self, is_head: bool) -> Result<(u16, usize)> {
        let head = self.read_head().await?;
        self.consume(head.length);
        let length = match head.body {
            _ if is_head => 0,
            body => self.read_body(body, |_| {}).await?,
        };
        Ok((head.status, length))
    }

    /// Sends a request and drops the answer, for the time that it took.
    pub async fn time(&mut self, request: &[u8]) -> Result<Timing> {
        let started = Instant::now();
        self.send(request).await?;
        self.fill().await?;
        let first_byte = started.elapsed();
        let (status, _) = self.skip_answer(false).await?;
        Ok(Timing {
            status,
            first_byte,
            whole: started.elapsed(),
        })
    }

    /// Reads an answer with its body.
    pub async fn read_answer(&mut self) -> Result<Answer> {
        let head = self.read_head().await?;
        let text = std::str::from_utf8(&self.buffer[..head.length])?;
        let location = header(text, "location").map(str::to_owned);
        self.consume(head.length);
        let mut body = Vec::new();
        self.read_body(head.body, |bytes| body.extend_from_slice(bytes))
            .await?;
        Ok(Answer {
            status: head.status,
            location,
            body,
        })
    }

    /// Reads a body to its end, giving every piece to `sink`. Returns its length.
    async fn read_body(&mut self, body: BodyLength, mut sink: impl FnMut(&[u8])) -> Result<usize> {
        match body {
            BodyLength::Known(length) => {
                self.read_bytes(length, &mut sink).await?;
                Ok(length)
            }
            BodyLength::Chunked => {
                let mut length = 0;
                loop {
                    let line = self.read_line().await?;
                    let size = usize::from_str_radix(line.trim(), 16)?;
                    self.read_bytes(size, &mut sink).await?;
                    length += size;
                    self.read_line().await?;
                    if size == 0 {
                        return Ok(length);
                    }
                }
            }
        }
    }

    async fn read_bytes(&mut self, length: usize, sink: &mut impl FnMut(&[u8])) -> Result<()> {
        let mut left = length;
        loop {
            let present = left.min(self.filled);
            sink(&self.buffer[..present]);
            self.consume(present);
            left -= present;
            if left == 0 {
                return Ok(());
            }
            self.fill().await?;
        }
    }

    async fn read_line(&mut self) -> Result<String> {
        loop {
            if let Some(end) = find(&self.buffer[..self.filled], b"\r\n") {
                let line = std::str::from_utf8(&self.buffer[..end])?.to_owned();
                self.consume(end + 2);
                return Ok(line);
            }
            self.fill().await?;
        }
    }

    async fn read_head(&mut self) -> Result<Head> {
        loop {
            if let Some(end) = find(&self.buffer[..self.filled], b"\r\n\r\n") {
                return parse_head(&self.buffer[..end + 4]);
            }
            ensure!(
                self.filled < self.buffer.len(),
                "the head of an answer is too long"
            );
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<()> {
        let count = self.stream.read(&mut self.buffer[self.filled..]).await?;
        ensure!(count > 0, "the server closed the connection");
        self.filled += count;
        Ok(())
    }

    fn consume(&mut self, count: usize) {
        self.buffer.copy_within(count..self.filled, 0);
        self.filled -= count;
    }
}

fn parse_head(head: &[u8]) -> Result<Head> {
    let text = std::str::from_utf8(head).context("the head of an answer is not text")?;
    let status = text
        .get(9..12)
        .and_then(|status| status.parse().ok())
        .context("an answer has no status")?;
    let body = match header(text, "content-length") {
        Some(length) => BodyLength::Known(length.parse()?),
        None if header(text, "transfer-encoding") == Some("chunked") => BodyLength::Chunked,
        None if status == 204 || status == 304 => BodyLength::Known(0),
        None => bail!("an answer has no length: {text}"),
    };
    Ok(Head {
        status,
        length: head.len(),
        body,
    })
}

fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    head.split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.trim())
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}
