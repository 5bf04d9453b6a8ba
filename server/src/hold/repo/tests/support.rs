//! Repos over test databases, and what is in them.

use std::collections::BTreeMap;

use atproto::crypto::{Curve, SigningKey};
use atproto::data::Ipld;
use atproto::firehose::Frame;
use atproto::repo::{VerifiedRepo, Write, verify_car};
use atproto::syntax::{Did, Nsid, RecordKey};
use chrono::DateTime;
use futures::TryStreamExt as _;
use lexicon::{FeedPost, Record as _};
use serde_json::json;

use super::super::super::identity::HoldIdentity;
use super::super::{HoldRepo, create, delete, put};
use crate::clock::Clock;
use crate::db::Database;

pub(super) fn key() -> SigningKey {
    SigningKey::from_bytes(Curve::K256, &[9; 32]).unwrap()
}

pub(super) fn did() -> Did {
    "did:web:hold.example".parse().unwrap()
}

pub(super) fn clock() -> Clock {
    Clock::fixed(DateTime::from_timestamp_millis(1_800_000_000_000).unwrap())
}

/// A process that has the repo.
pub(super) fn open(database: &Database, clock: &Clock) -> HoldRepo {
    let url = "https://hold.example".parse().unwrap();
    let identity = HoldIdentity::new(did(), url, key());
    HoldRepo::new(identity, database.clone(), clock.clone())
}

pub(super) fn collection() -> Nsid {
    FeedPost::collection()
}

pub(super) fn rkey(text: &str) -> RecordKey {
    text.parse().unwrap()
}

/// A record of which `number` is the content: the same number is the same block.
pub(super) fn record(number: u64) -> Ipld {
    let value = json!({
        "$type": "app.bsky.feed.post",
        "text": number.to_string(),
        "createdAt": "2026-01-01T00:00:00Z",
    });
    Ipld::from_json(&value).unwrap()
}

pub(super) fn created(key: &str, number: u64) -> Write {
    create(collection(), rkey(key), record(number))
}

pub(super) fn written(key: &str, number: u64) -> Write {
    put(collection(), rkey(key), record(number))
}

pub(super) fn deleted(key: &str) -> Write {
    delete(collection(), rkey(key))
}

/// The whole repo as a stranger reads and checks it.
pub(super) async fn exported(repo: &HoldRepo) -> VerifiedRepo {
    let (head, pieces) = repo.export(None).await.unwrap();
    let pieces: Vec<_> = pieces.try_collect().await.unwrap();
    let verified = verify_car(&pieces.concat(), &did(), &key().public_key()).unwrap();
    assert_eq!(verified.commit_cid, head.commit);
    verified
}

/// Numbers by key.
pub(super) fn contents(repo: &VerifiedRepo) -> BTreeMap<String, u64> {
    repo.records
        .iter()
        .map(|record| {
            let value = atproto::data::dag_cbor::decode(&record.bytes).unwrap();
            let number = value.get("text").and_then(Ipld::as_str).unwrap();
            (record.rkey.to_string(), number.parse().unwrap())
        })
        .collect()
}

/// Events behind `after`.
pub(super) async fn events(database: &Database, after: i64) -> Vec<Frame> {
    let rows = database.list_events(after, i64::MAX).await.unwrap();
    rows.iter()
        .map(|row| Frame::decode(&row.frame).unwrap())
        .collect()
}
