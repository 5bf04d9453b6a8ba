//! What the guide says of each step of looking at a hold.

use app::api::hold::set_up::{CheckOutcome, CheckStep};
use app::t;

use crate::clients::hold_check::{Captain, Found, HoldCheck, Instead, Problem, Step};

/// Every step, those too that were not come to.
pub(super) fn steps(check: &HoldCheck) -> Vec<CheckStep> {
    let view = |step| {
        let finding = check.findings.iter().find(|(done, _)| *done == step);
        let (outcome, words) = match finding.map(|(_, finding)| finding) {
            Some(Ok(found)) => (CheckOutcome::Works, words_of(found)),
            Some(Err(problem)) => (CheckOutcome::Fails, advice_on(problem)),
            None => (
                CheckOutcome::Skipped,
                t!("set-up-check-skipped-why").to_owned(),
            ),
        };
        CheckStep {
            what: name_of(step),
            outcome,
            words,
        }
    };
    Step::ALL.into_iter().map(view).collect()
}

fn name_of(step: Step) -> &'static str {
    match step {
        Step::Address => t!("set-up-check-address"),
        Step::Health => t!("set-up-check-health"),
        Step::DidDocument => t!("set-up-check-document"),
        Step::Repo => t!("set-up-check-repo"),
        Step::Captain => t!("set-up-check-captain"),
    }
}

fn words_of(found: &Found) -> String {
    match found {
        Found::Address(origin) => t!("set-up-check-address-is", origin = origin.to_string()),
        Found::Endpoint(origin) => t!("set-up-check-did-leads", origin = origin.to_string()),
        Found::Version(version) => t!("set-up-check-answers", version = version.clone()),
        Found::Document(did) => t!("set-up-check-document-is", did = did.to_string()),
        Found::Repo(did) => t!("set-up-check-repo-is", did = did.to_string()),
        Found::Captain(captain) => words_of_captain(captain),
    }
}

fn words_of_captain(captain: &Captain) -> String {
    let owner = captain.owner.to_string();
    match (captain.public, captain.allow_all_crew) {
        (true, true) => t!("set-up-check-captain-public-open", captain = owner),
        (true, false) => t!("set-up-check-captain-public", captain = owner),
        (false, true) => t!("set-up-check-captain-open", captain = owner),
        (false, false) => t!("set-up-check-captain-closed", captain = owner),
    }
}

/// What is wrong, and what to do.
fn advice_on(problem: &Problem) -> String {
    match problem {
        Problem::NoDid => t!("set-up-check-no-did").to_owned(),
        Problem::NoEndpoint => t!("set-up-check-no-endpoint").to_owned(),
        Problem::NoAddress => t!("set-up-check-no-address").to_owned(),
        Problem::NoHttps => t!("set-up-check-no-https").to_owned(),
        Problem::Refused { origin } => t!("set-up-check-refused", origin = origin.to_string()),
        Problem::Status { origin, status } => t!(
            "set-up-check-status",
            origin = origin.to_string(),
            status = status.to_string()
        ),
        Problem::Timeout { origin } => t!("set-up-check-timeout", origin = origin.to_string()),
        Problem::Unreachable { origin } => {
            t!("set-up-check-unreachable", origin = origin.to_string())
        }
        Problem::NoDocument { address, instead } => match instead {
            Instead::Status(status) => t!(
                "set-up-check-document-status",
                address = address.to_string(),
                status = status.to_string()
            ),
            Instead::Failure(why) => t!(
                "set-up-check-document-failure",
                address = address.to_string(),
                why = why.clone()
            ),
        },
        Problem::DocumentWithoutId => t!("set-up-check-document-no-id").to_owned(),
        Problem::DocumentWithoutHold => t!("set-up-check-document-no-hold").to_owned(),
        Problem::DocumentElsewhere { endpoint, origin } => t!(
            "set-up-check-document-elsewhere",
            endpoint = endpoint.to_string(),
            origin = origin.to_string()
        ),
        Problem::NoRepo { instead } => match instead {
            Instead::Status(status) => {
                t!("set-up-check-repo-status", status = status.to_string())
            }
            Instead::Failure(why) => t!("set-up-check-repo-failure", why = why.clone()),
        },
        Problem::OtherRepo { did, other } => t!(
            "set-up-check-repo-other",
            did = did.to_string(),
            other = other.to_string()
        ),
        Problem::NoCaptain { instead } => match instead {
            Instead::Status(status) => {
                t!("set-up-check-captain-status", status = status.to_string())
            }
            Instead::Failure(why) => t!("set-up-check-captain-failure", why = why.clone()),
        },
    }
}
