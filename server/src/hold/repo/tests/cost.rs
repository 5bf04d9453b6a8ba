//! What a commit costs in a large repo.

use atproto::repo::MAX_WRITES;

use super::support::*;
use crate::db::testing::TestDatabase;

/// Blocks that a commit into a repo of this size may read and write: the way down, its neighbours for the proof,
/// and no more.
const MOST_BLOCKS: u64 = 60;

#[tokio::test]
async fn a_commit_touches_the_way_to_its_record_and_not_the_tree() {
    let test = TestDatabase::on_sqlite().await;
    let clock = clock();
    let repo = open(&test.database, &clock);
    let records = 20_000;
    let keys: Vec<_> = (0..records).map(|number| format!("key{number}")).collect();
    for chunk in keys.chunks(MAX_WRITES) {
        let writes: Vec<_> = chunk.iter().map(|key| created(key, 1)).collect();
        repo.write_now(&writes).await.unwrap();
    }
    for number in 0..20 {
        // A process that has read nothing yet.
        let repo = open(&test.database, &clock);
        let info = repo
            .write_now(&[
                written(&keys[number * 997 % records], 2),
                created(&format!("new{number}"), 3),
            ])
            .await
            .unwrap();
        let read = repo.nodes_in_memory();
        assert!(read <= MOST_BLOCKS, "{read} blocks");
        let written = test
            .database
            .count_repo_blocks(&info.rev.to_string())
            .await
            .unwrap();
        assert!(written.unsigned_abs() <= MOST_BLOCKS, "{written} blocks");
    }
    test.finish().await;
}
