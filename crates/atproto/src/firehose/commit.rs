//! `#commit`: what a commit changed, with the blocks that prove it.

use bytes::Bytes;

use super::FrameError;
use super::fields::{Fields, object, text};
use crate::data::{Cid, Ipld};
use crate::repo::{MAX_WRITES, NewCommit, OpAction, RepoOp, RepoPath};
use crate::syntax::{Datetime, Did, Tid};

/// A commit to a repo.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitEvent {
    /// The number of the event in its stream.
    pub seq: i64,
    /// Whose repo it is.
    pub repo: Did,
    /// The commit.
    pub commit: Cid,
    /// Its revision.
    pub rev: Tid,
    /// The revision before.
    pub since: Option<Tid>,
    /// The root of the tree before.
    pub prev_data: Option<Cid>,
    /// An archive with the commit, its new blocks, and those that undoing its operations takes.
    pub blocks: Bytes,
    /// What the commit did.
    pub ops: Vec<RepoOp>,
    /// Blobs to which its records refer; senders need no longer fill it.
    pub blobs: Vec<Cid>,
    /// When the event was made.
    pub time: Datetime,
}

impl CommitEvent {
    /// The event of a commit.
    pub fn new(commit: &NewCommit, seq: i64, time: Datetime) -> Self {
        Self {
            seq,
            repo: commit.head.did.clone(),
            commit: commit.head.commit,
            rev: commit.head.rev,
            since: commit.since,
            prev_data: commit.prev_data,
            blocks: commit.to_car().into(),
            ops: commit.ops.clone(),
            blobs: Vec::new(),
            time,
        }
    }

    pub(super) fn to_body(&self) -> Ipld {
        object([
            ("seq", Some(Ipld::Integer(self.seq))),
            ("rebase", Some(Ipld::Bool(false))),
            ("tooBig", Some(Ipld::Bool(false))),
            ("repo", Some(text(&self.repo))),
            ("commit", Some(Ipld::Link(self.commit))),
            ("rev", Some(text(&self.rev))),
            ("since", Some(self.since.as_ref().map_or(Ipld::Null, text))),
            ("prevData", self.prev_data.map(Ipld::Link)),
            ("blocks", Some(Ipld::Bytes(self.blocks.to_vec()))),
            (
                "ops",
                Some(Ipld::List(self.ops.iter().map(write_op).collect())),
            ),
            (
                "blobs",
                Some(Ipld::List(
                    self.blobs.iter().copied().map(Ipld::Link).collect(),
                )),
            ),
            ("time", Some(text(&self.time))),
        ])
    }

    pub(super) fn from_body(body: Ipld) -> Result<Self, FrameError> {
        let mut fields = Fields::of(body)?;
        // Events from before there were limits left out what was too big.
        if fields.boolean("tooBig")? {
            return Err(FrameError::Field("tooBig"));
        }
        let ops = fields.list("ops")?;
        if ops.len() > MAX_WRITES {
            return Err(FrameError::Field("ops"));
        }
        let blobs = fields
            .list("blobs")?
            .iter()
            .map(Ipld::as_link)
            .collect::<Option<_>>();
        Ok(Self {
            seq: fields.integer("seq")?,
            repo: fields.text("repo")?,
            commit: fields.link("commit")?,
            rev: fields.text("rev")?,
            since: fields.optional_text("since")?,
            prev_data: fields.optional_link("prevData")?,
            blocks: fields.bytes("blocks")?,
            ops: ops.into_iter().map(read_op).collect::<Result<_, _>>()?,
            blobs: blobs.ok_or(FrameError::Field("blobs"))?,
            time: fields.text("time")?,
        })
    }
}

fn write_op(op: &RepoOp) -> Ipld {
    object([
        ("action", Some(text(op.action.as_str()))),
        ("path", Some(text(&op.path()))),
        ("cid", Some(op.cid.map_or(Ipld::Null, Ipld::Link))),
        ("prev", op.prev.map(Ipld::Link)),
    ])
}

fn read_op(op: Ipld) -> Result<RepoOp, FrameError> {
    let mut fields = Fields::of(op)?;
    let action: String = fields.text("action")?;
    let path: RepoPath = fields.text("path")?;
    let (collection, rkey) = path.split().map_err(|_| FrameError::Field("path"))?;
    Ok(RepoOp {
        action: OpAction::from_name(&action).ok_or(FrameError::Field("action"))?,
        collection,
        rkey,
        cid: fields.optional_link("cid")?,
        prev: fields.optional_link("prev")?,
    })
}
