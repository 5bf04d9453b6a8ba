//! What lies beyond the machine: the PLC directory, the owner's PDS, the time, and ourselves as others
//! see us.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::listener::Listening;
use super::{Answer, Check, Outside, OutsideError, chain};
use crate::clock::Clock;
use crate::config::{Config, HoldConfig};

/// Beyond this, tokens of others may look too old or too young.
const SKEW_WARNING: TimeDelta = TimeDelta::seconds(5);
/// Beyond this they do.
const SKEW_FAILURE: TimeDelta = TimeDelta::seconds(60);

const PLC: &str = "PLC directory";
const PDS: &str = "owner's PDS";
const CLOCK: &str = "clock";
const PUBLIC_URL: &str = "public URL";
const HOLD_DOMAIN: &str = "hold's domain";

pub(super) async fn check(
    config: &Config,
    clock: &Clock,
    outside: Result<Arc<dyn Outside>, OutsideError>,
    listening: Listening,
) -> Vec<Check> {
    let outside = match &outside {
        Ok(outside) => outside.as_ref(),
        Err(error) => {
            let advice = "check LONGSHORE_EXTRA_CA_FILE, DNS_SERVER and the machine's name servers";
            return vec![Check::failure("network", chain(error.as_ref()), advice)];
        }
    };
    let mut skews = Skews {
        clock: clock.clone(),
        seen: Vec::new(),
    };
    let mut checks = vec![check_plc(config, outside, &mut skews).await];
    if let Some(hold) = &config.hold {
        checks.push(check_pds(hold, outside, &mut skews).await);
    }
    checks.push(check_skew(&skews.seen));
    checks.push(check_public_url(config, outside, listening).await);
    checks.extend(
        config
            .hold
            .as_ref()
            .and_then(|hold| check_hold_domain(config, hold)),
    );
    checks
}

/// How far the clocks of others are from ours.
struct Skews {
    clock: Clock,
    seen: Vec<TimeDelta>,
}

impl Skews {
    fn note(&mut self, date: Option<DateTime<Utc>>) {
        self.seen.extend(date.map(|date| self.clock.now() - date));
    }
}

async fn check_plc(config: &Config, outside: &dyn Outside, skews: &mut Skews) -> Check {
    let origin = &config.identity.plc_directory_url;
    let advice = "check the network, a firewall or proxy on the way, and PLC_DIRECTORY_URL; without it no did:plc \
                  account can sign in or be looked up";
    match outside.get(at(origin.url(), "/_health")).await {
        Ok(Answer { status, date }) if status < 500 => {
            skews.note(date);
            Check::ok(PLC, format!("{origin} answers"))
        }
        Ok(answer) => Check::failure(
            PLC,
            format!("{origin} answers with {}", answer.status),
            advice,
        ),
        Err(error) => Check::failure(PLC, format!("{origin}: {}", chain(error.as_ref())), advice),
    }
}

async fn check_pds(hold: &HoldConfig, outside: &dyn Outside, skews: &mut Skews) -> Check {
    let owner = &hold.owner;
    let pds = match outside.find_pds(owner).await {
        Ok(pds) => pds,
        Err(error) => {
            return Check::failure(
                PDS,
                format!("{owner}: {}", chain(error.as_ref())),
                "check HOLD_OWNER: a handle must point to a DID whose document names the handle and a PDS",
            );
        }
    };
    let advice = "wait for the PDS to come back, or ask whoever runs it; until then its accounts cannot push";
    let place = pds.as_str().trim_end_matches('/');
    match outside
        .get(at(&pds, "/xrpc/com.atproto.server.describeServer"))
        .await
    {
        Ok(Answer { status: 200, date }) => {
            skews.note(date);
            Check::ok(PDS, format!("{place} of {owner} answers"))
        }
        Ok(answer) => Check::failure(
            PDS,
            format!("{place} of {owner} answers with {}", answer.status),
            advice,
        ),
        Err(error) => Check::failure(
            PDS,
            format!("{place} of {owner}: {}", chain(error.as_ref())),
            advice,
        ),
    }
}

