//! What is staged in a bucket, as the caller keeps it between two calls: the parts that were sent, and the rest
//! that is no part yet.
//!
//! S3 gives nothing back of parts before the whole is completed. So the rest lies in an object of its own, and the
//! running hash is written down here: any process can go on, and none has to read what came before.

use oci::DigestAlgorithm;
use serde::{Deserialize, Serialize};

use super::super::{BlobStoreError, Staging, UploadHash};

/// How this is written; a later one can tell it apart.
const VERSION: u8 = 1;

/// A blob on its way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Staged {
    version: u8,
    /// Which it is among all that come in.
    pub name: String,
    /// Where the parts go, once there are some.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub upload: Option<MultipartUpload>,
    /// What S3 calls each part, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub parts: Vec<String>,
    /// How far it has come.
    pub end: Mark,
    /// Where the last body began, from which it may be sent again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<Mark>,
}

/// A multipart upload of S3's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MultipartUpload {
    /// S3's name for it.
    pub id: String,
    /// The object it will be.
    pub key: String,
    /// The size of each part but the last.
    pub part_bytes: u64,
}

/// A point up to which everything is durable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// Bytes up to here.
    pub size: u64,
    /// How many of the parts are before it.
    pub parts: usize,
    /// The bytes behind those.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rest: Option<Rest>,
    /// The running hash over everything before it, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hash: Option<SavedHash>,
}

/// Bytes that are no part yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rest {
    /// The object they lie in.
    pub key: String,
    /// How many.
    pub size: u64,
}

/// A running hash, written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedHash {
    algorithm: String,
    state: String,
}

impl Staged {
    /// Nothing yet.
    pub(super) fn new(name: &str) -> Self {
        Self {
            version: VERSION,
            name: name.to_owned(),
            upload: None,
            parts: Vec::new(),
            end: Mark::default(),
            before: None,
        }
    }

    /// What a caller kept.
    pub(super) fn parse(staging: &Staging) -> Result<Self, BlobStoreError> {
        serde_json::from_str(&staging.0)
            .ok()
            .filter(|staged: &Self| staged.version == VERSION)
            .ok_or_else(|| BlobStoreError::StagingInvalid {
                staging: staging.0.clone(),
            })
    }

    /// What the caller keeps.
    pub(super) fn staging(&self) -> Staging {
        Staging(serde_json::to_string(self).expect("texts and numbers become JSON"))
    }

    /// Goes back to `size` acknowledged bytes: the end, or where the last body began.
    pub(super) fn rewind_to(&mut self, size: u64) -> Result<(), BlobStoreError> {
        let mark = self.mark_at(size)?.clone();
        self.parts.truncate(mark.parts);
        self.end = mark;
        Ok(())
    }

    /// The point at `size`.
    pub(super) fn mark_at(&self, size: u64) -> Result<&Mark, BlobStoreError> {
        [Some(&self.end), self.before.as_ref()]
            .into_iter()
            .flatten()
            .find(|mark| mark.size == size)
            .ok_or_else(|| self.unknown(size))
    }

    /// There are not `size` bytes of this any more.
    pub(super) fn unknown(&self, size: u64) -> BlobStoreError {
        BlobStoreError::StagingUnknown {
            staging: self.name.clone(),
            size,
        }
    }
}

impl SavedHash {
    pub(super) fn of(hash: &UploadHash) -> Self {
        Self {
            algorithm: hash.algorithm().to_string(),
            state: hex::encode(hash.save()),
        }
    }

    /// The hash over `size` bytes, if it is of this algorithm.
    pub(super) fn restore(&self, algorithm: DigestAlgorithm, size: u64) -> Option<UploadHash> {
        if self.algorithm != algorithm.as_str() {
            return None;
        }
        UploadHash::restore(algorithm, size, &hex::decode(&self.state).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_caller_keeps_says_everything() {
        let mut hash = UploadHash::new(DigestAlgorithm::Sha256);
        hash.update(b"abc");
        let mut staged = Staged::new("name");
        staged.end = Mark {
            size: 3,
            parts: 0,
            rest: Some(Rest {
                key: "staging/name/1".to_owned(),
                size: 3,
            }),
            hash: Some(SavedHash::of(&hash)),
        };
        staged.before = Some(Mark::default());
        let again = Staged::parse(&staged.staging()).unwrap();
        assert_eq!(again, staged);
        let restored = again.end.hash.unwrap();
        let restored = restored.restore(DigestAlgorithm::Sha256, 3).unwrap();
        assert_eq!(restored.digest(), hash.digest());
    }

    #[test]
    fn one_goes_back_to_where_the_last_body_began_and_no_further() {
        let mut staged = Staged::new("name");
        staged.parts = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        staged.end = Mark {
            size: 30,
            parts: 3,
            ..Mark::default()
        };
        staged.before = Some(Mark {
            size: 20,
            parts: 2,
            ..Mark::default()
        });
        assert!(staged.rewind_to(10).is_err());
        staged.rewind_to(20).unwrap();
        assert_eq!((staged.parts.len(), staged.end.size), (2, 20));
    }

    #[test]
    fn what_no_store_gave_out_is_refused() {
        for text in [
            "",
            "name",
            "{}",
            r#"{"version":2,"name":"a","end":{"size":0,"parts":0}}"#,
        ] {
            assert!(Staged::parse(&Staging(text.to_owned())).is_err(), "{text}");
        }
    }
}
