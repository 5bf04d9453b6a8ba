//! Two processes with one repo.

use super::super::RepoError;
use super::support::*;
use crate::db::testing::TestDatabase;

#[tokio::test]
async fn two_processes_write_by_turns() {
    let Some(test) = TestDatabase::on_postgresql().await else {
        return;
    };
    let clock = clock();
    let second = test.connect_again().await;
    let repos = [open(&test.database, &clock), open(&second, &clock)];
    let (one, two) = (&[created("first", 1)], &[created("second", 1)]);
    let begun = tokio::join!(repos[0].write_now(one), repos[1].write_now(two));
    // Whoever was slower is told, or followed the other.
    for outcome in [begun.0, begun.1] {
        assert!(
            matches!(outcome, Ok(_) | Err(RepoError::Conflict)),
            "{outcome:?}"
        );
    }
    let writers = (0..8_usize).map(|writer| {
        let repo = repos[writer % 2].clone();
        tokio::spawn(async move {
            for number in 0..10 {
                repo.write_now(&[
                    created(&format!("w{writer}-{number}"), number),
                    written("shared", number),
                ])
                .await
                .unwrap();
            }
        })
    });
    futures::future::try_join_all(writers).await.unwrap();
    let ours = exported(&repos[0]).await;
    assert_eq!(ours, exported(&repos[1]).await);
    assert!(ours.records.len() >= 82);
    assert_eq!(
        repos[0].check_derived().await.unwrap(),
        Vec::<String>::new()
    );
    drop(repos);
    second.close().await;
    test.finish().await;
}
