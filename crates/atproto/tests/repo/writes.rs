//! What writes do, and which are refused.

use atproto::data::record_limits::{MAX_RECORD_BYTES, RecordLimit};
use atproto::data::{Cid, Ipld, dag_cbor};
use atproto::repo::{
    MAX_WRITES, OpAction, RepoError, RepoOp, RepoPath, WriteAction, apply_writes, verify_car,
};
use atproto::syntax::Tid;
use futures::executor::block_on;

use crate::fixture::{Account, create, delete, put, record, update, write};

const A: &str = "dev.example.note/a";
const B: &str = "dev.example.note/b";
const C: &str = "dev.example.note/c";

fn path(text: &str) -> RepoPath {
    text.parse().expect("a path")
}

fn cid(text: &str) -> Cid {
    Cid::dag_cbor_sha256(&dag_cbor::encode(&record(text)))
}

fn op(action: OpAction, at: &str, cid: Option<Cid>, prev: Option<Cid>) -> RepoOp {
    let (collection, rkey) = path(at).split().expect("an NSID and a record key");
    RepoOp {
        action,
        collection,
        rkey,
        cid,
        prev,
    }
}

#[test]
fn a_commit_says_what_it_did_and_what_was_before() {
    let mut account = Account::new();
    let first = account
        .write(&[create(A, "1"), put(B, "2")])
        .expect("a commit");
    assert_eq!((first.since, first.prev_data), (None, None));
    assert_eq!(first.dropped_nodes, []);

    let writes = [put(A, "3"), delete(B), create(C, "4")];
    let second = account.write(&writes).expect("a commit");
    assert_eq!(second.since, Some(first.head.rev));
    assert_eq!(second.prev_data, Some(first.head.data));
    assert_eq!(
        second.ops,
        [
            op(OpAction::Update, A, Some(cid("3")), Some(cid("1"))),
            op(OpAction::Delete, B, None, Some(cid("2"))),
            op(OpAction::Create, C, Some(cid("4")), None),
        ]
    );
    assert_eq!(second.written, [Some(cid("3")), None, Some(cid("4"))]);
    assert!(second.dropped_nodes.contains(&first.head.commit));
    assert_eq!(second.added[0].0, second.head.commit);
    assert_eq!(second.proof[0].0, second.head.commit);
    assert!(!second.changes_nothing());
}

#[test]
fn writes_that_do_not_fit_what_is_there_are_refused() {
    let mut account = Account::new();
    account.write(&[create(A, "1")]).expect("a commit");
    let before = account.blocks.clone();
    let rev = account.next_rev();

    let mut refused = |writes: &[_]| account.propose(writes, rev).expect_err("a refusal");
    assert_eq!(
        refused(&[create(A, "2")]),
        RepoError::AlreadyExists(path(A))
    );
    assert_eq!(
        refused(&[create(A, "1")]),
        RepoError::AlreadyExists(path(A))
    );
    assert_eq!(refused(&[update(B, "2")]), RepoError::NotFound(path(B)));
    assert_eq!(refused(&[delete(B)]), RepoError::NotFound(path(B)));
    // One of them is enough, and a path has one write.
    assert_eq!(
        refused(&[create(B, "2"), delete(C)]),
        RepoError::NotFound(path(C))
    );
    assert_eq!(
        refused(&[delete(A), create(A, "2")]),
        RepoError::RepeatedPath(path(A))
    );
    assert_eq!(account.blocks, before);
}

#[test]
fn a_write_may_say_what_it_replaces() {
    let mut account = Account::new();
    account.write(&[create(A, "1")]).expect("a commit");
    let rev = account.next_rev();
    let cases = [
        (A, Some(cid("1")), None),
        (A, Some(cid("2")), Some(Some(cid("1")))),
        (A, None, Some(Some(cid("1")))),
        (B, None, None),
        (B, Some(cid("1")), Some(None)),
    ];
    for (at, expected, mismatch) in cases {
        let mut write = put(at, "3");
        write.swap = Some(expected);
        let refusal = mismatch.map(|found| RepoError::Swap {
            path: path(at),
            found,
        });
        assert_eq!(account.propose(&[write], rev).err(), refusal);
    }
    let mut gone = delete(A);
    gone.swap = Some(Some(cid("2")));
    assert!(account.propose(&[gone], rev).is_err());
}

