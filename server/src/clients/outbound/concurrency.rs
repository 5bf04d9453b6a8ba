//! How many requests run at once: altogether, and towards one host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const AT_ONCE: usize = 512;
const AT_ONCE_PER_HOST: usize = 64;
/// Hosts that nobody talks to are forgotten when this many are known.
const SWEEP_AT: usize = 1024;

/// Slots for requests. One slow host takes its own slots and no others.
#[derive(Debug)]
pub(super) struct Slots {
    all: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// Held while a request runs.
#[derive(Debug)]
pub(super) struct Slot {
    _host: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self {
            all: Arc::new(Semaphore::new(AT_ONCE)),
            hosts: Mutex::new(HashMap::new()),
        }
    }

    /// Waits for a slot towards `host`, then for one of all: in this order, so that requests queueing for a
    /// slow host do not hold the slots of others.
    pub(super) async fn take(&self, host: &str) -> Slot {
        let semaphore = self.semaphore(host);
        let host = semaphore
            .acquire_owned()
            .await
            .expect("the semaphores are never closed");
        let all = Arc::clone(&self.all)
            .acquire_owned()
            .await
            .expect("the semaphores are never closed");
        Slot {
            _host: host,
            _all: all,
        }
    }

    fn semaphore(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(semaphore) = hosts.get(host).and_then(Weak::upgrade) {
            return semaphore;
        }
        if hosts.len() >= SWEEP_AT {
            hosts.retain(|_, semaphore| semaphore.strong_count() > 0);
        }
        let semaphore = Arc::new(Semaphore::new(AT_ONCE_PER_HOST));
        hosts.insert(host.to_owned(), Arc::downgrade(&semaphore));
        semaphore
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn fe_09_one_host_cannot_take_the_slots_of_others() {
        let slots = Slots::new();
        let mut held = Vec::new();
        for _ in 0..AT_ONCE_PER_HOST {
            held.push(slots.take("slow.example.com").await);
        }
        // Gives the task a new budget, without which nothing is ready at once.
        tokio::task::yield_now().await;
        assert!(slots.take("slow.example.com").now_or_never().is_none());
        assert!(slots.take("other.example.com").now_or_never().is_some());
        held.pop();
        assert!(slots.take("slow.example.com").now_or_never().is_some());
    }

    #[tokio::test]
    async fn fe_09_hosts_without_requests_are_forgotten() {
        let slots = Slots::new();
        let held = slots.take("held.example.com").await;
        for number in 0..3 * SWEEP_AT {
            drop(slots.take(&format!("h{number}.example.com")).await);
        }
        let hosts = slots.hosts.lock().unwrap();
        assert!(hosts.len() <= SWEEP_AT);
        assert!(hosts["held.example.com"].upgrade().is_some());
        drop(held);
    }
}
