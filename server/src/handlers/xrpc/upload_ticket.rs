//! Tickets for parts of uploads: URLs that carry the right to send one part for a while, as presigned URLs do.
//!
//! A service token lives for a minute, a large part takes longer; and what is sent becomes a blob only when the
//! upload is completed, which asks for the right again.

use std::time::Duration;

use atproto::syntax::Did;
use subtle::ConstantTimeEq as _;

use crate::clock::Clock;
use crate::secrets::Key;

/// How long a ticket is good for.
const LIFETIME: Duration = Duration::from_hours(1);

/// Makes and checks tickets.
pub(super) struct UploadTickets {
    key: Key,
    clock: Clock,
}

impl UploadTickets {
    pub(super) fn new(key: &Key, clock: Clock) -> Self {
        Self {
            key: key.for_purpose("upload tickets"),
            clock,
        }
    }

    /// When a ticket made now expires, in unix seconds, and the ticket.
    pub(super) fn issue(&self, upload: &str, uploader: &Did, part: u16) -> (i64, String) {
        let lifetime = i64::try_from(LIFETIME.as_secs()).unwrap_or(i64::MAX);
        let expires_at = self.clock.now().timestamp() + lifetime;
        (expires_at, self.ticket(upload, uploader, part, expires_at))
    }

    /// Whether a ticket is good for this part, now.
    pub(super) fn is_good(
        &self,
        ticket: &str,
        upload: &str,
        uploader: &Did,
        part: u16,
        expires_at: i64,
    ) -> bool {
        let expected = self.ticket(upload, uploader, part, expires_at);
        expires_at > self.clock.now().timestamp()
            && bool::from(expected.as_bytes().ct_eq(ticket.as_bytes()))
    }

    fn ticket(&self, upload: &str, uploader: &Did, part: u16, expires_at: i64) -> String {
        let message = format!("{upload} {uploader} {part} {expires_at}");
        hex::encode(self.key.authenticate(message.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_ticket_is_good_for_its_part_and_its_time() {
        let folder = tempfile::TempDir::new().unwrap();
        let key = crate::secrets::load_or_create_key(&folder.path().join("key"), 32).unwrap();
        let clock = Clock::fixed(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let tickets = UploadTickets::new(&key, clock.clone());
        let alice: Did = "did:plc:alice".parse().unwrap();
        let bob: Did = "did:plc:bob".parse().unwrap();
        let (expires_at, ticket) = tickets.issue("upload", &alice, 1);
        assert!(tickets.is_good(&ticket, "upload", &alice, 1, expires_at));
        assert!(!tickets.is_good(&ticket, "upload", &alice, 2, expires_at));
        assert!(!tickets.is_good(&ticket, "upload", &bob, 1, expires_at));
        assert!(!tickets.is_good(&ticket, "other", &alice, 1, expires_at));
        assert!(!tickets.is_good(&ticket, "upload", &alice, 1, expires_at + 1));
        assert!(!tickets.is_good("", "upload", &alice, 1, expires_at));
        clock.advance(TimeDelta::hours(1));
        assert!(!tickets.is_good(&ticket, "upload", &alice, 1, expires_at));
    }
}
