//! Time that goes on only so fast that no push takes as long as the grace, and pushes that begin only so fast that
//! not everything is in use all the time, however fast or slow the machine is.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use tokio::sync::Notify;

use crate::clock::Clock;

/// Pushes that may begin between two steps.
const PUSHES: usize = 40;

/// A fixed clock that goes on by steps. At most one of them falls into a push.
pub(super) struct Pace {
    clock: Clock,
    step: TimeDelta,
    state: Mutex<State>,
    a_push_ended: Notify,
    time_went_on: Notify,
}

#[derive(Default)]
struct State {
    steps: u64,
    /// Pushes that began since the last one.
    began: usize,
    /// How many pushes are in progress, by the steps there had been when they began.
    pushes: BTreeMap<u64, usize>,
}

/// A push in progress.
pub(super) struct InProgress<'a> {
    pace: &'a Pace,
    began: u64,
}

impl Pace {
    pub(super) fn new(clock: Clock, step: TimeDelta) -> Self {
        Self {
            clock,
            step,
            state: Mutex::default(),
            a_push_ended: Notify::new(),
            time_went_on: Notify::new(),
        }
    }

    pub(super) async fn begin_push(&self) -> InProgress<'_> {
        loop {
            let went_on = self.time_went_on.notified();
            tokio::pin!(went_on);
            went_on.as_mut().enable();
            if let Some(push) = self.try_to_begin_push() {
                return push;
            }
            went_on.await;
        }
    }

    fn try_to_begin_push(&self) -> Option<InProgress<'_>> {
        let mut state = self.state();
        if state.began == PUSHES {
            return None;
        }
        state.began += 1;
        let began = state.steps;
        *state.pushes.entry(began).or_default() += 1;
        Some(InProgress { pace: self, began })
    }

    /// Goes on by a step, once every push is over that the last step fell into.
    pub(super) async fn go_on(&self) {
        loop {
            let ended = self.a_push_ended.notified();
            if self.try_to_go_on() {
                return;
            }
            ended.await;
        }
    }

    fn try_to_go_on(&self) -> bool {
        let mut state = self.state();
        let steps = state.steps;
        if state.pushes.range(..steps).next().is_some() {
            return false;
        }
        state.steps += 1;
        state.began = 0;
        self.clock.advance(self.step);
        self.time_went_on.notify_waiters();
        true
    }

    /// Goes on at once; for when nobody pushes.
    pub(super) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        if let Some(pushes) = state.pushes.get_mut(&self.began) {
            *pushes -= 1;
            if *pushes == 0 {
                state.pushes.remove(&self.began);
            }
        }
        drop(state);
        self.pace.a_push_ended.notify_one();
    }
}
