//! Brakes on guessing: known-wrong passwords, and too many failures for one account.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use atproto::syntax::Did;
use moka::future::Cache;

use super::credential::CredentialHash;
use super::{MINUTE, SignInError};

const FAILURES_PER_MINUTE: u32 = 10;
const CAPACITY: u64 = 10_000;

/// Remembers failures of this process. Times are unix milliseconds.
pub(super) struct SignInGuard {
    wrong: Cache<CredentialHash, i64>,
    failures: Cache<Did, Arc<Mutex<Failures>>>,
}

#[derive(Default)]
struct Failures {
    since: i64,
    count: u32,
}

impl SignInGuard {
    pub(super) fn new() -> Self {
        let kept_for = Duration::from_mins(2);
        let wrong = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(kept_for)
            .build();
        let failures = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_idle(kept_for)
            .build();
        Self { wrong, failures }
    }

    /// Whether the PDS may be asked about this password.
    pub(super) async fn check(
        &self,
        did: &Did,
        credential: &CredentialHash,
        now: i64,
    ) -> Result<(), SignInError> {
        if let Some(failures) = self.failures.get(did).await {
            let failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
            let left = failures.since + MINUTE - now;
            if failures.count >= FAILURES_PER_MINUTE && left > 0 {
                let retry_after = Duration::from_millis(left.unsigned_abs());
                return Err(SignInError::RateLimited { retry_after });
            }
        }
        match self.wrong.get(credential).await {
            Some(since) if now - since < MINUTE => Err(SignInError::WrongPassword),
            _ => Ok(()),
        }
    }

    /// Remembers that the PDS refused this password.
    pub(super) async fn note_failure(&self, did: &Did, credential: CredentialHash, now: i64) {
        self.wrong.insert(credential, now).await;
        let failures = self
            .failures
            .get_with_by_ref(did, async { Arc::default() })
            .await;
        let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
        if now - failures.since >= MINUTE {
            *failures = Failures {
                since: now,
                count: 0,
            };
        }
        failures.count += 1;
    }
}
