//! What the pages share with which those who run a hold look after it.

use app::api::hold::upkeep::Said;
use app::t;
use chrono::TimeDelta;

use super::{HoldPages, Opened};
use crate::clients::hold::{HoldError, HoldUser};
use crate::clients::hold_admin::HoldAdminError;
use crate::handlers::web::sentence;
use crate::hold::Actor;

impl Opened {
    /// Whoever looks, as the hold hears from them. Somebody who administers is signed in.
    pub(super) fn administrator(&self) -> Option<&HoldUser> {
        self.user.as_ref()
    }
}

/// What a hold said, or why it did not.
pub(super) fn said<T>(answer: Result<T, HoldAdminError>) -> Said<T> {
    let nothing = |reason: &str| Said::Nothing {
        reason: reason.to_owned(),
    };
    match answer {
        Ok(answer) => Said::This(answer),
        Err(HoldAdminError::NotOffered { method, .. }) => Said::NotOffered {
            method: method.to_owned(),
        },
        Err(HoldAdminError::Hold(error)) => match error {
            HoldError::Unreachable { .. } => nothing(t!("upkeep-unreachable")),
            HoldError::NotVouched { .. } => nothing(t!("upkeep-not-vouched")),
            error @ (HoldError::Denied { .. }
            | HoldError::Invalid { .. }
            | HoldError::NotFound { .. }) => Said::Nothing {
                reason: sentence(&error.to_string()),
            },
            error => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a page of a hold could not be made"
                );
                nothing(t!("upkeep-failed"))
            }
        },
    }
}

impl HoldPages {
    /// Who did something, in words.
    pub(super) async fn name_of(&self, actor: &str) -> String {
        match Actor::read(actor) {
            Actor::Person(did) => self.named(&did).await.name().to_owned(),
            Actor::Operator => t!("space-by-operator").to_owned(),
            Actor::Hold => t!("space-by-schedule").to_owned(),
        }
    }
}

/// How long something took or takes: `3 minutes`.
pub(super) fn span(millis: i64) -> String {
    let span = TimeDelta::milliseconds(millis.max(0));
    match span {
        span if span.num_days() >= 2 => t!("count-days", count = span.num_days()),
        span if span.num_hours() >= 2 => t!("count-hours", count = span.num_hours()),
        span if span.num_minutes() >= 2 => t!("count-minutes", count = span.num_minutes()),
        span if span.num_seconds() >= 1 => t!("space-seconds", count = span.num_seconds()),
        _ => t!("space-no-second").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_are_told_in_one_unit() {
        for (millis, text) in [
            (3, "under a second"),
            (1_000, "1 second"),
            (90_000, "90 seconds"),
            (3_600_000, "60 minutes"),
            (7_200_000, "2 hours"),
            (86_400_000 * 3, "3 days"),
        ] {
            assert_eq!(span(millis), text);
        }
    }
}
