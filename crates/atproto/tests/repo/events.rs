//! What the firehose carries, and how a reader checks it without having the repo.

use atproto::data::{Cid, Ipld, dag_cbor};
use atproto::firehose::{
    AccountEvent, CommitEvent, CommitEventError, Frame, FrameError, IdentityEvent, Info,
    MAX_FRAME_BYTES, StreamError, SyncEvent,
};
use atproto::repo::{OpAction, VerifyError, Write, car, verify_car};
use atproto::syntax::{Datetime, Tid};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::fixture::{Account, create, delete, did, key, put, update};
use crate::histories::KEYS;
use CommitEventError::{Disagrees, Operation, Operations, OtherTree};

fn time() -> Datetime {
    "2026-11-21T03:04:05.678Z".parse().expect("a time")
}

/// The event of some writes, as its reader gets it.
fn event(account: &mut Account, writes: &[Write]) -> CommitEvent {
    let commit = account.write(writes).expect("a commit");
    let frame = Frame::Commit(CommitEvent::new(&commit, 5, time())).encode();
    match Frame::decode(&frame) {
        Ok(Frame::Commit(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn body(frame: &[u8]) -> (Ipld, Ipld) {
    let (header, rest) = dag_cbor::decode_prefix(frame).expect("a header");
    (header, dag_cbor::decode(rest).expect("a body"))
}

#[test]
fn a_commit_has_the_fields_of_the_schema() {
    let mut account = Account::new();
    account
        .write(&[create("dev.example.note/a", "1")])
        .expect("a commit");
    let before = account.head().clone();
    let commit = account
        .write(&[put("dev.example.note/a", "2")])
        .expect("a commit");
    let mut event = CommitEvent::new(&commit, 42, time());
    event.blobs.push(Cid::raw_sha256(b"blob"));
    let (header, body) = body(&Frame::Commit(event).encode());

    assert_eq!(header.to_json(), json!({ "op": 1, "t": "#commit" }));
    let mut json = body.to_json();
    let blocks = json
        .as_object_mut()
        .and_then(|fields| fields.remove("blocks"));
    assert!(blocks.is_some_and(|blocks| blocks["$bytes"].is_string()));
    let link = |cid: Cid| json!({ "$link": cid });
    let op = &commit.ops[0];
    assert_eq!(
        json,
        json!({
            "seq": 42,
            "rebase": false,
            "tooBig": false,
            "repo": account.did,
            "commit": link(commit.head.commit),
            "rev": commit.head.rev,
            "since": before.rev,
            "prevData": link(before.data),
            "ops": [{
                "action": "update",
                "path": "dev.example.note/a",
                "cid": link(op.cid.expect("a record")),
                "prev": link(op.prev.expect("a record")),
            }],
            "blobs": [link(Cid::raw_sha256(b"blob"))],
            "time": "2026-11-21T03:04:05.678Z",
        })
    );
}

#[test]
fn null_and_left_out_are_told_apart() {
    let mut account = Account::new();
    let first = account
        .write(&[create("dev.example.note/a", "1")])
        .expect("a commit");
    let second = account
        .write(&[delete("dev.example.note/a")])
        .expect("a commit");
    let json = |commit| {
        body(&Frame::Commit(CommitEvent::new(commit, 1, time())).encode())
            .1
            .to_json()
    };
    let (first, second) = (json(&first), json(&second));
    assert!(first["since"].is_null() && first.get("since").is_some());
    assert_eq!(first.get("prevData"), None);
    assert_eq!(first["ops"][0].get("prev"), None);
    assert!(second["ops"][0]["cid"].is_null() && second["ops"][0].get("cid").is_some());
}

#[test]
fn every_kind_of_frame_comes_back_as_it_went() {
    let mut account = Account::new();
    let commit = account
        .write(&[create("dev.example.note/a", "1")])
        .expect("a commit");
    let block = commit.added[0].clone();
    let did = account.did.clone();
    let message = Some("in words".to_owned());
    for frame in [
        Frame::Commit(CommitEvent::new(&commit, 1, time())),
        Frame::Identity(IdentityEvent {
            seq: 2,
            did: did.clone(),
            time: time(),
            handle: Some("hold.example".parse().expect("a handle")),
        }),
        Frame::Identity(IdentityEvent {
            seq: 3,
            did: did.clone(),
            time: time(),
            handle: None,
        }),
        Frame::Account(AccountEvent {
            seq: 4,
            did: did.clone(),
            time: time(),
            active: false,
            status: Some("deactivated".to_owned()),
        }),
        Frame::Sync(SyncEvent::new(did, commit.head.rev, block, 5, time())),
        Frame::Info(Info {
            name: Info::OUTDATED_CURSOR.to_owned(),
            message: message.clone(),
        }),
        Frame::Error(StreamError {
            error: StreamError::FUTURE_CURSOR.to_owned(),
            message,
        }),
    ] {
        assert_eq!(Frame::decode(&frame.encode()), Ok(frame));
    }
}

#[test]
fn small_frames_have_known_bytes() {
    let error = Frame::Error(StreamError {
        error: "FutureCursor".to_owned(),
        message: None,
    });
    assert_eq!(
        error.encode(),
        b"\xa1\x62op\x20\xa1\x65error\x6cFutureCursor"
    );
    let info = Frame::Info(Info {
        name: "OutdatedCursor".to_owned(),
        message: None,
    });
    assert_eq!(
        info.encode(),
        b"\xa2\x61t\x65#info\x62op\x01\xa1\x64name\x6eOutdatedCursor"
    );
}

#[test]
fn a_sync_event_has_the_commit_alone() {
    let mut account = Account::new();
    let commit = account
        .write(&[create("dev.example.note/a", "1")])
        .expect("a commit");
    let block = commit.added[0].clone();
    let event = SyncEvent::new(account.did.clone(), commit.head.rev, block, 5, time());
    let (root, blocks) = car::read_car(&event.blocks).expect("an archive");
    assert_eq!((root, blocks.len()), (commit.head.commit, 1));
}

#[test]
fn other_frames_are_refused() {
    let object = |json: &Value| dag_cbor::encode(&Ipld::from_json(json).expect("data"));
    let frame = |header: &Value, body: &Value| [object(header), object(body)].concat();
    let info = json!({ "op": 1, "t": "#info" });
    let identity = json!({ "seq": 1, "did": "alice", "time": "2026-11-21T03:04:05Z" });
    let nothing = json!({});
    for (header, body, error) in [
        (&info, &nothing, FrameError::Field("name")),
        (&info, &json!([]), FrameError::Shape),
        (&json!([]), &nothing, FrameError::Shape),
        (&json!({ "op": 1 }), &nothing, FrameError::Field("t")),
        (
            &json!({ "op": 2, "t": "#info" }),
            &nothing,
            FrameError::Shape,
        ),
        (&json!({ "op": -1 }), &nothing, FrameError::Field("error")),
        (
            &json!({ "op": 1, "t": "#new" }),
            &nothing,
            FrameError::UnknownType("#new".to_owned()),
        ),
        (
            &json!({ "op": 1, "t": "#identity" }),
            &identity,
            FrameError::Field("did"),
        ),
    ] {
        let decoded = Frame::decode(&frame(header, body));
        assert_eq!(decoded, Err(error), "{header} {body}");
    }
    assert!(matches!(Frame::decode(b""), Err(FrameError::Encoding(_))));
    assert_eq!(
        Frame::decode(&vec![0; MAX_FRAME_BYTES + 1]),
        Err(FrameError::TooLong)
    );
    // A field more is no fault.
    let more = frame(
        &json!({ "op": 1, "t": "#info", "x": 1 }),
        &json!({ "name": "a", "y": 2 }),
    );
    assert!(Frame::decode(&more).is_ok());
}

#[test]
fn an_event_that_was_tampered_with_is_not_believed() {
    let mut account = Account::new();
    let names: Vec<_> = (0..40)
        .map(|number| format!("dev.example.note/{number}"))
        .collect();
    let writes: Vec<_> = names.iter().map(|name| create(name, name)).collect();
    let first = account.write(&writes).expect("a commit");
    let writes = [
        create("dev.example.note/x", "x"),
        update(&names[3], "y"),
        delete(&names[7]),
    ];
    let good = event(&mut account, &writes);
    let public = account.public_key();
    let verified = good.verify(&public).expect("an honest event");
    assert_eq!(verified.commit.data, account.head().data);
    assert_eq!(verified.records.iter().flatten().count(), 2);
    assert!(good.follows(first.head.rev, first.head.data));
    assert!(!good.follows(good.rev, first.head.data));
    assert!(!good.follows(first.head.rev, account.head().data));

    let other = Cid::dag_cbor_sha256(b"other");
    let spoil = |change: fn(&mut CommitEvent, Cid)| {
        let mut event = good.clone();
        change(&mut event, other);
        event.verify(&public).expect_err("a lie")
    };
    assert_eq!(
        spoil(|event, other| event.commit = other),
        Disagrees("commit")
    );
    assert_eq!(
        spoil(|event, _| event.rev = Tid::new(1, 1)),
        Disagrees("rev")
    );
    assert_eq!(
        spoil(|event, other| event.prev_data = Some(other)),
        OtherTree
    );
    assert_eq!(spoil(|event, _| event.prev_data = None), OtherTree);
    assert_eq!(
        spoil(|event, other| event.ops[2].prev = Some(other)),
        OtherTree
    );
    assert_eq!(
        spoil(|event, other| event.ops[1].prev = Some(other)),
        OtherTree
    );
    assert_eq!(spoil(|event, _| event.ops[1].prev = None), Operation);
    assert_eq!(
        spoil(|event, other| event.ops[0].prev = Some(other)),
        Operation
    );
    assert_eq!(
        spoil(|event, _| event.ops[0].action = OpAction::Delete),
        Operation
    );
    // An operation that is hidden, and one that never was.
    for hidden in 0..3 {
        let mut event = good.clone();
        event.ops.remove(hidden);
        assert_eq!(event.verify(&public), Err(OtherTree));
    }
    let mut twice = good.clone();
    twice.ops.push(good.ops[2].clone());
    assert!(matches!(twice.verify(&public), Err(Operations(_))));
    // Records and signatures that are not theirs.
    let wrong = spoil(|event, other| event.ops[0].cid = Some(other));
    assert!(matches!(
        wrong,
        CommitEventError::Blocks(VerifyError::MissingRecord(_))
    ));
    let wrong = spoil(|event, _| event.repo = did("did:web:other.example"));
    assert!(matches!(
        wrong,
        CommitEventError::Blocks(VerifyError::Commit(_))
    ));
    let wrong = good.verify(&key(9).public_key());
    assert!(matches!(
        wrong,
        Err(CommitEventError::Blocks(VerifyError::Commit(_)))
    ));
    let wrong = spoil(|event, _| event.blocks = vec![0; 2_000_001].into());
    assert_eq!(wrong, CommitEventError::TooLarge(2_000_001));
}

/// For each path that is chosen, what to do with it: 0 deletes, others write one of few records.
fn history() -> impl Strategy<Value = Vec<Vec<(Index, u8)>>> {
    let change = (any::<Index>(), 0_u8..4);
    prop::collection::vec(prop::collection::vec(change, 0..8), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_reader_follows_any_history_by_events_alone(history in history()) {
        let mut account = Account::new();
        let mut known = None;
        for changes in history {
            let mut writes: Vec<Write> = Vec::new();
            for (index, number) in changes {
                let path = index.get(&KEYS);
                let text = path.as_str();
                let write = match number {
                    0 if account.records.contains_key(path) => delete(text),
                    _ => put(text, &number.to_string()),
                };
                if writes.iter().all(|other| other.path() != *path) {
                    writes.push(write);
                }
            }
            let event = event(&mut account, &writes);
            let verified = event.verify(&account.public_key()).expect("an honest event");
            if let Some((rev, data)) = known {
                prop_assert!(event.follows(rev, data));
            }
            known = Some((verified.commit.rev, verified.commit.data));
            prop_assert_eq!(verified.commit.data, account.head().data);
        }
        let repo = verify_car(&account.export(), &account.did, &account.public_key());
        prop_assert_eq!(repo.expect("a repo").records.len(), account.records.len());
    }

    #[test]
    fn no_bytes_make_frames_or_their_check_panic(bytes: Vec<u8>, edits: Vec<(Index, u8)>) {
        let _ = Frame::decode(&bytes);
        let mut account = Account::new();
        let commit = account.write(&[create("dev.example.note/a", "1")]).expect("a commit");
        let mut frame = Frame::Commit(CommitEvent::new(&commit, 1, time())).encode();
        for (index, byte) in edits {
            let length = frame.len();
            frame[index.index(length)] = byte;
        }
        if let Ok(Frame::Commit(event)) = Frame::decode(&frame) {
            let _ = event.verify(&account.public_key());
        }
    }
}
