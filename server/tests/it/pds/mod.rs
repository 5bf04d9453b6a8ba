//! What becomes of pushes, pulls and logins when somebody's PDS fails, lies or changes its mind.

mod failing_reads;
mod failing_writes;
mod fake;
mod reference;
mod sessions;

pub use fake::{FakeNetwork, Fault};

use server::clock::Clock;

/// A clock that only the test moves.
fn fixed_clock() -> Clock {
    Clock::fixed(Clock::System.now())
}