/// The smallest difference counts: one server elsewhere may be wrong, all of them are not.
fn check_skew(seen: &[TimeDelta]) -> Check {
    let advice = "switch on time synchronisation (timedatectl set-ntp true)";
    let Some(skew) = seen.iter().map(TimeDelta::abs).min() else {
        return Check::warning(CLOCK, "not compared: nobody told the time", advice);
    };
    let message = format!("{} s from the time of others", skew.num_seconds());
    if skew > SKEW_FAILURE {
        Check::failure(CLOCK, message, advice)
    } else if skew > SKEW_WARNING {
        Check::warning(CLOCK, message, advice)
    } else {
        Check::ok(CLOCK, message)
    }
}

async fn check_public_url(config: &Config, outside: &dyn Outside, listening: Listening) -> Check {
    let origin = &config.http.public_url;
    if origin.is_loopback() {
        let seen = format!("{origin} is on this machine");
        if config.server.development {
            return Check::ok(PUBLIC_URL, seen);
        }
        let advice = "fine to try things out; set LONGSHORE_PUBLIC_URL to an https origin so that others can push \
                      and pull";
        return Check::warning(PUBLIC_URL, seen, advice);
    }
    if listening != Listening::Ours {
        let seen = format!("{origin} was not asked, as the server does not run");
        return Check::warning(
            PUBLIC_URL,
            seen,
            "start the server and run `longshore doctor` again",
        );
    }
    judge_public_answer(
        &origin.to_string(),
        outside.get(at(origin.url(), "/v2/")).await,
    )
}

/// Any registry answers the version check with 200 or 401 (OCI distribution-spec end-1).
fn judge_public_answer(origin: &str, answer: Result<Answer, OutsideError>) -> Check {
    let advice = "check the name's DNS records, the certificate, and that the reverse proxy passes /v2/ to \
                  LONGSHORE_LISTEN";
    match answer {
        Ok(Answer {
            status: 200 | 401, ..
        }) => Check::ok(PUBLIC_URL, format!("{origin} answers")),
        Ok(answer) => Check::failure(
            PUBLIC_URL,
            format!("{origin}/v2/ answers with {}", answer.status),
            advice,
        ),
        Err(error) => Check::failure(
            PUBLIC_URL,
            format!("{origin}: {}", chain(error.as_ref())),
            advice,
        ),
    }
}

/// Blobs are other people's files: on the web app's own host a mistake could let one act as the app.
fn check_hold_domain(config: &Config, hold: &HoldConfig) -> Option<Check> {
    let origin = &config.http.public_url;
    let shared =
        !origin.is_loopback() && hold.public_url.url().host_str() == origin.url().host_str();
    shared.then(|| {
        Check::warning(
            HOLD_DOMAIN,
            format!("blobs and web app share {}", origin.authority()),
            "set HOLD_PUBLIC_URL to an origin on another domain before the hold has content: its DID is made from it",
        )
    })
}

fn at(origin: &Url, path: &str) -> Url {
    let mut url = origin.clone();
    url.set_path(path);
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;

    #[test]
    fn skew_is_judged_by_the_nearest_clock() {
        let outcome = |seconds: &[i64]| {
            check_skew(
                &seconds
                    .iter()
                    .copied()
                    .map(TimeDelta::seconds)
                    .collect::<Vec<_>>(),
            )
            .outcome
        };
        assert_eq!(outcome(&[-5]), Outcome::Ok);
        assert_eq!(outcome(&[-6]), Outcome::Warning);
        assert_eq!(outcome(&[61, -300]), Outcome::Failure);
        assert_eq!(outcome(&[3600, 1]), Outcome::Ok);
        assert_eq!(outcome(&[]), Outcome::Warning);
    }

    #[test]
    fn the_public_url_must_answer_like_a_registry() {
        let outcome = |status| {
            judge_public_answer(
                "https://registry.example",
                Ok(Answer { status, date: None }),
            )
            .outcome
        };
        assert_eq!(outcome(401), Outcome::Ok);
        assert_eq!(outcome(200), Outcome::Ok);
        assert_eq!(outcome(404), Outcome::Failure);
        assert_eq!(
            judge_public_answer("https://x", Err("no route".into())).outcome,
            Outcome::Failure
        );
    }
}
