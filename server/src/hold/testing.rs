//! A hold on a real database and real files, for tests.

use std::sync::Arc;

use atproto::syntax::Did;
use bytes::Bytes;
use chrono::DateTime;
use futures::{StreamExt, TryStreamExt};
use oci::Digest;
use tempfile::TempDir;
use url::Url;

use super::signing_key::load_or_create_signing_key;
use super::{
    CaptainSettings, Hold, HoldError, HoldIdentity, HoldSettings, HoldSetup, SetUpError, Tiers,
};
use crate::blob_store::{BlobStore, BodyError, FilesystemBlobStore, IncomingBytes};
use crate::clients::hold::{BlobContent, HoldUser, UploadOwner};
use crate::clock::Clock;
use crate::db::Database;

pub(super) const CAPTAIN: &str = "did:plc:captain";
pub(super) const STRANGER: &str = "did:plc:stranger";

/// The folder of a hold, which outlives the process that runs it.
pub(super) struct HoldFolder {
    pub(super) folder: TempDir,
    pub(super) clock: Clock,
}

impl HoldFolder {
    pub(super) fn new() -> Self {
        let now = DateTime::from_timestamp_millis(1_800_000_000_000).unwrap();
        Self {
            folder: TempDir::new().unwrap(),
            clock: Clock::fixed(now),
        }
    }

    /// Starts the hold: as the first time, or again after a crash.
    pub(super) async fn start(&self, database: &Database) -> Hold {
        self.start_with(database, |_| {}).await
    }

    pub(super) async fn start_with(
        &self,
        database: &Database,
        change: impl FnOnce(&mut HoldStart),
    ) -> Hold {
        let mut start = HoldStart::usual();
        change(&mut start);
        self.try_start(database, start).await.unwrap()
    }

    pub(super) async fn try_start(
        &self,
        database: &Database,
        start: HoldStart,
    ) -> Result<Hold, SetUpError> {
        let store = FilesystemBlobStore::open(self.folder.path()).await.unwrap();
        self.run(database, Arc::new(store), start).await
    }

    /// Starts the hold with its blobs elsewhere.
    pub(super) async fn start_over(
        &self,
        database: &Database,
        store: Arc<dyn BlobStore>,
        change: impl FnOnce(&mut HoldStart),
    ) -> Hold {
        let mut start = HoldStart::usual();
        change(&mut start);
        self.run(database, store, start).await.unwrap()
    }

    async fn run(
        &self,
        database: &Database,
        store: Arc<dyn BlobStore>,
        start: HoldStart,
    ) -> Result<Hold, SetUpError> {
        let key = load_or_create_signing_key(&self.folder.path().join("signing.key")).unwrap();
        let identity = HoldIdentity::new(start.did, start.public_url, key);
        let clock = self.clock.clone();
        let hold = Hold::new(start.settings, identity, database.clone(), store, clock);
        hold.set_up(&start.setup).await?;
        Ok(hold)
    }

    /// Files below a folder of the store, with their sizes.
    pub(super) fn files_below(&self, folder: &str) -> Vec<(String, u64)> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    let name = entry.file_name().into_string().unwrap();
                    // It may be removed while we look.
                    if let Ok(metadata) = entry.metadata() {
                        found.push((name, metadata.len()));
                    }
                }
            }
        }
        found
    }
}

/// What a hold is started with.
pub(super) struct HoldStart {
    pub(super) did: Did,
    pub(super) public_url: Url,
    pub(super) settings: HoldSettings,
    pub(super) setup: HoldSetup,
}

impl HoldStart {
    /// A public hold of the captain's.
    pub(super) fn usual() -> Self {
        Self {
            did: did("did:web:hold.example"),
            public_url: "https://hold.example".parse().unwrap(),
            settings: HoldSettings {
                max_blob_bytes: 8 << 20,
                tiers: Tiers::default(),
                by_operator: false,
            },
            setup: HoldSetup {
                owner: Some(did(CAPTAIN)),
                given: CaptainSettings {
                    public: Some(true),
                    ..CaptainSettings::default()
                },
                name: "Hold".to_owned(),
                identity_changed: false,
            },
        }
    }
}

pub(super) fn did(text: &str) -> Did {
    text.parse().unwrap()
}

/// The captain's repository `tools/app`.
pub(super) fn user(text: &str) -> HoldUser {
    HoldUser {
        did: did(text),
        session: None,
    }
}

pub(super) fn owner() -> UploadOwner {
    UploadOwner {
        uploader: user(CAPTAIN),
        repository: "tools/app".parse().unwrap(),
    }
}

pub(super) fn body(content: &[u8]) -> IncomingBytes {
    let pieces: Vec<_> = content
        .chunks(7)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    futures::stream::iter(pieces).boxed()
}

pub(super) fn nothing() -> IncomingBytes {
    body(b"")
}

pub(super) fn broken_off_after(content: &[u8]) -> IncomingBytes {
    let error = BodyError::new(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
    body(content)
        .chain(futures::stream::iter([Err(error)]))
        .boxed()
}

/// Uploads in two requests, as clients do.
pub(super) async fn push(hold: &Hold, content: &[u8]) -> Result<Digest, HoldError> {
    let digest = Digest::sha256_of(content);
    let upload = hold.start_upload(&owner()).await?;
    hold.complete_upload(&owner(), &upload.id, &digest, None, body(content))
        .await?;
    Ok(digest)
}

/// The whole blob as anybody reads it, or `None`.
pub(super) async fn pull(hold: &Hold, digest: &Digest) -> Option<Vec<u8>> {
    let size = hold.stat_blob(None, digest).await.unwrap()?;
    let Some(BlobContent::Stream(stream)) = hold.read_blob(None, digest, size, None).await.unwrap()
    else {
        panic!("a blob that has a size can be read")
    };
    Some(stream.try_collect::<Vec<Bytes>>().await.unwrap().concat())
}

/// How often to do something: `usual`, or `long` where the long tests are asked for (`make soak`).
#[expect(clippy::disallowed_methods, reason = "tests have no configuration")]
pub(super) fn rounds(usual: u64, long: u64) -> u64 {
    let is_soak = std::env::var("LONGSHORE_SOAK").is_ok_and(|value| value == "1");
    if is_soak { long } else { usual }
}