#[test]
fn putting_what_is_there_already_changes_nothing() {
    let mut account = Account::new();
    account.write(&[create(A, "1")]).expect("a commit");
    let rev = account.next_rev();
    for same in [put(A, "1"), update(A, "1")] {
        let commit = account.propose(&[same], rev).expect("a commit");
        assert_eq!(commit.ops, []);
        assert_eq!(commit.written, [Some(cid("1"))]);
        assert!(commit.changes_nothing());
    }
}

#[test]
fn records_with_the_same_content_live_and_go_apart() {
    let mut account = Account::new();
    let first = account
        .write(&[create(A, "same"), create(B, "same")])
        .expect("a commit");
    let blocks = first
        .added
        .iter()
        .filter(|(added, _)| *added == cid("same"));
    assert_eq!(blocks.count(), 1);

    let second = account.write(&[delete(A)]).expect("a commit");
    assert!(!second.dropped_nodes.contains(&cid("same")));
    let repo = verify_car(&account.export(), &account.did, &account.public_key()).expect("a repo");
    assert_eq!(repo.records.len(), 1);
    assert_eq!(repo.records[0].cid, cid("same"));
}

#[test]
fn a_repo_may_be_emptied_and_filled_again_in_one_commit_or_two() {
    let mut account = Account::new();
    let begun = account.write(&[]).expect("an empty commit");
    assert_eq!(begun.ops, []);
    let first = account.write(&[create(A, "1")]).expect("a commit");
    let emptied = account.write(&[delete(A)]).expect("a commit");
    assert_eq!(emptied.head.data, begun.head.data);
    let again = account.write(&[create(A, "1")]).expect("a commit");
    assert_eq!(again.head.data, first.head.data);
    // Heights of these keys differ, so that the new root lies lower or higher than the old.
    let high = "dev.example.note/k68";
    assert_ne!(path(high).height(), path(A).height());
    account
        .write(&[delete(A), create(high, "1")])
        .expect("a commit");
    account
        .write(&[create(A, "1"), delete(high)])
        .expect("a commit");
    assert_eq!(account.head().data, first.head.data);
    verify_car(&account.export(), &account.did, &account.public_key()).expect("a repo");
}

#[test]
fn a_revision_must_be_later_than_the_one_before() {
    let mut account = Account::new();
    let head = account.write(&[create(A, "1")]).expect("a commit").head.rev;
    for rev in [head, Tid::new(0, 0)] {
        let refusal = account.propose(&[create(B, "1")], rev);
        assert_eq!(refusal, Err(RepoError::RevNotLater { head, rev }));
    }
}

#[test]
fn a_commit_has_at_most_200_writes_and_2_megabytes() {
    let mut account = Account::new();
    let rev = account.next_rev();
    let write_many = |count: usize| {
        let paths = (0..count).map(|number| format!("dev.example.note/{number}"));
        paths.map(|path| create(&path, "1")).collect::<Vec<_>>()
    };
    let refusal = account.propose(&write_many(MAX_WRITES + 1), rev);
    assert_eq!(refusal, Err(RepoError::TooManyWrites(MAX_WRITES + 1)));
    account.write(&write_many(MAX_WRITES)).expect("a commit");

    let rev = account.next_rev();
    let large = |path, letter: &str| create(path, &letter.repeat(MAX_RECORD_BYTES - 100));
    let two = [large(A, "a"), large(B, "b")];
    assert!(account.propose(&two[..1], rev).is_ok());
    let refusal = account.propose(&two, rev);
    assert!(matches!(refusal, Err(RepoError::TooLarge(size)) if size > 2_000_000));
}

#[test]
fn writing_may_move_between_threads() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let mut account = Account::new();
    let rev = account.next_rev();
    let writes = [create(A, "1")];
    let writing = apply_writes(
        &account.did,
        None,
        &mut account.blocks,
        &writes,
        &account.key,
        rev,
    );
    assert!(block_on(assert_send(writing)).is_ok());
}

#[test]
fn values_that_may_not_be_records_are_refused() {
    let mut account = Account::new();
    let rev = account.next_rev();
    let mut refused = |value| {
        let refusal = account.propose(&[write(A, WriteAction::Create(value))], rev);
        match refusal.expect_err("a refusal") {
            RepoError::Record { limit, .. } => limit,
            other => panic!("{other}"),
        }
    };
    assert_eq!(refused(Ipld::Null), RecordLimit::NotAnObject);
    let long = record(&"a".repeat(MAX_RECORD_BYTES));
    assert!(matches!(refused(long), RecordLimit::Bytes(_)));
}
