//! Looks at a hold from outside, step by step, as registries of the network would: for whoever has just set one up.

use atproto::syntax::Did;
use lexicon::nsid;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::holds::Holds;
use super::outbound::{FetchLimits, OutboundError, OutboundRequest};

/// What is looked at, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The address, or where the DID leads.
    Address,
    /// That something answers there.
    Health,
    /// The DID document.
    DidDocument,
    /// That it has a repo of that DID.
    Repo,
    /// The captain record.
    Captain,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 5] = [
        Self::Address,
        Self::Health,
        Self::DidDocument,
        Self::Repo,
        Self::Captain,
    ];
}

/// How a step went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It works; this was found.
    Works(String),
    /// It works; this is to be known.
    Careful(String),
    /// It does not; this is to be done.
    Fails(String),
}

/// What was found of a hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldCheck {
    /// The steps until the first that fails.
    pub findings: Vec<(Step, Finding)>,
    /// The hold's DID, where it has one.
    pub did: Option<Did>,
}

#[derive(Deserialize)]
struct Health {
    version: Option<String>,
}

#[derive(Deserialize)]
struct Described {
    did: Did,
}

#[derive(Deserialize)]
struct CaptainRecord {
    value: CaptainValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CaptainValue {
    owner: Did,
    #[serde(default)]
    public: bool,
    #[serde(default)]
    allow_all_crew: bool,
}

/// Why the looking ended.
struct Failed;

/// Looks at the hold that `typed` names: an address, a host or a DID.
pub async fn check_hold(holds: &Holds, typed: &str) -> HoldCheck {
    let mut check = HoldCheck::default();
    // What failed is among the findings.
    let _ = look(holds, typed.trim(), &mut check).await;
    check
}

async fn look(holds: &Holds, typed: &str, check: &mut HoldCheck) -> Result<(), Failed> {
    let origin = find_origin(holds, typed, check).await?;
    let health: Health = match get(holds, &origin, "/xrpc/_health", &[]).await {
        Ok(health) => health,
        Err(error) => return fail(check, Step::Health, unreachable(&origin, &error)),
    };
    let version: String = health
        .version
        .unwrap_or_default()
        .chars()
        .take(40)
        .collect();
    works(
        check,
        Step::Health,
        format!("It answers, and says that it runs {version}."),
    );
    let document: Value = match get(holds, &origin, "/.well-known/did.json", &[]).await {
        Ok(document) => document,
        Err(error) => {
            let todo = format!(
                "{origin}.well-known/did.json {}: the proxy must pass every path on to the hold, this one included.",
                answer(&error)
            );
            return fail(check, Step::DidDocument, todo);
        }
    };
    let did = check_document(&document, &origin, check)?;
    check.did = Some(did.clone());
    let path = "/xrpc/com.atproto.server.describeServer";
    let described: Result<Described, _> = get(holds, &origin, path, &[]).await;
    match described {
        Ok(described) if described.did == did => {
            works(check, Step::Repo, format!("It has the repo of {did}."));
        }
        Ok(described) => {
            let todo = format!(
                "Its document says {did}, but its repo is that of {}: its database is that of another hold, or HOLD_PUBLIC_URL was changed. Set it back, or start with an empty database.",
                described.did
            );
            return fail(check, Step::Repo, todo);
        }
        Err(error) => {
            let todo = format!(
                "com.atproto.server.describeServer {}: look into the log of the hold.",
                answer(&error)
            );
            return fail(check, Step::Repo, todo);
        }
    }
    let parameters = [
        ("repo", did.as_str()),
        ("collection", nsid::HOLD_CAPTAIN),
        ("rkey", "self"),
    ];
    let captain: Result<CaptainRecord, _> = get(
        holds,
        &origin,
        "/xrpc/com.atproto.repo.getRecord",
        &parameters,
    )
    .await;
    match captain {
        Ok(captain) => {
            works(check, Step::Captain, describe_captain(&captain.value));
            Ok(())
        }
        Err(error) => {
            let todo = format!(
                "Its captain record {}: set HOLD_OWNER to your handle or DID, and start the hold again.",
                answer(&error)
            );
            fail(check, Step::Captain, todo)
        }
    }
}

/// The origin that an address or a DID leads to.
async fn find_origin(holds: &Holds, typed: &str, check: &mut HoldCheck) -> Result<Url, Failed> {
    if typed.starts_with("did:") {
        let Ok(did) = typed.parse::<Did>() else {
            return fail(
                check,
                Step::Address,
                "This is no DID. Type the address of the hold instead.".to_owned(),
            );
        };
        return if let Ok(origin) = holds.find_endpoint(&did).await {
            works(check, Step::Address, format!("The DID leads to {origin}."));
            Ok(origin)
        } else {
            let todo = "The DID leads nowhere: its document cannot be fetched, or names no hold (a service #atcr_hold). For a did:web, check that its domain points to the machine and that the certificate is good.";
            fail(check, Step::Address, todo.to_owned())
        };
    }
    let is_development = holds.outbound().is_development();
    let spelled = if typed.contains("://") {
        typed.to_owned()
    } else {
        format!("https://{typed}")
    };
    let origin = Url::parse(&spelled).ok().filter(url::Url::has_host);
    let Some(mut origin) = origin else {
        return fail(
            check,
            Step::Address,
            "This is no address. Type one such as hold.example.com.".to_owned(),
        );
    };
    if origin.scheme() != "https" && !is_development {
        return fail(
            check,
            Step::Address,
            "A hold needs https: clients and registries refuse anything else. Put a reverse proxy with a certificate before it.".to_owned(),
        );
    }
    origin.set_path("/");
    origin.set_query(None);
    origin.set_fragment(None);
    works(check, Step::Address, format!("Looking at {origin}"));
    Ok(origin)
}

/// The DID that a document is of, when it is a hold's and leads here.
fn check_document(document: &Value, origin: &Url, check: &mut HoldCheck) -> Result<Did, Failed> {
    let id = document["id"].as_str().unwrap_or_default();
    let Ok(did) = id.parse::<Did>() else {
        let todo = "Its DID document has no id: something else answers at this address. Check where the proxy leads.";
        return fail(check, Step::DidDocument, todo.to_owned());
    };
    let services = document["service"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let endpoint = services
        .iter()
        .find(|service| {
            service["id"]
                .as_str()
                .is_some_and(|id| id.ends_with("#atcr_hold"))
        })
        .and_then(|service| service["serviceEndpoint"].as_str())
        .and_then(|endpoint| Url::parse(endpoint).ok());
    match endpoint {
        Some(endpoint) if endpoint.origin() == origin.origin() => {
            works(
                check,
                Step::DidDocument,
                format!("It is {did}, and leads here."),
            );
            Ok(did)
        }
        Some(endpoint) => {
            let todo = format!(
                "Its DID document leads to {endpoint} and not here: set HOLD_PUBLIC_URL to {origin} and start the hold again, or check the other address."
            );
            fail(check, Step::DidDocument, todo)
        }
        None => {
            let todo = "Its DID document names no hold (a service #atcr_hold): is `hold` among LONGSHORE_ROLES?";
            fail(check, Step::DidDocument, todo.to_owned())
        }
    }
}

fn describe_captain(captain: &CaptainValue) -> String {
    let reading = if captain.public {
        "everybody may pull"
    } else {
        "only its crew may pull"
    };
    let joining = if captain.allow_all_crew {
        "everybody who signs in may join"
    } else {
        "the crew is invited"
    };
    format!(
        "Its captain is {}; {reading}, and {joining}.",
        captain.owner
    )
}

fn works(check: &mut HoldCheck, step: Step, found: String) {
    check.findings.push((step, Finding::Works(found)));
}

fn fail<T>(check: &mut HoldCheck, step: Step, todo: String) -> Result<T, Failed> {
    check.findings.push((step, Finding::Fails(todo)));
    Err(Failed)
}

async fn get<T: serde::de::DeserializeOwned>(
    holds: &Holds,
    origin: &Url,
    path: &str,
    parameters: &[(&str, &str)],
) -> Result<T, OutboundError> {
    let mut url = origin.clone();
    url.set_path(path);
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    let request = OutboundRequest::get(url);
    holds
        .outbound()
        .send_for_json(request, &FetchLimits::HOLD_CALL)
        .await
}

/// Why nothing answers, and what to do.
fn unreachable(origin: &Url, error: &OutboundError) -> String {
    match error {
        OutboundError::Refused { .. } => format!(
            "{origin} is not fetched from here: it has no public name, or leads to an address inside a network. Other registries would not reach it either."
        ),
        error if error.status().is_some() => format!(
            "Something answers at {origin}, but {}: check that the proxy leads to the hold, and that it runs.",
            answer(error)
        ),
        OutboundError::Timeout => format!(
            "{origin} did not answer in time: is the hold running, and does the firewall let port 443 in?"
        ),
        _ => format!(
            "{origin} cannot be reached: check that the domain points to the machine, that the port is open and that the certificate is good."
        ),
    }
}

/// What came instead of an answer, and none of a stranger's words.
fn answer(error: &OutboundError) -> String {
    match error.status() {
        Some(status) => format!("is answered with status {status}"),
        None => format!("is not to be had ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_must_be_a_holds_and_lead_here() {
        let origin: Url = "https://hold.example/".parse().unwrap();
        let document = |endpoint: &str, service: &str| {
            json!({
                "id": "did:web:hold.example",
                "service": [{ "id": service, "type": "AtcrHoldService", "serviceEndpoint": endpoint }],
            })
        };
        let found = |document: &Value| {
            let mut check = HoldCheck::default();
            check_document(document, &origin, &mut check).is_ok()
        };
        assert!(found(&document("https://hold.example", "#atcr_hold")));
        assert!(found(&document(
            "https://hold.example:443/",
            "did:web:hold.example#atcr_hold"
        )));
        assert!(!found(&document("https://other.example", "#atcr_hold")));
        assert!(!found(&document("https://hold.example", "#atproto_pds")));
        assert!(!found(&json!({ "hello": "world" })));
    }
}
