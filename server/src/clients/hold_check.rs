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

/// What was found where a step works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The address that is looked at.
    Address(Url),
    /// The address that the DID leads to.
    Endpoint(Url),
    /// Something answers, and says that it runs this version.
    Version(String),
    /// The DID document is of this DID, and leads here.
    Document(Did),
    /// It has the repo of this DID.
    Repo(Did),
    /// The captain record.
    Captain(Captain),
}

/// What a captain record says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Captain {
    /// Who the captain is.
    pub owner: Did,
    /// Everybody may read.
    #[serde(default)]
    pub public: bool,
    /// Everybody who is signed in may join.
    #[serde(default)]
    pub allow_all_crew: bool,
}

/// Why a step fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// What was typed begins as a DID does, and is none.
    NoDid,
    /// The DID leads to no hold.
    NoEndpoint,
    /// What was typed is no address.
    NoAddress,
    /// The address is not one of https.
    NoHttps,
    /// By our own rules, nothing is fetched from there.
    Refused {
        /// From where.
        origin: Url,
    },
    /// Something answers, and not as a hold does.
    Status {
        /// Where.
        origin: Url,
        /// The HTTP status.
        status: u16,
    },
    /// Nothing answered in time.
    Timeout {
        /// Where.
        origin: Url,
    },
    /// Nothing is reached.
    Unreachable {
        /// Where.
        origin: Url,
    },
    /// The DID document is not to be had.
    NoDocument {
        /// Where it should be.
        address: Url,
        /// What came.
        instead: Instead,
    },
    /// The DID document says of nobody that it is theirs.
    DocumentWithoutId,
    /// The DID document names no hold.
    DocumentWithoutHold,
    /// The hold of the DID document answers elsewhere.
    DocumentElsewhere {
        /// Where.
        endpoint: Url,
        /// Where it was looked for.
        origin: Url,
    },
    /// It does not say whose repo it has.
    NoRepo {
        /// What came.
        instead: Instead,
    },
    /// It has the repo of somebody else.
    OtherRepo {
        /// The DID of its document.
        did: Did,
        /// That of its repo.
        other: Did,
    },
    /// The captain record is not to be had.
    NoCaptain {
        /// What came.
        instead: Instead,
    },
}

/// What came instead of an answer, and none of a stranger's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// An HTTP status.
    Status(u16),
    /// Nothing that can be read; this is why.
    Failure(String),
}

/// What was found of a hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldCheck {
    /// The steps until the first that fails.
    pub findings: Vec<(Step, Result<Found, Problem>)>,
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
    value: Captain,
}

/// Why the looking ended.
struct Failed;

/// Where a DID document is, at the host of a did:web.
const DID_DOCUMENT: &str = "/.well-known/did.json";

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
        Err(error) => return fail(check, Step::Health, unreachable(origin, &error)),
    };
    let version: String = health
        .version
        .unwrap_or_default()
        .chars()
        .take(40)
        .collect();
    works(check, Step::Health, Found::Version(version));
    let document: Value = match get(holds, &origin, DID_DOCUMENT, &[]).await {
        Ok(document) => document,
        Err(error) => {
            let mut address = origin.clone();
            address.set_path(DID_DOCUMENT);
            let instead = instead(&error);
            let problem = Problem::NoDocument { address, instead };
            return fail(check, Step::DidDocument, problem);
        }
    };
    let did = check_document(&document, &origin, check)?;
    check.did = Some(did.clone());
    let path = "/xrpc/com.atproto.server.describeServer";
    let described: Result<Described, _> = get(holds, &origin, path, &[]).await;
    match described {
        Ok(described) if described.did == did => {
            works(check, Step::Repo, Found::Repo(did.clone()));
        }
        Ok(described) => {
            let other = described.did;
            return fail(check, Step::Repo, Problem::OtherRepo { did, other });
        }
        Err(error) => {
            let instead = instead(&error);
            return fail(check, Step::Repo, Problem::NoRepo { instead });
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
            works(check, Step::Captain, Found::Captain(captain.value));
            Ok(())
        }
        Err(error) => {
            let instead = instead(&error);
            fail(check, Step::Captain, Problem::NoCaptain { instead })
        }
    }
}

/// The origin that an address or a DID leads to.
async fn find_origin(holds: &Holds, typed: &str, check: &mut HoldCheck) -> Result<Url, Failed> {
    if typed.starts_with("did:") {
        let Ok(did) = typed.parse::<Did>() else {
            return fail(check, Step::Address, Problem::NoDid);
        };
        return if let Ok(origin) = holds.find_endpoint(&did).await {
            works(check, Step::Address, Found::Endpoint(origin.clone()));
            Ok(origin)
        } else {
            fail(check, Step::Address, Problem::NoEndpoint)
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
        return fail(check, Step::Address, Problem::NoAddress);
    };
    if origin.scheme() != "https" && !is_development {
        return fail(check, Step::Address, Problem::NoHttps);
    }
    origin.set_path("/");
    origin.set_query(None);
    origin.set_fragment(None);
    works(check, Step::Address, Found::Address(origin.clone()));
    Ok(origin)
}

/// The DID that a document is of, when it is a hold's and leads here.
fn check_document(document: &Value, origin: &Url, check: &mut HoldCheck) -> Result<Did, Failed> {
    let id = document["id"].as_str().unwrap_or_default();
    let Ok(did) = id.parse::<Did>() else {
        return fail(check, Step::DidDocument, Problem::DocumentWithoutId);
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
            works(check, Step::DidDocument, Found::Document(did.clone()));
            Ok(did)
        }
        Some(endpoint) => {
            let origin = origin.clone();
            let problem = Problem::DocumentElsewhere { endpoint, origin };
            fail(check, Step::DidDocument, problem)
        }
        None => fail(check, Step::DidDocument, Problem::DocumentWithoutHold),
    }
}

fn works(check: &mut HoldCheck, step: Step, found: Found) {
    check.findings.push((step, Ok(found)));
}

fn fail<T>(check: &mut HoldCheck, step: Step, problem: Problem) -> Result<T, Failed> {
    check.findings.push((step, Err(problem)));
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

/// Why nothing answers as a hold does.
fn unreachable(origin: Url, error: &OutboundError) -> Problem {
    match (error, error.status()) {
        (OutboundError::Refused { .. }, _) => Problem::Refused { origin },
        (_, Some(status)) => Problem::Status { origin, status },
        (OutboundError::Timeout, _) => Problem::Timeout { origin },
        _ => Problem::Unreachable { origin },
    }
}

fn instead(error: &OutboundError) -> Instead {
    match error.status() {
        Some(status) => Instead::Status(status),
        None => Instead::Failure(error.to_string()),
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
