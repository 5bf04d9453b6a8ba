//! The firehose: cursors, pace, retention.

use atproto::firehose::Frame;
use chrono::TimeDelta;

use super::super::super::firehose::{FirehoseError, Subscription};
use super::support::*;
use crate::db::testing::{TestDatabase, test_on_databases};

async fn next(subscription: &mut Subscription) -> Vec<Frame> {
    let page = subscription.next_page().await.unwrap();
    page.iter()
        .map(|frame| Frame::decode(frame).unwrap())
        .collect()
}

fn seqs(frames: &[Frame]) -> Vec<i64> {
    let seq = |frame: &Frame| match frame {
        Frame::Commit(event) => event.seq,
        Frame::Identity(event) => event.seq,
        Frame::Account(event) => event.seq,
        Frame::Sync(event) => event.seq,
        Frame::Info(_) | Frame::Error(_) => -1,
    };
    frames.iter().map(seq).collect()
}

test_on_databases! {
    async fn a_new_repo_begins_with_the_events_of_a_new_account(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        repo.write_now(&[created("a", 1)]).await.unwrap();
        repo.announce_state().await.unwrap();
        let frames = events(&test.database, 0).await;
        assert_eq!(seqs(&frames), [1, 2, 3, 4]);
        let Frame::Identity(identity) = &frames[0] else { panic!("{frames:?}") };
        assert_eq!(identity.handle.as_ref().unwrap().as_str(), "hold.example");
        assert!(matches!(&frames[1], Frame::Account(account) if account.active));
        assert!(matches!(&frames[2], Frame::Commit(_)));
        let Frame::Sync(sync) = &frames[3] else { panic!("{frames:?}") };
        assert_eq!(sync.rev, repo.head().await.unwrap().unwrap().rev);
        // Commits go on behind an event that is none.
        assert_eq!(repo.write_now(&[created("b", 1)]).await.unwrap().seq, 5);
        assert_eq!(repo.announce_identity().await.unwrap(), 6);
        assert_eq!(repo.announce_account().await.unwrap(), 7);
    }

    async fn a_cursor_is_the_last_event_that_was_seen(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        for number in 0..3 {
            repo.write_now(&[created(&format!("a{number}"), 1)]).await.unwrap();
        }
        for (cursor, expected) in [(0, vec![1, 2, 3, 4, 5]), (3, vec![4, 5]), (-7, vec![1, 2, 3, 4, 5])] {
            let mut subscription = repo.subscribe(Some(cursor)).await.unwrap();
            assert_eq!(seqs(&next(&mut subscription).await), expected);
        }
        let ahead = repo.subscribe(Some(6)).await.err().unwrap();
        assert!(matches!(ahead, FirehoseError::FutureCursor { cursor: 6, last: 5 }), "{ahead}");
        for (cursor, key) in [(None, "b"), (Some(6), "c")] {
            let last = repo.last_seq().await.unwrap();
            let mut subscription = repo.subscribe(cursor).await.unwrap();
            let waiting = tokio::spawn(async move { seqs(&next(&mut subscription).await) });
            repo.write_now(&[created(key, 1)]).await.unwrap();
            assert_eq!(waiting.await.unwrap(), [last + 1]);
        }
    }

    async fn an_old_cursor_gets_what_is_kept_and_is_told(test: &TestDatabase) {
        let clock = clock();
        let repo = open(&test.database, &clock);
        repo.write_now(&[created("a", 1)]).await.unwrap();
        let mut slow = repo.subscribe(Some(1)).await.unwrap();
        clock.advance(TimeDelta::hours(80));
        repo.write_now(&[created("b", 1)]).await.unwrap();
        assert_eq!(repo.purge_events(TimeDelta::hours(72)).await.unwrap(), 3);
        let mut subscription = repo.subscribe(Some(1)).await.unwrap();
        let info = next(&mut subscription).await;
        assert!(matches!(&info[..], [Frame::Info(info)] if info.name == "OutdatedCursor"), "{info:?}");
        assert_eq!(seqs(&next(&mut subscription).await), [4]);
        let mut nothing_lost = repo.subscribe(Some(3)).await.unwrap();
        assert_eq!(seqs(&next(&mut nothing_lost).await), [4]);
        let late = slow.next_page().await.unwrap_err();
        assert!(matches!(late, FirehoseError::ConsumerTooSlow), "{late}");
        // When all is gone, nobody gets an event twice or a number from before.
        clock.advance(TimeDelta::hours(80));
        repo.purge_events(TimeDelta::hours(72)).await.unwrap();
        let mut subscription = repo.subscribe(Some(2)).await.unwrap();
        assert!(matches!(&next(&mut subscription).await[..], [Frame::Info(_)]));
        assert_eq!(repo.write_now(&[created("c", 1)]).await.unwrap().seq, 5);
        assert_eq!(seqs(&next(&mut subscription).await), [5]);
    }

    async fn a_reader_takes_one_page_at_a_time(test: &TestDatabase) {
        let repo = open(&test.database, &clock());
        for number in 0..230 {
            repo.write_now(&[created(&format!("a{number}"), 1)]).await.unwrap();
        }
        let mut subscription = repo.subscribe(Some(0)).await.unwrap();
        let mut seen = Vec::new();
        while seen.len() < 232 {
            let page = next(&mut subscription).await;
            assert!(page.len() <= 100);
            seen.extend(seqs(&page));
        }
        assert_eq!(seen, (1..=232).collect::<Vec<_>>());
        assert_eq!(subscription.position(), 232);
    }
}

#[tokio::test]
async fn a_reader_hears_of_commits_of_another_process() {
    let Some(test) = TestDatabase::on_postgresql().await else {
        return;
    };
    let clock = clock();
    let second = test.connect_again().await;
    let (here, there) = (open(&test.database, &clock), open(&second, &clock));
    here.write_now(&[created("a", 1)]).await.unwrap();
    let mut subscription = there.subscribe(None).await.unwrap();
    let waiting = tokio::spawn(async move { seqs(&next(&mut subscription).await) });
    here.write_now(&[created("b", 1)]).await.unwrap();
    assert_eq!(waiting.await.unwrap(), [4]);
    drop(there);
    second.close().await;
    test.finish().await;
}
