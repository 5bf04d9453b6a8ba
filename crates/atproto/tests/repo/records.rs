//! Whole repos and proofs of single records, as somebody else checks them.

use atproto::crypto::SignatureError;
use atproto::data::{Cid, Ipld, dag_cbor};
use atproto::repo::{
    BlockMap, Commit, CommitError, RepoPath, TreeError, VerifyError, car, prove_record,
    verify_blocks, verify_car, verify_record,
};
use futures::executor::block_on;

use crate::fixture::{Account, create, did, key, record};

/// An account with some records of which no two have the same content.
fn account() -> Account {
    let mut account = Account::new();
    for start in [0, 30, 60] {
        let names = (start..start + 30).map(|number| format!("dev.example.note/{number}"));
        let writes: Vec<_> = names.map(|name| create(&name, &name)).collect();
        account.write(&writes).expect("a commit");
    }
    account
}

fn path(text: &str) -> RepoPath {
    text.parse().expect("a path")
}

#[test]
fn a_whole_repo_is_verified_with_all_its_records() {
    let account = account();
    let car = account.export();
    let repo = verify_car(&car, &account.did, &account.public_key()).expect("a repo");
    assert_eq!(repo.commit_cid, account.head().commit);
    assert_eq!(
        (repo.commit.rev, repo.commit.data),
        (account.head().rev, account.head().data)
    );
    let found = repo
        .records
        .iter()
        .map(|record| (RepoPath::new(&record.collection, &record.rkey), record.cid));
    assert!(found.eq(account.records.clone()));
    for found in &repo.records {
        let name = format!("{}/{}", found.collection, found.rkey);
        assert_eq!(dag_cbor::decode(&found.bytes), Ok(record(&name)));
    }
}

#[test]
fn a_repo_of_somebody_else_or_by_another_key_is_refused() {
    let account = account();
    let (car, public) = (account.export(), account.public_key());
    let other = did("did:web:other.example");
    assert_eq!(
        verify_car(&car, &other, &public),
        Err(VerifyError::Commit(CommitError::OtherDid(
            account.did.clone()
        )))
    );
    assert_eq!(
        verify_car(&car, &account.did, &key(8).public_key()),
        Err(VerifyError::Commit(CommitError::Signature(
            SignatureError::Mismatch
        )))
    );
}

#[test]
fn a_repo_that_lacks_any_block_is_refused() {
    let account = account();
    let root = account.head().commit;
    let public = account.public_key();
    let cids: Vec<Cid> = account.blocks.iter().map(|(cid, _)| *cid).collect();
    assert!(cids.len() > 100);
    for cid in cids {
        let mut blocks = account.blocks.clone();
        blocks.remove(&cid);
        let error = verify_blocks(root, &blocks, &account.did, &public).expect_err("a fault");
        let is_told = match error {
            VerifyError::Car(car::CarError::MissingRoot(missing)) => missing == root,
            VerifyError::Tree(TreeError::MissingBlock(missing)) => missing == cid,
            VerifyError::MissingRecord(path) => account.records[&path] == cid,
            _ => false,
        };
        assert!(is_told, "{cid}");
    }
}

#[test]
fn records_are_objects_in_canonical_form() {
    let account = account();
    // An object with a length in two bytes, and a value that is no object.
    for (bytes, is_encoding) in [(vec![0xb8, 0x00], true), (vec![0x80], false)] {
        let cid = Cid::dag_cbor_sha256(&bytes);
        let mut blocks = BlockMap::from_iter([(cid, bytes.into())]);
        let mut tree = atproto::repo::Mst::empty();
        block_on(tree.insert(&mut blocks, &path("dev.example.note/a"), cid)).expect("insert");
        let change = tree.finish();
        blocks.extend(change.added);
        let rev = account.next_rev();
        let commit = Commit::sign(account.did.clone(), rev, change.root, &account.key).to_block();
        let root = commit.0;
        blocks.extend([commit]);
        let verified = verify_blocks(root, &blocks, &account.did, &account.public_key());
        let Err(VerifyError::Record { error, .. }) = verified else {
            panic!("{verified:?}");
        };
        assert_eq!(error.is_some(), is_encoding);
    }
}

