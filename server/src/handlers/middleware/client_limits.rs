//! How often one client may begin what costs others something, or may guess.
//!
//! A limit is the address's and never the account's, so that nobody is locked out by a stranger who knows their name.

use std::sync::Arc;
use std::time::Duration;

use super::client_address::{ClientAddress, ClientNetwork};
use crate::clock::Clock;
use crate::config::LimitsConfig;
use crate::rate_limit::{RateLimit, TooOften};

/// All limits are for this long.
pub const WINDOW: Duration = Duration::from_mins(10);
/// Wrong logins from one address, as a multiple of those with one name: a household or an office has several people.
const NAMES_BEHIND_AN_ADDRESS: u32 = 5;

/// The limits of clients. Cheap to clone.
#[derive(Clone)]
pub struct ClientLimits {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    sign_ins: RateLimit<ClientNetwork>,
    device_logins: RateLimit<ClientNetwork>,
    user_codes: RateLimit<ClientNetwork>,
    wrong_logins: RateLimit<ClientNetwork>,
    wrong_logins_as: RateLimit<(ClientNetwork, String)>,
}

impl ClientLimits {
    /// With these settings.
    pub fn new(limits: &LimitsConfig, clock: Clock) -> Self {
        let by_address = |allowed| RateLimit::new(allowed, WINDOW);
        let inner = Inner {
            clock,
            sign_ins: by_address(limits.sign_ins),
            device_logins: by_address(limits.device_logins),
            user_codes: by_address(limits.device_logins),
            wrong_logins: by_address(limits.wrong_logins.saturating_mul(NAMES_BEHIND_AN_ADDRESS)),
            wrong_logins_as: RateLimit::new(limits.wrong_logins, WINDOW),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Counts a sign-in that begins (checklist OA-19).
    pub fn begin_sign_in(&self, client: ClientAddress) -> Result<(), TooOften> {
        self.take(&self.inner.sign_ins, client)
    }

    /// Counts a login of a device that begins (checklist DV-04).
    pub fn begin_device_login(&self, client: ClientAddress) -> Result<(), TooOften> {
        self.take(&self.inner.device_logins, client)
    }

    /// Counts a code of a device that somebody types (checklist DV-04).
    pub fn try_user_code(&self, client: ClientAddress) -> Result<(), TooOften> {
        self.take(&self.inner.user_codes, client)
    }

    /// Whether a password may be tried (checklist TK-22).
    pub fn may_log_in(&self, client: ClientAddress, name: &str) -> Result<(), TooOften> {
        let Some(network) = client.network() else {
            return Ok(());
        };
        let (inner, now) = (&self.inner, self.inner.clock.now_millis());
        inner.wrong_logins.check(&network, now)?;
        inner.wrong_logins_as.check(&known_as(network, name), now)
    }

    /// Counts wrong credentials (checklist TK-22).
    pub fn note_wrong_login(&self, client: ClientAddress, name: &str) -> Result<(), TooOften> {
        let Some(network) = client.network() else {
            return Ok(());
        };
        let (inner, now) = (&self.inner, self.inner.clock.now_millis());
        let with_name = inner.wrong_logins_as.take(&known_as(network, name), now);
        inner.wrong_logins.take(&network, now)?;
        with_name
    }

    fn take(
        &self,
        limit: &RateLimit<ClientNetwork>,
        client: ClientAddress,
    ) -> Result<(), TooOften> {
        match client.network() {
            Some(network) => limit.take(&network, self.inner.clock.now_millis()),
            None => Ok(()),
        }
    }
}

/// A name as it is typed, cut to the length of the longest handle.
fn known_as(network: ClientNetwork, name: &str) -> (ClientNetwork, String) {
    let name = name.chars().take(253).collect::<String>();
    (network, name.to_ascii_lowercase())
}
