//! Time as a parameter: the system's clock, or a fixed one in tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// Where the time comes from. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Unix milliseconds that only a test moves.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `now`, to the millisecond.
    pub fn fixed(now: DateTime<Utc>) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(now.timestamp_millis())))
    }

    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one place that reads the system's clock"
            )]
            Self::System => Utc::now(),
            Self::Fixed(millis) => DateTime::from_timestamp_millis(millis.load(Ordering::SeqCst))
                .expect("a fixed clock is only ever set from a valid time"),
        }
    }

    /// The time now in unix milliseconds, as the database keeps it.
    pub fn now_millis(&self) -> i64 {
        self.now().timestamp_millis()
    }

    /// Moves a fixed clock forward; the system's clock does not listen.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Fixed(millis) = self {
            millis.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        }
    }
}
