//! A brake on guessing user codes. Remembers of this process alone: with a few replicas a guesser has a few times as
//! many tries, of 20^8.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use atproto::syntax::Did;
use moka::sync::Cache;

/// How many wrong codes somebody may type…
const WRONG_CODES: u32 = 5;
/// …in this time, in milliseconds.
const WINDOW: i64 = 10 * 60 * 1000;
const REMEMBERED: u64 = 10_000;

/// Who typed wrong codes.
pub(super) struct Guesses {
    wrong: Cache<Did, Arc<Mutex<Wrong>>>,
}

#[derive(Default)]
struct Wrong {
    since: i64,
    count: u32,
}

impl Guesses {
    pub(super) fn new() -> Self {
        let wrong = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_idle(Duration::from_millis(2 * WINDOW.unsigned_abs()))
            .build();
        Self { wrong }
    }

    /// Whether somebody may try another code at `now`, in unix milliseconds.
    pub(super) fn may_guess(&self, person: &Did, now: i64) -> bool {
        self.wrong.get(person).is_none_or(|wrong| {
            let wrong = wrong.lock().unwrap_or_else(PoisonError::into_inner);
            wrong.count < WRONG_CODES || now - wrong.since >= WINDOW
        })
    }

    /// Notes a code that nobody has.
    pub(super) fn note_wrong(&self, person: &Did, now: i64) {
        let wrong = self.wrong.get_with_by_ref(person, Arc::default);
        let mut wrong = wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if now - wrong.since >= WINDOW {
            *wrong = Wrong {
                since: now,
                count: 0,
            };
        }
        wrong.count += 1;
    }
}
