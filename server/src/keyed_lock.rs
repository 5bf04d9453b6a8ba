//! A lock for each key: work on one thing takes turns, work on different things does not wait.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Locks by key. Keys that nobody holds take no space for long.
#[derive(Debug)]
pub struct KeyedLock<K> {
    locks: Mutex<HashMap<K, Weak<AsyncMutex<()>>>>,
}

impl<K> Default for KeyedLock<K> {
    fn default() -> Self {
        Self {
            locks: Mutex::new(HashMap::new()),
        }
    }
}

/// Above this many keys, those that nobody holds are swept.
const SWEEP_ABOVE: usize = 1024;

impl<K: Eq + Hash> KeyedLock<K> {
    /// Waits for its turn.
    pub async fn lock(&self, key: K) -> OwnedMutexGuard<()> {
        self.of(key).lock_owned().await
    }

    /// Takes the lock if nobody holds it.
    pub fn try_lock(&self, key: K) -> Option<OwnedMutexGuard<()>> {
        self.of(key).try_lock_owned().ok()
    }

    /// How many hold the lock or wait for it.
    #[cfg(test)]
    pub fn queue(&self, key: &K) -> usize {
        let locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        locks.get(key).map_or(0, Weak::strong_count)
    }

    fn of(&self, key: K) -> Arc<AsyncMutex<()>> {
        // A panic while the map was held leaves it whole: no entry is ever half made.
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if locks.len() > SWEEP_ABOVE {
            locks.retain(|_, lock| lock.strong_count() > 0);
        }
        let entry = locks.entry(key).or_default();
        entry.upgrade().unwrap_or_else(|| {
            let lock = Arc::new(AsyncMutex::new(()));
            *entry = Arc::downgrade(&lock);
            lock
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_key_takes_turns_and_another_does_not_wait() {
        let locks = KeyedLock::default();
        let held = locks.lock("a").await;
        assert!(locks.try_lock("a").is_none());
        assert!(locks.try_lock("b").is_some());
        drop(held);
        assert!(locks.try_lock("a").is_some());
    }

    #[tokio::test]
    async fn keys_that_nobody_holds_are_swept() {
        let locks = KeyedLock::default();
        for key in 0..10 * SWEEP_ABOVE {
            drop(locks.lock(key).await);
        }
        assert!(locks.locks.lock().unwrap().len() <= SWEEP_ABOVE + 1);
    }
}
