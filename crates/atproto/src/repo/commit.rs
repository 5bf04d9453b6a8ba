//! Commits: the signed statement of whose tree it is. atproto.com/specs/repository#commit-objects

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::crypto::{PublicKey, SignatureError, SigningKey};
use crate::data::dag_cbor::{self, DagCborError};
use crate::data::{Cid, Codec, Ipld};
use crate::syntax::{Did, SyntaxError, Tid};

/// The version of the repo format.
const VERSION: i64 = 3;

/// A signed commit of version 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Whose repo it is.
    pub did: Did,
    /// The revision, which rises from commit to commit.
    pub rev: Tid,
    /// The root of the tree.
    pub data: Cid,
    /// The commit before; ours never say, and nobody may rely on it.
    pub prev: Option<Cid>,
    /// Over all other fields.
    signature: Vec<u8>,
}

/// Why a block is not a commit that counts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Not DAG-CBOR in its canonical form.
    #[error("the commit is not canonical DAG-CBOR")]
    Encoding(#[source] DagCborError),
    /// Not exactly the fields of a commit, each of its type.
    #[error("the commit does not have the fields of a commit")]
    Shape,
    /// A version of the repo format other than 3.
    #[error("the commit is of version {0}, not 3")]
    Version(i64),
    /// A DID or revision that is none.
    #[error("the commit's DID or revision is not valid")]
    Syntax(#[source] SyntaxError),
    /// The commit of another account's repo.
    #[error("the commit is of the repo of {0}")]
    OtherDid(Did),
    /// Not signed by the key.
    #[error("the commit's signature does not count")]
    Signature(#[source] SignatureError),
}

impl Commit {
    /// Signs a commit.
    pub fn sign(did: Did, rev: Tid, data: Cid, key: &SigningKey) -> Self {
        let mut commit = Self {
            did,
            rev,
            data,
            prev: None,
            signature: Vec::new(),
        };
        commit.signature = key.sign(&commit.unsigned_bytes()).to_vec();
        commit
    }

    /// The commit as a block.
    pub fn to_block(&self) -> (Cid, Bytes) {
        let mut fields = self.unsigned_fields();
        fields.insert("sig".to_owned(), Ipld::Bytes(self.signature.clone()));
        let bytes = dag_cbor::encode(&Ipld::Map(fields));
        (Cid::dag_cbor_sha256(&bytes), bytes.into())
    }

    /// Reads a commit. Its signature is still to be checked, by [`Commit::verify`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CommitError> {
        let commit = dag_cbor::decode(bytes).map_err(CommitError::Encoding)?;
        let Ipld::Map(mut fields) = commit else {
            return Err(CommitError::Shape);
        };
        let mut take = |name: &str| fields.remove(name).ok_or(CommitError::Shape);
        match take("version")? {
            Ipld::Integer(VERSION) => {}
            Ipld::Integer(other) => return Err(CommitError::Version(other)),
            _ => return Err(CommitError::Shape),
        }
        let (Ipld::String(did), Ipld::String(rev), Ipld::Link(data), Ipld::Bytes(signature)) =
            (take("did")?, take("rev")?, take("data")?, take("sig")?)
        else {
            return Err(CommitError::Shape);
        };
        let prev = match take("prev")? {
            Ipld::Null => None,
            Ipld::Link(cid) => Some(cid),
            _ => return Err(CommitError::Shape),
        };
        if !fields.is_empty() || data.codec() != Codec::DagCbor {
            return Err(CommitError::Shape);
        }
        Ok(Self {
            did: did.parse().map_err(CommitError::Syntax)?,
            rev: rev.parse().map_err(CommitError::Syntax)?,
            data,
            prev,
            signature,
        })
    }

    /// Checks that the commit is of the repo of `did` and signed by its key, in low-S form.
    pub fn verify(&self, did: &Did, key: &PublicKey) -> Result<(), CommitError> {
        if self.did != *did {
            return Err(CommitError::OtherDid(self.did.clone()));
        }
        key.verify(&self.unsigned_bytes(), &self.signature)
            .map_err(CommitError::Signature)
    }

    fn unsigned_bytes(&self) -> Vec<u8> {
        dag_cbor::encode(&Ipld::Map(self.unsigned_fields()))
    }

    fn unsigned_fields(&self) -> BTreeMap<String, Ipld> {
        BTreeMap::from([
            ("did".to_owned(), Ipld::String(self.did.to_string())),
            ("version".to_owned(), Ipld::Integer(VERSION)),
            ("data".to_owned(), Ipld::Link(self.data)),
            ("rev".to_owned(), Ipld::String(self.rev.to_string())),
            ("prev".to_owned(), self.prev.map_or(Ipld::Null, Ipld::Link)),
        ])
    }
}
