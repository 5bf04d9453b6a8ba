//! A collection that somebody watches and stops.

use std::time::Duration;

use super::*;
use crate::hold::{ActivityFilter, CollectionState};

/// Looks until something is so.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let looking = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), looking)
        .await
        .expect("it becomes so");
}

async fn state_of(hold: &Hold) -> CollectionState {
    hold.list_collections(&did(CAPTAIN), None, 1).await.unwrap()[0].state
}

test_on_databases! {
    async fn a_collection_that_is_stopped_ends_with_the_blob_it_is_at_and_the_next_goes_on(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let captain = did(CAPTAIN);
        let mut blobs = Vec::new();
        for content in [&b"one"[..], b"two", b"six"] {
            blobs.push(push(&hold, content).await.unwrap());
        }
        blobs.sort_by_key(Digest::to_string);
        folder.clock.advance(GRACE * 2);
        assert_eq!(free(&hold).await.quarantined.blobs, 3);
        folder.clock.advance(GRACE * 2);

        let turn = hold.inner.blob_turns.lock(blobs[1].clone()).await;
        let id = hold.start_collection(&captain, GRACE).await.unwrap();
        assert_eq!(hold.start_collection(&captain, GRACE).await.unwrap(), id, "one at a time");
        // It waits for the second blob, having removed the first.
        until(async || hold.inner.blob_turns.queue(&blobs[1]) == 2).await;
        assert_eq!(folder.files_below("blobs").len(), 2);
        assert_eq!(state_of(&hold).await, CollectionState::Running);
        assert!(hold.stop_collection(&did(STRANGER), &id).await.is_err());
        assert!(hold.stop_collection(&captain, &id).await.unwrap());
        assert!(!hold.stop_collection(&captain, &id).await.unwrap(), "once is enough");
        assert_eq!(state_of(&hold).await, CollectionState::Stopping);
        drop(turn);
        until(async || state_of(&hold).await == CollectionState::Stopped).await;
        let stopped = hold.list_collections(&captain, None, 1).await.unwrap().remove(0);
        assert_eq!(stopped.freed_bytes, 6);
        assert_eq!(stopped.stopped_by.as_deref(), Some(CAPTAIN));
        assert_eq!(folder.files_below("blobs").len(), 1);

        assert_eq!(free(&hold).await.removed, Amount { blobs: 1, bytes: 3 });
        assert_eq!(folder.files_below("blobs"), []);
        let filter = ActivityFilter { action: Some("garbage".to_owned()), ..ActivityFilter::default() };
        let told = hold.list_activity(&captain, &filter, 4).await.unwrap();
        let told: Vec<_> = told.iter().map(|entry| (entry.action.as_str(), &entry.details["freedBytes"])).collect();
        assert_eq!(told[0], ("garbage.ended", &serde_json::json!(3)));
        assert_eq!(told[2], ("garbage.stopped", &serde_json::json!(6)));
    }

    async fn a_collection_that_is_stopped_before_it_has_read_every_record_collects_nothing(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        let captain = did(CAPTAIN);
        push(&hold, b"unused").await.unwrap();
        folder.clock.advance(GRACE * 2);
        let alone = hold.inner.collecting.lock().await;
        let id = hold.start_collection(&captain, GRACE).await.unwrap();
        assert!(hold.stop_collection(&captain, &id).await.unwrap());
        drop(alone);
        until(async || state_of(&hold).await == CollectionState::Stopped).await;
        assert_eq!(free(&hold).await.quarantined.blobs, 1);
    }

    async fn a_collection_whose_process_is_gone_is_said_to_be_interrupted(test: &TestDatabase) {
        let folder = HoldFolder::new();
        let hold = folder.start(&test.database).await;
        hold.begin_collection(&crate::hold::Actor::Hold, GRACE).await.unwrap();
        assert_eq!(state_of(&hold).await, CollectionState::Running);
        folder.clock.advance(TimeDelta::minutes(6));
        assert_eq!(state_of(&hold).await, CollectionState::Interrupted);
        hold.start_collection(&did(CAPTAIN), GRACE).await.unwrap();
        until(async || state_of(&hold).await == CollectionState::Done).await;
    }
}
