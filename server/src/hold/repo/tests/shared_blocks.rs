//! Records with the same content share one block, which goes with the last of them.

use atproto::data::{Cid, dag_cbor};

use super::super::HoldRepo;
use super::support::*;
use crate::db::Database;
use crate::db::testing::test_on_databases;

/// Whether the repo has the block now.
async fn has_block(database: &Database, repo: &HoldRepo, cid: Cid) -> bool {
    let blocks = exported(repo).await;
    let mut transaction = database.begin().await.unwrap();
    let live = transaction
        .find_live_repo_block(&cid.to_bytes())
        .await
        .unwrap();
    assert_eq!(
        live.is_some(),
        blocks.records.iter().any(|record| record.cid == cid)
    );
    live.is_some()
}

fn cid_of(number: u64) -> Cid {
    Cid::dag_cbor_sha256(&dag_cbor::encode(&record(number)))
}

test_on_databases! {
    async fn a_block_goes_with_the_last_record_that_has_it(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        repo.write_now(&[created("a", 7), created("b", 7), created("c", 8)]).await.unwrap();
        repo.write_now(&[deleted("a")]).await.unwrap();
        assert!(has_block(&test.database, &repo, cid_of(7)).await);
        repo.write_now(&[written("b", 8)]).await.unwrap();
        assert!(!has_block(&test.database, &repo, cid_of(7)).await);
        repo.write_now(&[written("b", 7), deleted("c")]).await.unwrap();
        assert!(has_block(&test.database, &repo, cid_of(7)).await);
        assert!(!has_block(&test.database, &repo, cid_of(8)).await);
        assert_eq!(repo.get_record(&collection(), &rkey("b")).await.unwrap().unwrap().cid, cid_of(7));
    }

    async fn content_that_moves_within_one_commit_keeps_its_block(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        repo.write_now(&[created("a", 1), created("b", 2)]).await.unwrap();
        repo.write_now(&[deleted("a"), created("c", 1)]).await.unwrap();
        assert!(has_block(&test.database, &repo, cid_of(1)).await);
        repo.write_now(&[created("d", 2), deleted("b")]).await.unwrap();
        assert!(has_block(&test.database, &repo, cid_of(2)).await);
        repo.write_now(&[written("c", 2), written("d", 1)]).await.unwrap();
        assert_eq!(contents(&exported(&repo).await), [("c".to_owned(), 2), ("d".to_owned(), 1)].into());
    }

    async fn a_repo_that_ran_empty_fills_again(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        for _ in 0..3 {
            let keys: Vec<String> = (0..50).map(|number| format!("key{number}")).collect();
            let all: Vec<_> = keys.iter().map(|key| created(key, 1)).collect();
            repo.write_now(&all).await.unwrap();
            assert_eq!(exported(&repo).await.records.len(), 50);
            let none: Vec<_> = keys.iter().map(|key| deleted(key)).collect();
            repo.write_now(&none).await.unwrap();
            assert_eq!(exported(&repo).await.records, []);
        }
    }
}
