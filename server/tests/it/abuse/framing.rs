//! Messages: a request line, headers and a body, put together rightly or wrongly.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

use super::requests::RawRequest;

/// The ways in which the message itself is bent.
#[derive(Clone, Copy)]
enum Framing {
    Honest,
    AbsoluteForm,
    NoVersion,
    OldVersion,
    NewVersion,
    HugeHeader,
    ManyHeaders,
    TwoLengths,
    LengthAndChunked,
    OddLength,
    TooShortBody,
    TooLongBody,
    Chunked,
    BrokenChunks,
    BareNewlines,
    CutOff,
    Noise,
}

const FRAMINGS: &[Framing] = &[
    // Most requests get past the parser.
    Framing::Honest,
    Framing::Honest,
    Framing::Honest,
    Framing::Honest,
    Framing::Honest,
    Framing::Honest,
    Framing::Chunked,
    Framing::AbsoluteForm,
    Framing::NoVersion,
    Framing::OldVersion,
    Framing::NewVersion,
    Framing::HugeHeader,
    Framing::ManyHeaders,
    Framing::TwoLengths,
    Framing::LengthAndChunked,
    Framing::OddLength,
    Framing::TooShortBody,
    Framing::TooLongBody,
    Framing::BrokenChunks,
    Framing::BareNewlines,
    Framing::CutOff,
    Framing::Noise,
];

/// A request before it becomes bytes.
pub struct Message {
    method: String,
    target: String,
    version: &'static str,
    headers: Vec<String>,
    lengths: Vec<String>,
    newline: &'static str,
    body: Vec<u8>,
    framing: Framing,
    closes_early: bool,
}

impl Message {
    /// A message that is put together rightly.
    pub fn new(method: &str, target: &str, headers: Vec<String>, body: Vec<u8>) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            version: " HTTP/1.1",
            headers,
            lengths: vec![format!("content-length: {}", body.len())],
            newline: "\r\n",
            body,
            framing: Framing::Honest,
            closes_early: false,
        }
    }

    /// Puts it together in one of the ways there are.
    pub fn bend(&mut self, random: &mut StdRng) {
        self.framing = *FRAMINGS.choose(random).expect("not empty");
        self.closes_early = random.random_bool(0.05);
        match self.framing {
            Framing::Honest => {}
            Framing::CutOff | Framing::Noise => self.closes_early = true,
            Framing::NoVersion => self.version = "",
            Framing::OldVersion => self.version = " HTTP/1.0",
            Framing::NewVersion => self.version = " HTTP/2.0",
            Framing::BareNewlines => self.newline = "\n",
            Framing::AbsoluteForm => {
                let origins = [
                    "http://evil.example",
                    "https://localhost:1",
                    "ftp://x",
                    "//evil.example",
                    "*",
                    "x",
                ];
                self.target
                    .insert_str(0, origins.choose(random).expect("not empty"));
            }
            Framing::HugeHeader => {
                let value = "h".repeat(random.random_range(1..100_000));
                self.headers.push(format!("x-huge: {value}"));
            }
            Framing::ManyHeaders => {
                let count = random.random_range(1..300);
                self.headers
                    .extend((0..count).map(|number| format!("x-{number}: {number}")));
            }
            Framing::TwoLengths
            | Framing::LengthAndChunked
            | Framing::OddLength
            | Framing::TooShortBody
            | Framing::TooLongBody
            | Framing::Chunked
            | Framing::BrokenChunks => self.bend_body(random),
        }
    }

    fn bend_body(&mut self, random: &mut StdRng) {
        let length = self.body.len();
        let chunked = "transfer-encoding: chunked".to_owned();
        match self.framing {
            Framing::TwoLengths => self.lengths.push(format!("content-length: {}", length + 1)),
            Framing::LengthAndChunked => self.lengths.push(chunked),
            Framing::OddLength => {
                let odd = [
                    "-1",
                    "+5",
                    "0x10",
                    "1e3",
                    "18446744073709551616",
                    "",
                    "5, 6",
                    "\u{b2}",
                ];
                self.lengths = vec![format!(
                    "content-length: {}",
                    odd.choose(random).expect("not empty")
                )];
            }
            Framing::TooShortBody => {
                self.lengths = vec![format!("content-length: {}", length + 100)];
                self.closes_early = true;
            }
            Framing::TooLongBody => self
                .body
                .extend_from_slice(b"GET /smuggled HTTP/1.1\r\n\r\n"),
            Framing::Chunked => {
                self.lengths = vec![chunked];
                let chunk = [format!("{length:x}\r\n").as_bytes(), &self.body, b"\r\n"].concat();
                self.body = if length == 0 { Vec::new() } else { chunk };
                self.body.extend_from_slice(b"0\r\n\r\n");
            }
            _ => {
                self.lengths = vec![chunked];
                let broken = [
                    "zz\r\nx",
                    "5\r\nab\r\n0\r\n\r\n",
                    "ffffffffffffffffff\r\nx",
                    "-1\r\n\r\n",
                    "3;a=\u{0}\r\nabc",
                ];
                self.body = broken
                    .choose(random)
                    .expect("not empty")
                    .as_bytes()
                    .to_vec();
                self.closes_early = true;
            }
        }
    }

    /// The bytes, cut off or with noise in them where that is the way.
    pub fn into_request(self, random: &mut StdRng) -> RawRequest {
        let mut bytes = format!("{} {}{}", self.method, self.target, self.version).into_bytes();
        for header in self.headers.iter().chain(&self.lengths) {
            bytes.extend_from_slice(self.newline.as_bytes());
            bytes.extend_from_slice(header.as_bytes());
        }
        bytes.extend_from_slice(self.newline.repeat(2).as_bytes());
        bytes.extend_from_slice(&self.body);
        match self.framing {
            Framing::CutOff => bytes.truncate(random.random_range(1..bytes.len())),
            Framing::Noise => {
                // Behind the target, so that no name becomes another one.
                let start = self.method.len() + self.target.len() + 1;
                let end = bytes.len().min(start + 300);
                for _ in 0..random.random_range(1..10) {
                    bytes[random.random_range(start..end)] = random.random();
                }
            }
            _ => {}
        }
        RawRequest {
            bytes,
            closes_early: self.closes_early,
        }
    }
}
