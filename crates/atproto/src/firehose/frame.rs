//! Frames and the smaller events.

use bytes::Bytes;

use super::CommitEvent;
use super::fields::{Fields, object, text};
use crate::data::dag_cbor::{self, DagCborError};
use crate::data::{Cid, Ipld};
use crate::repo::car;
use crate::syntax::{Datetime, Did, Handle, Tid};

/// The longest frame that is read. atproto.com/specs/sync#limits
pub const MAX_FRAME_BYTES: usize = 5_000_000;

const MESSAGE: i64 = 1;
const ERROR: i64 = -1;

/// One message of the stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// A commit to a repo.
    Commit(CommitEvent),
    /// Handle, keys or host of an account may have changed.
    Identity(IdentityEvent),
    /// Whether an account is served here.
    Account(AccountEvent),
    /// The state of a repo, told without how it came about.
    Sync(SyncEvent),
    /// Something about the stream itself.
    Info(Info),
    /// Why the stream ends now.
    Error(StreamError),
}

/// Handle, keys or host of an account may have changed: look them up again.
#[derive(Debug, Clone, PartialEq)]
pub struct IdentityEvent {
    /// The number of the event in its stream.
    pub seq: i64,
    /// The account.
    pub did: Did,
    /// When the event was made.
    pub time: Datetime,
    /// The handle as the sender knows it; to be verified.
    pub handle: Option<Handle>,
}

/// Whether an account is served by the sender.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountEvent {
    /// The number of the event in its stream.
    pub seq: i64,
    /// The account.
    pub did: Did,
    /// When the event was made.
    pub time: Datetime,
    /// Whether its repo can be fetched.
    pub active: bool,
    /// Why not: `takendown`, `suspended`, `deleted`, `deactivated` and others.
    pub status: Option<String>,
}

/// The state of a repo, told without how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncEvent {
    /// The number of the event in its stream.
    pub seq: i64,
    /// Whose repo it is.
    pub did: Did,
    /// An archive with the commit alone.
    pub blocks: Bytes,
    /// The revision of the commit.
    pub rev: Tid,
    /// When the event was made.
    pub time: Datetime,
}

/// Something about the stream itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// What it is, such as [`Info::OUTDATED_CURSOR`].
    pub name: String,
    /// In words.
    pub message: Option<String>,
}

/// Why the stream ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamError {
    /// The name of the error, such as [`StreamError::FUTURE_CURSOR`].
    pub error: String,
    /// In words.
    pub message: Option<String>,
}

/// Why bytes are not a frame that can be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Longer than [`MAX_FRAME_BYTES`].
    #[error("the frame is longer than {MAX_FRAME_BYTES} bytes")]
    TooLong,
    /// Not two objects in canonical DAG-CBOR.
    #[error("the frame is not canonical DAG-CBOR")]
    Encoding(#[from] DagCborError),
    /// A header or body that is no object, or an operation that is unknown.
    #[error("the frame does not have the shape of one")]
    Shape,
    /// A field that is missing or not what it should be.
    #[error("the field `{0}` is missing or not valid")]
    Field(&'static str),
    /// A kind of message that is not known. It may be passed over.
    #[error("a message of the unknown type {0}")]
    UnknownType(String),
}

impl Info {
    /// The cursor is older than what is kept; the stream starts with what there is.
    pub const OUTDATED_CURSOR: &str = "OutdatedCursor";
}

impl StreamError {
    /// The cursor is ahead of the stream.
    pub const FUTURE_CURSOR: &str = "FutureCursor";
    /// The reader does not keep up.
    pub const CONSUMER_TOO_SLOW: &str = "ConsumerTooSlow";
}

impl SyncEvent {
    /// The event of a commit, which is given as its block.
    pub fn new(did: Did, rev: Tid, commit: (Cid, Bytes), seq: i64, time: Datetime) -> Self {
        let (cid, bytes) = commit;
        Self {
            seq,
            did,
            blocks: car::to_car(cid, [(&cid, &bytes)]).into(),
            rev,
            time,
        }
    }
}

impl Frame {
    /// The frame as it is sent.
    pub fn encode(&self) -> Vec<u8> {
        let (kind, body) = match self {
            Self::Commit(event) => ("#commit", event.to_body()),
            Self::Identity(event) => ("#identity", event.to_body()),
            Self::Account(event) => ("#account", event.to_body()),
            Self::Sync(event) => ("#sync", event.to_body()),
            Self::Info(info) => {
                let message = info.message.as_ref().map(text);
                let name = Some(text(&info.name));
                ("#info", object([("name", name), ("message", message)]))
            }
            Self::Error(error) => return error.encode(),
        };
        let header = object([
            ("op", Some(Ipld::Integer(MESSAGE))),
            ("t", Some(text(kind))),
        ]);
        join(&header, &body)
    }

    /// Reads a frame.
    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        if bytes.len() > MAX_FRAME_BYTES {
            return Err(FrameError::TooLong);
        }
        let (header, rest) = dag_cbor::decode_prefix(bytes)?;
        let body = dag_cbor::decode(rest)?;
        let mut header = Fields::of(header)?;
        match header.integer("op")? {
            MESSAGE => {}
            ERROR => {
                let mut fields = Fields::of(body)?;
                return Ok(Self::Error(StreamError {
                    error: fields.text("error")?,
                    message: fields.optional_text("message")?,
                }));
            }
            _ => return Err(FrameError::Shape),
        }
        let kind: String = header.text("t")?;
        Ok(match kind.as_str() {
            "#commit" => Self::Commit(CommitEvent::from_body(body)?),
            "#identity" => Self::Identity(IdentityEvent::from_body(body)?),
            "#account" => Self::Account(AccountEvent::from_body(body)?),
            "#sync" => Self::Sync(SyncEvent::from_body(body)?),
            "#info" => {
                let mut fields = Fields::of(body)?;
                Self::Info(Info {
                    name: fields.text("name")?,
                    message: fields.optional_text("message")?,
                })
            }
            _ => return Err(FrameError::UnknownType(kind)),
        })
    }
}

