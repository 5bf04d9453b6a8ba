//! The directory of the open network: PLC, did:web, DNS and well-known files.

use std::net::SocketAddr;

use atproto::identity::{DidDocument, DidDocumentError};
use atproto::syntax::{Did, Handle};
use url::Url;

use super::{Directory, IdentityError};
use crate::clients::handle_txt::{HandleTxt, TxtAnswer};
use crate::clients::outbound::{FetchLimits, OutboundClient, OutboundError, OutboundSetupError};
use crate::clients::plc_directory::PlcDirectory;

/// Where the network is. Read from the configuration at start.
#[derive(Debug, Clone)]
pub struct NetworkDirectorySetup {
    /// The PLC directory, such as `https://plc.directory`.
    pub plc_url: Url,
    /// Servers that answer `com.atproto.identity.resolveHandle`. Used in development only, before DNS.
    pub handle_resolver_urls: Vec<Url>,
    /// The name server to ask for handles; without it those of the machine.
    pub name_server: Option<SocketAddr>,
}

/// Asks the network. Holds no answers.
pub struct NetworkDirectory {
    outbound: OutboundClient,
    plc: PlcDirectory,
    txt: HandleTxt,
    handle_resolver_urls: Vec<Url>,
}

impl NetworkDirectory {
    /// Sets the directory up. Opens no connection.
    pub fn new(
        outbound: OutboundClient,
        setup: &NetworkDirectorySetup,
    ) -> Result<Self, OutboundSetupError> {
        Ok(Self {
            plc: PlcDirectory::new(outbound.clone(), setup.plc_url.clone()),
            txt: HandleTxt::new(setup.name_server).map_err(OutboundSetupError::NameServers)?,
            handle_resolver_urls: setup.handle_resolver_urls.clone(),
            outbound,
        })
    }

    async fn fetch_web_document(&self, did: &Did) -> Result<Option<DidDocument>, IdentityError> {
        let not_allowed = || IdentityError::NotAllowed {
            name: did.to_string(),
        };
        let host = did.web_host().ok_or_else(not_allowed)?;
        // A `did:web` on localhost is spoken to in plain HTTP, as the reference does.
        let is_localhost = host == "localhost" || host.starts_with("localhost:");
        let scheme = if is_localhost { "http" } else { "https" };
        let url = Url::parse(&format!("{scheme}://{host}/.well-known/did.json"))
            .map_err(|_| not_allowed())?;
        match self
            .outbound
            .get_bytes(url, &FetchLimits::DID_DOCUMENT)
            .await
        {
            Ok(body) => read_document(&body, did).map(Some),
            Err(error) if matches!(error.status(), Some(404 | 410)) => Ok(None),
            Err(error) => Err(document_error(did, &host, &error)),
        }
    }

    /// Asks the configured resolvers of a development network, in their order.
    async fn ask_resolvers(&self, handle: &Handle) -> Result<Option<Did>, IdentityError> {
        let mut outcome = Ok(None);
        for base in &self.handle_resolver_urls {
            match ask_resolver(&self.outbound, base, handle).await {
                Ok(Some(did)) => return Ok(Some(did)),
                Ok(None) => {}
                Err(error) => outcome = Err(error),
            }
        }
        outcome
    }

    async fn ask_well_known(&self, handle: &Handle) -> Result<Option<Did>, IdentityError> {
        let Ok(url) = Url::parse(&format!("https://{handle}/.well-known/atproto-did")) else {
            return Ok(None);
        };
        match self.outbound.get_text(url, &FetchLimits::HANDLE).await {
            // Many hosts answer any path with a page; that is no answer.
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(error) if error.is_transient() => {
                tracing::debug!(identity.handle = %handle, error = ?error, "a handle's host failed");
                Err(IdentityError::Unreachable {
                    what: format!("the host of the handle {handle}"),
                })
            }
            Err(_) => Ok(None),
        }
    }
}