#[test]
fn commits_have_exactly_their_fields() {
    let account = account();
    let head = account.head();
    let bytes = account.blocks.get(&head.commit).expect("the commit");
    let commit = Commit::from_bytes(bytes).expect("a commit");
    assert_eq!(commit.to_block(), (head.commit, bytes.clone()));
    assert_eq!(commit.prev, None);

    let Ok(Ipld::Map(fields)) = dag_cbor::decode(bytes) else {
        panic!("an object");
    };
    assert_eq!(
        fields.keys().collect::<Vec<_>>(),
        ["data", "did", "prev", "rev", "sig", "version"]
    );
    let read = |fields| Commit::from_bytes(&dag_cbor::encode(&Ipld::Map(fields)));
    for name in fields.keys() {
        let mut fewer = fields.clone();
        fewer.remove(name);
        assert_eq!(read(fewer), Err(CommitError::Shape), "{name}");
    }
    let with = |name: &str, value| {
        let mut others = fields.clone();
        others.insert(name.to_owned(), value);
        read(others)
    };
    assert_eq!(with("more", Ipld::Null), Err(CommitError::Shape));
    assert_eq!(
        with("version", Ipld::Integer(2)),
        Err(CommitError::Version(2))
    );
    for (name, value) in [("did", "alice"), ("rev", "1")] {
        let error = with(name, Ipld::String(value.to_owned()));
        assert!(matches!(error, Err(CommitError::Syntax(_))), "{name}");
    }
    // Another signature, and another content under the same one.
    let verify = |commit: Result<Commit, _>| {
        commit
            .expect("a commit")
            .verify(&account.did, &account.public_key())
    };
    let short = with("sig", Ipld::Bytes(vec![1; 63]));
    assert_eq!(
        verify(short),
        Err(CommitError::Signature(SignatureError::Malformed))
    );
    let moved = with("data", Ipld::Link(head.commit));
    assert_eq!(
        verify(moved),
        Err(CommitError::Signature(SignatureError::Mismatch))
    );
}

#[test]
fn the_twin_of_a_signature_does_not_count() {
    let account = account();
    let head = account.head();
    let bytes = account.blocks.get(&head.commit).expect("the commit");
    let Ok(Ipld::Map(mut fields)) = dag_cbor::decode(bytes) else {
        panic!("an object");
    };
    let Some(Ipld::Bytes(signature)) = fields.get("sig") else {
        panic!("a signature");
    };
    let low = k256::ecdsa::Signature::from_slice(signature).expect("a signature");
    assert_eq!(low.normalize_s(), None);
    let high = k256::ecdsa::Signature::from_scalars(low.r(), -low.s()).expect("a signature");
    fields.insert("sig".to_owned(), Ipld::Bytes(high.to_vec()));
    let twin = Commit::from_bytes(&dag_cbor::encode(&Ipld::Map(fields))).expect("a commit");
    let verified = twin.verify(&account.did, &account.public_key());
    assert_eq!(verified, Err(CommitError::Signature(SignatureError::HighS)));
}

#[test]
fn a_record_is_proved_to_be_there_or_not() {
    let mut account = account();
    let head = account.head().clone();
    let public = account.public_key();
    let absent = [
        "dev.example.note/a",
        "dev.example.aaa/0",
        "dev.example.zzz/0",
        "a.b.c/x",
    ];
    let present = account.records.clone();
    let paths = present.keys().cloned().chain(absent.map(path));
    for at in paths {
        let proof = block_on(prove_record(&mut account.blocks, &head, &at)).expect("a proof");
        assert!(proof.len() <= 12, "{}", proof.len());
        let blocks = proof.iter().map(|(cid, bytes)| (cid, bytes));
        let car = car::to_car(head.commit, blocks);
        let proven = verify_record(&car, &account.did, &public, &at).expect("a proof");
        assert_eq!(proven.record.map(|(cid, _)| cid), present.get(&at).copied());
        assert_eq!(proven.commit.rev, head.rev);

        // A proof with anything missing proves nothing, least of all absence.
        for left_out in 0..proof.len() {
            let rest = proof
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != left_out);
            let car = car::to_car(head.commit, rest.map(|(_, (cid, bytes))| (cid, bytes)));
            assert!(verify_record(&car, &account.did, &public, &at).is_err());
        }
    }
}

#[test]
fn a_proof_of_one_path_says_nothing_about_another_branch() {
    let mut account = account();
    let head = account.head().clone();
    let absent = path("dev.example.aaa/0");
    let proof = block_on(prove_record(&mut account.blocks, &head, &absent)).expect("a proof");
    let car = car::to_car(head.commit, proof.iter().map(|(cid, bytes)| (cid, bytes)));
    let public = account.public_key();
    let refused = account.records.keys().filter(|path| {
        let proven = verify_record(&car, &account.did, &public, path);
        assert!(!proven.as_ref().is_ok_and(|proven| proven.record.is_none()));
        proven.is_err()
    });
    assert!(refused.count() > 0);
}
