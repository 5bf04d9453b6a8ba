//! Exports while commits go on, differences, proofs, and what is purged.

use std::collections::HashSet;

use atproto::repo::{BlockMap, RepoPath, car, verify_blocks, verify_record};
use chrono::TimeDelta;
use futures::{StreamExt as _, TryStreamExt as _};

use super::super::KEEP_DROPPED;
use super::support::*;
use crate::db::testing::test_on_databases;

test_on_databases! {
    async fn an_export_is_of_one_commit_however_many_follow(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        for page in 0..8 {
            let writes: Vec<_> = (0..150).map(|number| created(&format!("p{page}-{number}"), number)).collect();
            repo.write_now(&writes).await.unwrap();
        }
        let (head, mut pieces) = repo.export(None).await.unwrap();
        let mut archive = Vec::new();
        let mut number = 0;
        while let Some(piece) = pieces.next().await {
            archive.extend_from_slice(&piece.unwrap());
            repo.write_now(&[deleted(&format!("p0-{number}")), created(&format!("new{number}"), 1)])
                .await
                .unwrap();
            number += 1;
        }
        assert!(number > 1, "the export came in pieces");
        let (root, blocks) = car::read_car(&archive).unwrap();
        let verified = verify_blocks(root, &blocks, &did(), &key().public_key()).unwrap();
        assert_eq!((verified.commit_cid, verified.records.len()), (head.commit, 1200));
        assert_eq!(exported(&repo).await.records.len(), 1200);
    }

    async fn a_difference_and_what_was_there_are_the_whole(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        let writes: Vec<_> = (0..150).map(|number| created(&format!("a{number}"), number)).collect();
        repo.write_now(&writes).await.unwrap();
        let (before, pieces) = repo.export(None).await.unwrap();
        let whole: Vec<_> = pieces.try_collect().await.unwrap();
        let (_, known) = car::read_car(&whole.concat()).unwrap();
        for number in 0..20 {
            let key = format!("a{number}");
            repo.write_now(&[deleted(&key), created(&format!("b{number}"), number)]).await.unwrap();
        }
        let (head, pieces) = repo.export(Some(before.rev)).await.unwrap();
        let difference: Vec<_> = pieces.try_collect().await.unwrap();
        let (root, new) = car::read_car(&difference.concat()).unwrap();
        assert_eq!(root, head.commit);
        assert!(new.len() < known.len() / 2, "{} of {}", new.len(), known.len());
        let both: BlockMap = known.iter().chain(new.iter()).map(|(cid, bytes)| (*cid, bytes.clone())).collect();
        let verified = verify_blocks(root, &both, &did(), &key().public_key()).unwrap();
        assert_eq!(verified.records.len(), 150);
    }

    async fn a_proof_shows_what_is_there_and_what_is_not(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        let writes: Vec<_> = (0..100).map(|number| created(&format!("a{number}"), number)).collect();
        let info = repo.write_now(&writes).await.unwrap();
        for (name, expected) in [("a42", true), ("nothing", false)] {
            let proof = repo.prove_record(&collection(), &rkey(name)).await.unwrap();
            let blocks = proof.iter().map(|(cid, bytes)| (cid, bytes));
            let archive = car::to_car(info.cid, blocks);
            let path = RepoPath::new(&collection(), &rkey(name));
            let proven = verify_record(&archive, &did(), &key().public_key(), &path).unwrap();
            assert_eq!(proven.record.is_some(), expected, "{name}");
        }
    }

    async fn blocks_without_use_go_after_an_hour(test: &TestDatabase) {
        let clock = clock();
        let repo = open(&test.database, &clock);
        let writes: Vec<_> = (0..50).map(|number| created(&format!("a{number}"), number)).collect();
        repo.write_now(&writes).await.unwrap();
        repo.write_now(&[deleted("a1")]).await.unwrap();
        assert_eq!(repo.purge_blocks().await.unwrap(), 0);
        clock.advance(KEEP_DROPPED - TimeDelta::seconds(1));
        let (_, running) = repo.export(None).await.unwrap();
        repo.write_now(&[deleted("a2")]).await.unwrap();
        clock.advance(TimeDelta::seconds(2));
        assert!(repo.purge_blocks().await.unwrap() > 0);
        running.try_collect::<Vec<_>>().await.unwrap();
        assert_eq!(exported(&repo).await.records.len(), 48);
        clock.advance(KEEP_DROPPED);
        repo.purge_blocks().await.unwrap();
        // All that is left is the repo.
        let (_, pieces) = repo.export(None).await.unwrap();
        let pieces: Vec<_> = pieces.try_collect().await.unwrap();
        let (_, blocks) = car::read_car(&pieces.concat()).unwrap();
        let verified = exported(&repo).await;
        let reachable: HashSet<_> = verified.records.iter().map(|record| record.cid).collect();
        assert!(blocks.len() < reachable.len() * 2 + 10);
        assert_eq!(repo.purge_blocks().await.unwrap(), 0);
    }

    async fn records_are_listed_by_key_in_both_directions(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        // Bytes decide, not the words of some language.
        let keys = ["A", "Z", "_", "a", "b:c", "b_c", "z~"];
        let writes: Vec<_> = keys.iter().zip(0..).map(|(key, number)| created(key, number)).collect();
        repo.write_now(&writes).await.unwrap();
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        let page = repo.list_records(&collection(), None, false, 3).await.unwrap();
        let listed = |page: &super::super::RecordsPage| -> Vec<String> {
            page.records.iter().map(|record| record.rkey.to_string()).collect()
        };
        assert_eq!(listed(&page), sorted[..3]);
        assert!(page.has_more);
        let page = repo.list_records(&collection(), Some(sorted[2]), false, 10).await.unwrap();
        assert_eq!((listed(&page), page.has_more), (sorted[3..].iter().map(ToString::to_string).collect(), false));
        let page = repo.list_records(&collection(), Some(sorted[2]), true, 10).await.unwrap();
        assert_eq!(listed(&page), [sorted[1], sorted[0]]);
        assert_eq!(repo.list_collections().await.unwrap(), [collection().as_str()]);
    }
}
