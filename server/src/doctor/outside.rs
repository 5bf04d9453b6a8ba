//! The network as the checks see it, through the same guarded client that serves requests.

use std::sync::Arc;

use atproto::identity::EndpointPolicy;
use atproto::syntax::{AtIdentifier, Did};
use chrono::{DateTime, Utc};
use url::Url;

use super::{Answer, Outside, OutsideError, Patient, Report, examine};
use crate::clients::outbound::{FetchLimits, OutboundClient};
use crate::clock::Clock;
use crate::config::Config;
use crate::identity::{Directory, IdentityError};
use crate::network::{self, NetworkError};
use crate::storage::open_blob_store;

/// The open network, or a development network.
pub struct NetworkOutside {
    outbound: OutboundClient,
    directory: Arc<dyn Directory>,
}

impl NetworkOutside {
    /// Goes out through `outbound` and looks accounts up in `directory`, past any cache.
    pub fn new(outbound: OutboundClient, directory: Arc<dyn Directory>) -> Self {
        Self {
            outbound,
            directory,
        }
    }

    async fn find_did(&self, account: &AtIdentifier) -> Result<Did, IdentityError> {
        match account {
            AtIdentifier::Did(did) => Ok(did.clone()),
            AtIdentifier::Handle(handle) => {
                let did = self.directory.resolve_handle(handle).await?;
                did.ok_or_else(|| IdentityError::HandleNotFound {
                    handle: handle.clone(),
                })
            }
        }
    }
}

#[async_trait::async_trait]
impl Outside for NetworkOutside {
    async fn get(&self, url: Url) -> Result<Answer, OutsideError> {
        let head = self.outbound.probe(url, &FetchLimits::DIRECTORY).await?;
        let date = head
            .date
            .and_then(|date| DateTime::parse_from_rfc2822(&date).ok());
        Ok(Answer {
            status: head.status,
            date: date.map(|date| date.with_timezone(&Utc)),
        })
    }

    async fn find_pds(&self, account: &AtIdentifier) -> Result<Url, OutsideError> {
        let did = self.find_did(account).await?;
        let document = self.directory.fetch_document(&did).await?;
        let document = document.ok_or_else(|| IdentityError::DidNotFound { did: did.clone() })?;
        if let AtIdentifier::Handle(handle) = account
            && document.handle().as_ref() != Some(handle)
        {
            let claimed = document.handle();
            return Err(IdentityError::HandleNotVerified {
                handle: handle.clone(),
                claimed,
            }
            .into());
        }
        let policy = EndpointPolicy {
            allow_loopback_http: self.outbound.is_development(),
        };
        let pds = document.pds_endpoint(policy);
        Ok(pds.ok_or(IdentityError::DocumentInvalid {
            did,
            reason: "it names no PDS that can be used",
        })?)
    }
}

/// The network of these settings.
fn network_of(config: &Config) -> Result<Arc<dyn Outside>, NetworkError> {
    let outbound = network::outbound_client(config)?;
    let directory = Arc::new(network::network_directory(config, outbound.clone())?);
    Ok(Arc::new(NetworkOutside::new(outbound, directory)))
}

async fn try_blob_store(config: Config) -> Result<(), OutsideError> {
    Ok(open_blob_store(&config).await?.check().await?)
}

/// Runs every check against what the settings name. Creates nothing that `serve` would create.
pub async fn examine_settings(config: Config) -> Report {
    let blob_store = Box::pin(try_blob_store(config.clone()));
    let outside = network_of(&config).map_err(Into::into);
    examine(Patient {
        config,
        clock: Clock::System,
        blob_store,
        outside,
    })
    .await
}
