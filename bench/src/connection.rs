//! A client for HTTP/1.1 that costs next to nothing, so that it is the server that is measured.
//!
//! Speaks only what the three servers answer: a status, headers and a body of known length.

use std::net::SocketAddr;

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

/// What the loop of a load needs to know of a head.
struct Head {
    status: u16,
    length: usize,
    body_length: usize,
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
        let length = if is_head { 0 } else { head.body_length };
        self.consume(head.length);
        let mut left = length;
        loop {
            let present = left.min(self.filled);
            self.consume(present);
            left -= present;
            if left == 0 {
                return Ok((head.status, length));
            }
            self.fill().await?;
        }
    }

    /// Reads an answer with its body.
    pub async fn read_answer(&mut self) -> Result<Answer> {
        let head = self.read_head().await?;
        let text = std::str::from_utf8(&self.buffer[..head.length])?;
        let location = header(text, "location").map(str::to_owned);
        self.consume(head.length);
        let mut body = Vec::with_capacity(head.body_length);
        while body.len() < head.body_length {
            let present = (head.body_length - body.len()).min(self.filled);
            body.extend_from_slice(&self.buffer[..present]);
            self.consume(present);
            if body.len() < head.body_length {
                self.fill().await?;
            }
        }
        Ok(Answer {
            status: head.status,
            location,
            body,
        })
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
    let body_length = match header(text, "content-length") {
        Some(length) => length.parse()?,
        None if status == 204 || status == 304 => 0,
        None => bail!("an answer has no length: {text}"),
    };
    Ok(Head {
        status,
        length: head.len(),
        body_length,
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
