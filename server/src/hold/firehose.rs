//! The firehose: the hold's events in order, each reader at its own pace. atproto.com/specs/sync#firehose
//!
//! Events are read from the database a page at a time, so a reader that is slow costs nothing but its
//! connection. A commit of this process wakes readers at once; those of other processes are looked for.

use std::sync::Arc;
use std::time::Duration;

use atproto::firehose::{Frame, Info};
use bytes::Bytes;
use tokio::sync::watch;

use super::repo::{HoldRepo, RepoError};

/// The most events read at a time.
const PAGE_EVENTS: i64 = 100;
/// The most bytes read at a time; one event may be larger.
const PAGE_BYTES: i64 = 1_000_000;
/// How often events of other processes are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Why a reader gets no events (any more).
#[derive(Debug, thiserror::Error)]
pub enum FirehoseError {
    /// The reader has seen more than there is.
    #[error("the cursor {cursor} is ahead of the last event, {last}")]
    FutureCursor {
        /// What the reader said.
        cursor: i64,
        /// The last event.
        last: i64,
    },
    /// The next event was removed before the reader took it.
    #[error(
        "you do not keep up: the next event is older than what is kept; come back with a cursor"
    )]
    ConsumerTooSlow,
    /// Events cannot be read.
    #[error("the events cannot be read")]
    Repo(#[from] RepoError),
}

/// One reader of the firehose.
pub struct Subscription {
    repo: HoldRepo,
    committed: watch::Receiver<i64>,
    after: i64,
    first: Option<Bytes>,
    _counted: Arc<()>,
}

impl HoldRepo {
    /// Opens the firehose behind the event `cursor`, or, without one, behind the last event there is. A reader
    /// that missed events which are no longer kept is told so (`#info`, `OutdatedCursor`), and gets what there
    /// is.
    pub async fn subscribe(&self, cursor: Option<i64>) -> Result<Subscription, FirehoseError> {
        let committed = self.listen();
        let last = self.last_seq().await?;
        let mut after = cursor.unwrap_or(last).max(0);
        if after > last {
            return Err(FirehoseError::FutureCursor {
                cursor: after,
                last,
            });
        }
        let mut first = None;
        // What comes next, when nothing is kept, is the event after the last.
        let oldest = self.oldest_seq().await?.unwrap_or(last + 1);
        if after + 1 < oldest {
            after = oldest - 1;
            first = Some(outdated(oldest));
        }
        Ok(Subscription {
            repo: self.clone(),
            committed,
            after,
            first,
            _counted: self.count_me(),
        })
    }
}

fn outdated(oldest: i64) -> Bytes {
    let info = Frame::Info(Info {
        name: Info::OUTDATED_CURSOR.to_owned(),
        message: Some(format!("events before {oldest} are not kept any more")),
    });
    info.encode().into()
}

impl Subscription {
    /// The next frames as they are sent, at least one: waits until there is one. May be dropped while it waits,
    /// and called again.
    pub async fn next_page(&mut self) -> Result<Vec<Bytes>, FirehoseError> {
        if let Some(info) = self.first.take() {
            return Ok(vec![info]);
        }
        loop {
            // Before looking, so that what is committed after the look wakes.
            self.committed.mark_unchanged();
            let page = self.read_page().await?;
            if !page.is_empty() {
                return Ok(page);
            }
            self.wait().await?;
        }
    }

    /// The place of the last event that was returned.
    pub fn position(&self) -> i64 {
        self.after
    }

    async fn read_page(&mut self) -> Result<Vec<Bytes>, FirehoseError> {
        let database = self.repo.database();
        let sizes = database
            .list_event_sizes(self.after, PAGE_EVENTS)
            .await
            .map_err(RepoError::from)?;
        let mut bytes = 0;
        let last = sizes
            .iter()
            .take_while(|event| {
                let is_first = bytes == 0;
                bytes += event.bytes;
                is_first || bytes <= PAGE_BYTES
            })
            .last();
        let Some(last) = last else {
            return Ok(Vec::new());
        };
        let events = database
            .list_events(self.after, last.seq)
            .await
            .map_err(RepoError::from)?;
        // Events have no gaps, except behind those that were removed.
        if events
            .first()
            .is_none_or(|event| event.seq != self.after + 1)
        {
            return Err(FirehoseError::ConsumerTooSlow);
        }
        self.after = last.seq;
        Ok(events.into_iter().map(|event| event.frame.into()).collect())
    }

    async fn wait(&mut self) -> Result<(), FirehoseError> {
        tokio::select! {
            // The sender lives as long as the repo, which is held here.
            _ = self.committed.changed() => {}
            // Replicas write, and commands that the operator runs beside the server.
            () = tokio::time::sleep(LOOK_EVERY) => {
                let last = self.repo.last_seq().await?;
                // Wakes the other readers of this process too.
                self.repo.announce(last);
            }
        }
        Ok(())
    }
}
