//! Tickets for parts of uploads: URLs that carry the right to send one part for a while, as presigned URLs do.
//!
//! A service token lives for a minute, a large part takes longer; and what is sent becomes a blob only when the
//! upload is completed, which asks for the right again.

use std::time::Duration;

use atproto::crypto::SigningKey;
use atproto::syntax::Did;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::clock::Clock;

/// How long a ticket is good for.
const LIFETIME: Duration = Duration::from_hours(1);

/// Makes and checks tickets. Every replica has the hold's signing key, so each knows the tickets of the others.
pub(super) struct UploadTickets {
    key: SigningKey,
    clock: Clock,
}

impl UploadTickets {
    pub(super) fn new(key: SigningKey, clock: Clock) -> Self {
        Self { key, clock }
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
        // No commit or token begins like this, so the signature is good for nothing else; and it is not shown.
        let message = format!("upload ticket {upload} {uploader} {part} {expires_at}");
        hex::encode(Sha256::digest(self.key.sign(message.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_ticket_is_good_for_its_part_and_its_time() {
        let key = SigningKey::from_bytes(atproto::crypto::Curve::K256, &[5; 32]).unwrap();
        let clock = Clock::fixed(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let tickets = UploadTickets::new(key, clock.clone());
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
