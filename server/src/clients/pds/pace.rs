//! Coming back later: what a PDS that had enough of our requests asked for.
//!
//! Everybody's requests come from the one address of this server, so a PDS that is asked again and again after it said
//! to wait shuts everybody out for longer. Whoever asks meanwhile is told at once, with how long it still takes. What a
//! PDS limits for one account does not hold up others: their requests go on until one of them, or one that is nobody's,
//! is told to wait too. How many requests run at once towards one PDS is limited by `clients::outbound`.

use std::time::Duration;

use atproto::syntax::Did;
use moka::sync::Cache;
use url::Url;

use crate::clients::outbound::OutboundError;
use crate::clock::Clock;

/// How long is waited where a PDS does not say.
const UNSAID: Duration = Duration::from_secs(30);
/// The longest that a PDS is believed; then one request asks again.
const LONGEST: Duration = Duration::from_mins(15);
/// Waits that are remembered. Without the memory, a PDS says so again.
const CAPACITY: u64 = 10_000;

/// For whom a PDS is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Asker {
    /// Nobody in particular: everybody waits.
    Anybody,
    /// An account that is signed in.
    Account(Did),
    /// Whoever tries to sign in as an account, which must not hold up the account itself.
    SignIn(Did),
}

/// Which PDSes asked to wait, and until when. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    clock: Clock,
    /// Unix milliseconds, by the origin of the PDS and for whom.
    waits: Cache<(String, Asker), i64>,
}

impl Pace {
    pub(super) fn new(clock: Clock) -> Self {
        let waits = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(LONGEST)
            .build();
        Self { clock, waits }
    }

    /// Whether a PDS may be asked now.
    ///
    /// # Errors
    /// What the PDS would say: status 429, with the time that is left.
    pub(super) fn check(&self, pds: &Url, asker: &Asker) -> Result<(), OutboundError> {
        let origin = pds.origin().ascii_serialization();
        let until = [asker, &Asker::Anybody]
            .into_iter()
            .filter_map(|asker| self.waits.get(&(origin.clone(), asker.clone())))
            .max()
            .unwrap_or_default();
        let left = until - self.clock.now_millis();
        if left <= 0 {
            return Ok(());
        }
        Err(OutboundError::Status {
            status: 429,
            xrpc_error: None,
            message: None,
            retry_after: Some(Duration::from_millis(left.unsigned_abs())),
        })
    }

    /// Remembers what a PDS asked for.
    pub(super) fn note(&self, pds: &Url, asker: Asker, error: &OutboundError) {
        let OutboundError::Status {
            status: 429,
            retry_after,
            ..
        } = error
        else {
            return;
        };
        let wait = retry_after.unwrap_or(UNSAID).min(LONGEST);
        let origin = pds.origin().ascii_serialization();
        tracing::warn!(
            pds = origin,
            seconds = wait.as_secs(),
            is_for_everybody = (asker == Asker::Anybody),
            "a PDS asks to slow down"
        );
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        self.waits.insert(
            (origin, asker),
            self.clock.now_millis().saturating_add(wait),
        );
    }
}