fn join(header: &Ipld, body: &Ipld) -> Vec<u8> {
    let mut bytes = dag_cbor::encode(header);
    bytes.extend(dag_cbor::encode(body));
    bytes
}

impl StreamError {
    fn encode(&self) -> Vec<u8> {
        let message = self.message.as_ref().map(text);
        let body = object([("error", Some(text(&self.error))), ("message", message)]);
        join(&object([("op", Some(Ipld::Integer(ERROR)))]), &body)
    }
}

impl IdentityEvent {
    fn to_body(&self) -> Ipld {
        object([
            ("seq", Some(Ipld::Integer(self.seq))),
            ("did", Some(text(&self.did))),
            ("time", Some(text(&self.time))),
            ("handle", self.handle.as_ref().map(text)),
        ])
    }

    fn from_body(body: Ipld) -> Result<Self, FrameError> {
        let mut fields = Fields::of(body)?;
        Ok(Self {
            seq: fields.integer("seq")?,
            did: fields.text("did")?,
            time: fields.text("time")?,
            handle: fields.optional_text("handle")?,
        })
    }
}

impl AccountEvent {
    fn to_body(&self) -> Ipld {
        object([
            ("seq", Some(Ipld::Integer(self.seq))),
            ("did", Some(text(&self.did))),
            ("time", Some(text(&self.time))),
            ("active", Some(Ipld::Bool(self.active))),
            ("status", self.status.as_ref().map(text)),
        ])
    }

    fn from_body(body: Ipld) -> Result<Self, FrameError> {
        let mut fields = Fields::of(body)?;
        Ok(Self {
            seq: fields.integer("seq")?,
            did: fields.text("did")?,
            time: fields.text("time")?,
            active: fields.boolean("active")?,
            status: fields.optional_text("status")?,
        })
    }
}

impl SyncEvent {
    fn to_body(&self) -> Ipld {
        object([
            ("seq", Some(Ipld::Integer(self.seq))),
            ("did", Some(text(&self.did))),
            ("blocks", Some(Ipld::Bytes(self.blocks.to_vec()))),
            ("rev", Some(text(&self.rev))),
            ("time", Some(text(&self.time))),
        ])
    }

    fn from_body(body: Ipld) -> Result<Self, FrameError> {
        let mut fields = Fields::of(body)?;
        Ok(Self {
            seq: fields.integer("seq")?,
            did: fields.text("did")?,
            blocks: fields.bytes("blocks")?,
            rev: fields.text("rev")?,
            time: fields.text("time")?,
        })
    }
}
