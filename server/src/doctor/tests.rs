//! The checks together, against a made-up network.

use std::sync::Arc;

use atproto::syntax::AtIdentifier;
use chrono::{TimeDelta, TimeZone as _, Utc};
use url::Url;

use super::*;
use crate::config::Environment;

/// A network where every server answers alike.
struct Network(Answer);

#[async_trait::async_trait]
impl Outside for Network {
    async fn get(&self, _: Url) -> Result<Answer, OutsideError> {
        Ok(self.0.clone())
    }

    async fn find_pds(&self, _: &AtIdentifier) -> Result<Url, OutsideError> {
        Ok("https://pds.example".parse()?)
    }
}

/// Examines a server that was never started, while every other clock is `skew` behind ours.
async fn examine_with(status: u16, skew: TimeDelta) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let environment = Environment::from_pairs([
        ("LONGSHORE_DATA_DIR", folder.path().to_str().unwrap()),
        ("LONGSHORE_LISTEN", "127.0.0.1:0"),
        ("LONGSHORE_PUBLIC_URL", "https://registry.example"),
        ("HOLD_OWNER", "alice.example"),
    ]);
    let now = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap();
    let answer = Answer {
        status,
        date: Some(now - skew),
    };
    examine(Patient {
        config: Config::from_environment(&environment).unwrap(),
        clock: Clock::fixed(now),
        blob_store: Box::pin(async { Ok(()) }),
        outside: Ok(Arc::new(Network(answer))),
    })
    .await
}

fn outcome(report: &Report, name: &str) -> Outcome {
    let check = report.checks.iter().find(|check| check.name == name);
    check
        .unwrap_or_else(|| panic!("no check {name:?} in {report:?}"))
        .outcome
}

#[tokio::test]
async fn a_server_that_was_never_started_has_no_failures() {
    let report = examine_with(200, TimeDelta::zero()).await;
    assert!(
        report
            .checks
            .iter()
            .all(|check| check.outcome != Outcome::Failure || check.name == "disk space")
    );
    assert_eq!(outcome(&report, "database"), Outcome::Ok);
    assert_eq!(outcome(&report, "owner's PDS"), Outcome::Ok);
    assert_eq!(outcome(&report, "public URL"), Outcome::Warning);
    assert_eq!(outcome(&report, "hold's domain"), Outcome::Warning);
}

#[tokio::test]
async fn a_network_out_of_order_and_a_wrong_clock_are_failures() {
    let report = examine_with(503, TimeDelta::zero()).await;
    assert!(!report.ok);
    assert_eq!(outcome(&report, "PLC directory"), Outcome::Failure);
    assert_eq!(outcome(&report, "owner's PDS"), Outcome::Failure);
    let report = examine_with(200, TimeDelta::minutes(2)).await;
    assert_eq!(outcome(&report, "clock"), Outcome::Failure);
}
