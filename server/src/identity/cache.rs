//! What was found for a name, and for how long it is good enough for which purpose.
//!
//! Pure reckoning over times in unix milliseconds.

use std::sync::Arc;

use super::{Identity, IdentityError};

const MINUTE: i64 = 60 * 1000;
/// ID-10: whoever signs in is looked up at most this long ago.
const AUTH_MAX_AGE: i64 = 10 * MINUTE;
/// Pulls and pages live with answers of this age.
const READING_MAX_AGE: i64 = 60 * MINUTE;
/// FE-09: a failure is not repeated within this time.
const FAILURE_MAX_AGE: i64 = 30 * 1000;
/// While the sources are down, pulls live with answers of this age.
const STALE_MAX_AGE: i64 = 7 * 24 * 60 * MINUTE;
/// ID-10: a handle that was not verified within this time is not shown.
const HANDLE_MAX_AGE: i64 = 24 * 60 * MINUTE;

/// What an identity is needed for, which decides how old the answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Pulls and pages: up to an hour, longer while the sources cannot be reached.
    ForReading,
    /// Sign-in, pushes and signatures: up to ten minutes, and never stale.
    ForAuth,
}

/// An identity and when its sources last confirmed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) identity: Arc<Identity>,
    pub(super) checked_at: i64,
}

/// Everything remembered under one name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Remembered {
    /// The last success, kept through failures that say nothing about the name.
    pub(super) found: Option<Found>,
    /// The last failure, when it is newer than the last success.
    pub(super) failure: Option<(IdentityError, i64)>,
}

impl Found {
    /// When nothing was known about the handle: good for now, and asked again within a minute.
    pub(super) fn undecided(identity: Arc<Identity>, now: i64) -> Self {
        Self {
            identity,
            checked_at: now - READING_MAX_AGE + MINUTE,
        }
    }
}

impl Remembered {
    /// The answer to give without a look-up, or `None` when one is due.
    pub(super) fn answer(
        &self,
        freshness: Freshness,
        now: i64,
    ) -> Option<Result<Arc<Identity>, IdentityError>> {
        let max_age = match freshness {
            Freshness::ForReading => READING_MAX_AGE,
            Freshness::ForAuth => AUTH_MAX_AGE,
        };
        if let Some(found) = &self.found
            && (0..max_age).contains(&(now - found.checked_at))
        {
            return Some(Ok(Arc::clone(&found.identity)));
        }
        match &self.failure {
            Some((_, failed_at)) if now - failed_at < FAILURE_MAX_AGE => {
                Some(self.answer_after_look_up(freshness, now))
            }
            _ => None,
        }
    }

    /// The answer when a look-up was just made, whatever its outcome.
    pub(super) fn answer_after_look_up(
        &self,
        freshness: Freshness,
        now: i64,
    ) -> Result<Arc<Identity>, IdentityError> {
        match (&self.failure, &self.found) {
            (None, Some(found)) => Ok(Arc::clone(&found.identity)),
            (Some((error, _)), Some(found))
                if freshness == Freshness::ForReading
                    && error.is_transient()
                    && now - found.checked_at < STALE_MAX_AGE =>
            {
                Ok(stale(found, now))
            }
            (Some((error, _)), _) => Err(error.clone()),
            (None, None) => Err(IdentityError::Unreachable {
                what: "the directory".to_owned(),
            }),
        }
    }
}

fn stale(found: &Found, now: i64) -> Arc<Identity> {
    if now - found.checked_at < HANDLE_MAX_AGE {
        return Arc::clone(&found.identity);
    }
    Arc::new(Identity {
        handle: None,
        ..Identity::clone(&found.identity)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn found(age: i64) -> Found {
        let identity = Arc::new(Identity {
            did: "did:plc:ewvi7nxzyoun6zhxrhs64oiz".parse().unwrap(),
            handle: Some("alice.example.com".parse().unwrap()),
            pds: "https://pds.example.com".parse().unwrap(),
            signing_key: None,
        });
        Found {
            identity,
            checked_at: NOW - age,
        }
    }

    fn unreachable(age: i64) -> (IdentityError, i64) {
        let what = "it".to_owned();
        (IdentityError::Unreachable { what }, NOW - age)
    }

    #[test]
    fn id_10_auth_is_stricter_than_reading() {
        for (age, reading, auth) in [
            (0, true, true),
            (AUTH_MAX_AGE - 1, true, true),
            (AUTH_MAX_AGE, true, false),
            (READING_MAX_AGE - 1, true, false),
            (READING_MAX_AGE, false, false),
            // A clock that was set back makes the answer one from the future.
            (-1, false, false),
        ] {
            let remembered = Remembered {
                found: Some(found(age)),
                failure: None,
            };
            assert_eq!(
                remembered.answer(Freshness::ForReading, NOW).is_some(),
                reading,
                "{age}"
            );
            assert_eq!(
                remembered.answer(Freshness::ForAuth, NOW).is_some(),
                auth,
                "{age}"
            );
        }
    }

    #[test]
    fn fe_09_stale_answers_serve_reading_and_never_auth() {
        let remembered = Remembered {
            found: Some(found(2 * READING_MAX_AGE)),
            failure: Some(unreachable(1)),
        };
        assert!(matches!(
            remembered.answer(Freshness::ForReading, NOW),
            Some(Ok(_))
        ));
        assert!(matches!(
            remembered.answer(Freshness::ForAuth, NOW),
            Some(Err(_))
        ));
        let ancient = Remembered {
            found: Some(found(STALE_MAX_AGE)),
            failure: Some(unreachable(1)),
        };
        assert!(matches!(
            ancient.answer(Freshness::ForReading, NOW),
            Some(Err(_))
        ));
    }

    #[test]
    fn fe_09_failures_are_remembered_for_half_a_minute() {
        let fresh = Remembered {
            found: None,
            failure: Some(unreachable(FAILURE_MAX_AGE - 1)),
        };
        assert!(matches!(
            fresh.answer(Freshness::ForReading, NOW),
            Some(Err(_))
        ));
        let old = Remembered {
            found: None,
            failure: Some(unreachable(FAILURE_MAX_AGE)),
        };
        assert_eq!(old.answer(Freshness::ForReading, NOW), None);
    }

    #[test]
    fn id_10_a_stale_handle_is_not_shown_after_a_day() {
        let handle_at = |age| {
            let remembered = Remembered {
                found: Some(found(age)),
                failure: Some(unreachable(0)),
            };
            remembered
                .answer(Freshness::ForReading, NOW)
                .unwrap()
                .unwrap()
                .handle
                .clone()
        };
        assert!(handle_at(HANDLE_MAX_AGE - 1).is_some());
        assert_eq!(handle_at(HANDLE_MAX_AGE), None);
    }
}
