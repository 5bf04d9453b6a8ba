//! One writer per upload at a time, within this process.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The uploads that somebody is writing to.
#[derive(Default)]
pub(super) struct UploadLocks {
    held: Arc<Mutex<HashSet<String>>>,
}

/// The right to write to one upload, given back when dropped.
pub(super) struct UploadLock {
    held: Arc<Mutex<HashSet<String>>>,
    id: String,
}

impl UploadLocks {
    /// Takes the lock of an upload, or `None` while somebody else has it.
    pub(super) fn try_lock(&self, id: &str) -> Option<UploadLock> {
        let is_free = self
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.to_owned());
        is_free.then(|| UploadLock {
            held: self.held.clone(),
            id: id.to_owned(),
        })
    }
}

impl Drop for UploadLock {
    fn drop(&mut self) {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_free_again_when_dropped_and_leaves_nothing_behind() {
        let locks = UploadLocks::default();
        let lock = locks.try_lock("a").expect("free");
        assert!(locks.try_lock("a").is_none());
        assert!(locks.try_lock("b").is_some());
        drop(lock);
        assert!(locks.held.lock().unwrap().is_empty());
        assert!(locks.try_lock("a").is_some());
    }
}