#[async_trait::async_trait]
impl Directory for NetworkDirectory {
    async fn fetch_document(&self, did: &Did) -> Result<Option<DidDocument>, IdentityError> {
        if !did.is_supported(self.outbound.is_development()) {
            return Err(IdentityError::NotAllowed {
                name: did.to_string(),
            });
        }
        match did.method() {
            "web" => self.fetch_web_document(did).await,
            _ => match self.plc.fetch_document(did).await {
                Ok(Some(body)) => read_document(&body, did).map(Some),
                Ok(None) => Ok(None),
                Err(error) => Err(document_error(did, "the PLC directory", &error)),
            },
        }
    }

    async fn resolve_handle(&self, handle: &Handle) -> Result<Option<Did>, IdentityError> {
        let development = self.outbound.is_development();
        if !handle.is_resolvable(development) {
            return Err(IdentityError::NotAllowed {
                name: handle.to_string(),
            });
        }
        if development && !self.handle_resolver_urls.is_empty() {
            let answer = self.ask_resolvers(handle).await;
            let is_test = handle.as_str().rsplit('.').next() == Some("test");
            if is_test || matches!(answer, Ok(Some(_))) {
                return answer;
            }
        }
        // TXT wins wherever there is one, so a TXT look-up that failed decides nothing: going on to the
        // well-known file would let whoever can block DNS choose the answer (ID-09).
        match self.txt.look_up(handle).await? {
            TxtAnswer::Did(did) => Ok(Some(did)),
            TxtAnswer::Several => Err(IdentityError::HandleAmbiguous {
                handle: handle.clone(),
            }),
            TxtAnswer::Unusable => Ok(None),
            TxtAnswer::Absent => self.ask_well_known(handle).await,
        }
    }
}

#[derive(serde::Deserialize)]
struct ResolvedHandle {
    did: Did,
}

async fn ask_resolver(
    outbound: &OutboundClient,
    base: &Url,
    handle: &Handle,
) -> Result<Option<Did>, IdentityError> {
    let mut url = base.clone();
    url.set_path("/xrpc/com.atproto.identity.resolveHandle");
    url.query_pairs_mut()
        .clear()
        .append_pair("handle", handle.as_str());
    match outbound.get_bytes(url, &FetchLimits::DIRECTORY).await {
        Ok(body) => {
            let answer: Option<ResolvedHandle> = serde_json::from_slice(&body).ok();
            Ok(answer.map(|answer| answer.did))
        }
        Err(OutboundError::Status {
            status: 400 | 404, ..
        }) => Ok(None),
        Err(error) => {
            tracing::warn!(error = ?error, "the handle resolver failed");
            Err(IdentityError::Unreachable {
                what: "the handle resolver".to_owned(),
            })
        }
    }
}

fn read_document(body: &[u8], did: &Did) -> Result<DidDocument, IdentityError> {
    DidDocument::parse(body, did).map_err(|error| {
        let reason = match error {
            DidDocumentError::Malformed(_) => "it is not a JSON object",
            DidDocumentError::WrongDid => "it is the document of another DID",
        };
        IdentityError::DocumentInvalid {
            did: did.clone(),
            reason,
        }
    })
}

fn document_error(did: &Did, what: &str, error: &OutboundError) -> IdentityError {
    tracing::debug!(account.did = %did, error = ?error, "a DID document could not be fetched");
    let reason = match error {
        OutboundError::Refused { .. } => "its host is not public",
        OutboundError::TooLarge { .. } => "it is too large",
        OutboundError::InvalidBody => "it is not a JSON object",
        OutboundError::Timeout
        | OutboundError::Connect(_)
        | OutboundError::NoSuchHost
        | OutboundError::Status { .. } => {
            return IdentityError::Unreachable {
                what: what.to_owned(),
            };
        }
    };
    IdentityError::DocumentInvalid {
        did: did.clone(),
        reason,
    }
}

#[cfg(test)]
#[path = "network_directory_tests.rs"]
mod tests;
