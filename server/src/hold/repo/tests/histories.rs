//! Many writes, one after another and at once.

use std::collections::BTreeMap;

use atproto::firehose::Frame;
use atproto::repo::WriteAction;
use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::super::RepoError;
use super::support::*;
use crate::db::testing::test_on_databases;

test_on_databases! {
    async fn a_random_history_leaves_what_was_written_last(test: &TestDatabase) {
        let clock = clock();
        let repo = open(&test.database, &clock);
        let mut random = StdRng::seed_from_u64(3);
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        for round in 0..120 {
            let mut writes = Vec::new();
            // Few contents, so that records share blocks, and few keys, so that the repo runs empty.
            for place in 0..random.random_range(1..6) {
                let key = format!("k{}-{place}", random.random_range(0..4));
                let number = random.random_range(0..5);
                if expected.contains_key(&key) && random.random_bool(0.6) {
                    expected.remove(&key);
                    writes.push(deleted(&key));
                } else {
                    expected.insert(key.clone(), number);
                    writes.push(written(&key, number));
                }
            }
            // The clock goes back now and then.
            clock.advance(TimeDelta::milliseconds(random.random_range(-50..100)));
            let before = repo.head().await.unwrap();
            let info = repo.write_now(&writes).await.unwrap();
            let head = repo.head().await.unwrap().unwrap();
            assert_eq!((info.cid, info.rev), (head.commit, head.rev));
            assert!(before.is_none_or(|before| before.rev < head.rev || !info.changed));
            if round % 10 == 0 {
                assert_eq!(contents(&exported(&repo).await), expected, "round {round}");
            }
        }
        let leftovers: Vec<_> = expected.keys().map(|key| deleted(key)).collect();
        repo.write_now(&leftovers).await.unwrap();
        assert_eq!(exported(&repo).await.records, []);
        repo.write_now(&[created("again", 1)]).await.unwrap();
        assert_eq!(exported(&repo).await.records.len(), 1);
        assert_eq!(repo.check_derived().await.unwrap(), Vec::<String>::new());
    }

    async fn writers_at_once_lose_nothing_and_events_chain(test: &TestDatabase) {
        let clock = clock();
        let repo = open(&test.database, &clock);
        let writers = (0..16).map(|writer| {
            let repo = repo.clone();
            tokio::spawn(async move {
                for number in 0..6 {
                    let key = format!("w{writer}-{number}");
                    // The first commit of all may be made by one only.
                    loop {
                        match repo.write_now(&[created(&key, number)]).await {
                            Ok(_) => break,
                            Err(RepoError::Conflict) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
            })
        });
        futures::future::try_join_all(writers).await.unwrap();
        assert_eq!(exported(&repo).await.records.len(), 96);
        let frames = events(&test.database, 0).await;
        assert_eq!(frames.len(), 98, "an identity, an account, and each commit");
        let mut last: Option<(atproto::syntax::Tid, atproto::data::Cid)> = None;
        for (place, frame) in frames.iter().enumerate().skip(2) {
            let Frame::Commit(event) = frame else { panic!("{frame:?}") };
            assert_eq!(event.seq, i64::try_from(place).unwrap() + 1);
            assert_eq!(event.since, last.map(|(rev, _)| rev));
            assert_eq!(event.prev_data, last.map(|(_, data)| data));
            let verified = event.verify(&key().public_key()).unwrap();
            last = Some((event.rev, verified.commit.data));
        }
    }

    async fn a_refused_write_leaves_nothing(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        repo.write_now(&[created("a", 1)]).await.unwrap();
        let head = repo.head().await.unwrap();
        let refused = repo.write_now(&[created("b", 2), created("a", 3)]).await;
        assert!(matches!(refused, Err(RepoError::RecordExists(_))), "{refused:?}");
        let refused = repo.write_now(&[deleted("c")]).await;
        assert!(matches!(refused, Err(RepoError::RecordNotFound(_))), "{refused:?}");
        let mut swapped = written("a", 4);
        swapped.swap = Some(None);
        let refused = repo.write_now(&[swapped]).await;
        assert!(matches!(refused, Err(RepoError::InvalidSwap(_))), "{refused:?}");
        let mut invalid = created("d", 5);
        invalid.action = WriteAction::Create(atproto::data::Ipld::Null);
        let refused = repo.write_now(&[invalid]).await;
        assert!(matches!(refused, Err(RepoError::InvalidRecord { .. })), "{refused:?}");
        assert_eq!(repo.head().await.unwrap(), head);
        assert_eq!(events(&test.database, 0).await.len(), 3);
    }

    async fn a_crash_before_the_end_of_the_transaction_leaves_nothing(test: &TestDatabase) {
        let clock = clock();
        let repo = open(&test.database, &clock);
        repo.write_now(&[created("a", 1)]).await.unwrap();
        let mut transaction = test.database.begin().await.unwrap();
        repo.write(&mut transaction, &[created("b", 2)]).await.unwrap();
        drop(transaction);
        let restarted = open(&test.database, &clock);
        assert_eq!(exported(&restarted).await.records.len(), 1);
        // What the process that goes on has in memory does no harm.
        for repo in [repo, restarted] {
            repo.write_now(&[written("b", 2), written("c", 3)]).await.unwrap();
            assert_eq!(exported(&repo).await.records.len(), 3);
        }
    }

    async fn what_changes_nothing_is_no_commit(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        repo.write_now(&[created("a", 1)]).await.unwrap();
        let again = repo.write_now(&[written("a", 1)]).await.unwrap();
        assert!(!again.changed);
        assert_eq!((again.seq, again.written.len()), (3, 1));
        assert_eq!(events(&test.database, 0).await.len(), 3);
    }
}
