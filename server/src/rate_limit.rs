//! How often something may happen for each of many keys: so many times at once, and as many again over a window.
//!
//! Remembers of this process alone and forgets with it, so replicas allow as many times more as there are of them.
//! That is enough against floods, and nothing that costs a person their account may rest on it.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;

/// Keys that are remembered. The longest unused goes first.
const REMEMBERED: u64 = 100_000;

/// A limit. Times are unix milliseconds.
///
/// Of each key it keeps one number, the time at which everything that was taken will have been given back (the
/// generic cell rate algorithm).
pub struct RateLimit<K> {
    /// Milliseconds in which one is given back; 0 where nothing is limited.
    interval: i64,
    window: i64,
    whole_again: Cache<K, Arc<Mutex<i64>>>,
}

/// It happened too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften {
    /// When it may happen again.
    pub retry_after: Duration,
}

impl TooOften {
    /// Whole seconds to wait, at least one, as `Retry-After` has them.
    pub fn seconds(self) -> u64 {
        let seconds = self.retry_after.as_millis().div_ceil(1000);
        seconds.try_into().unwrap_or(u64::MAX).max(1)
    }

    /// The same as people count: in seconds below two minutes.
    pub fn wait(self) -> Wait {
        match self.seconds() {
            seconds @ ..120 => Wait::Seconds(seconds),
            seconds => Wait::Minutes(seconds.div_ceil(60)),
        }
    }

    /// That in the texts of errors: "in 40 seconds", "in 3 minutes".
    pub fn words(self) -> String {
        match self.wait() {
            Wait::Seconds(1) => "in a second".to_owned(),
            Wait::Seconds(seconds) => format!("in {seconds} seconds"),
            Wait::Minutes(minutes) => format!("in {minutes} minutes"),
        }
    }
}

/// How long to wait, in the unit that people count it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// One at least.
    Seconds(u64),
    /// Begun ones count.
    Minutes(u64),
}

impl<K: Hash + Eq + Clone + Send + Sync + 'static> RateLimit<K> {
    /// `allowed` times within `window`; 0 does not limit at all.
    pub fn new(allowed: u32, window: Duration) -> Self {
        let window = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
        Self {
            interval: window.checked_div(i64::from(allowed)).unwrap_or(0),
            window,
            whole_again: Cache::builder()
                .max_capacity(REMEMBERED)
                .eviction_policy(EvictionPolicy::lru())
                .time_to_idle(Duration::from_millis(window.unsigned_abs().max(1)))
                .build(),
        }
    }

    /// Counts one time, if it is allowed.
    pub fn take(&self, key: &K, now: i64) -> Result<(), TooOften> {
        if self.interval == 0 {
            return Ok(());
        }
        let whole_again = self.whole_again.get_with_by_ref(key, Arc::default);
        let mut whole_again = whole_again.lock().unwrap_or_else(PoisonError::into_inner);
        self.room(*whole_again, now)?;
        *whole_again = now.max(*whole_again) + self.interval;
        Ok(())
    }

    /// Whether one more time would be allowed, without counting it.
    pub fn check(&self, key: &K, now: i64) -> Result<(), TooOften> {
        match self.whole_again.get(key) {
            Some(whole_again) => self.room(
                *whole_again.lock().unwrap_or_else(PoisonError::into_inner),
                now,
            ),
            None => Ok(()),
        }
    }

    fn room(&self, whole_again: i64, now: i64) -> Result<(), TooOften> {
        let over = whole_again + self.interval - now - self.window;
        if over <= 0 {
            return Ok(());
        }
        Err(TooOften {
            retry_after: Duration::from_millis(over.unsigned_abs()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_then_one_after_the_other() {
        let limit = RateLimit::new(3, Duration::from_secs(30));
        for _ in 0..3 {
            assert_eq!(limit.check(&"a", 0), Ok(()));
            assert_eq!(limit.take(&"a", 0), Ok(()));
        }
        let refused = limit.take(&"a", 0).unwrap_err();
        assert_eq!(refused.retry_after, Duration::from_secs(10));
        assert_eq!(limit.check(&"a", 0), Err(refused));
        assert_eq!(limit.take(&"b", 0), Ok(()), "another key");
        assert_eq!(limit.take(&"a", 9_999).unwrap_err().seconds(), 1);
        assert_eq!(limit.take(&"a", 10_000), Ok(()));
        assert!(limit.take(&"a", 10_000).is_err());
        for _ in 0..3 {
            assert_eq!(limit.take(&"a", 60_000), Ok(()), "nothing is saved up");
        }
        assert!(limit.take(&"a", 60_000).is_err());
    }

    #[test]
    fn zero_is_no_limit() {
        let limit = RateLimit::new(0, Duration::from_secs(30));
        for _ in 0..1000 {
            assert_eq!(limit.take(&"a", 0), Ok(()));
        }
        assert_eq!(limit.check(&"a", 0), Ok(()));
    }
}
