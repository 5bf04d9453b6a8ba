//! Every hold there is: the one in this process, and those elsewhere, found by their DID documents.

use std::sync::Arc;
use std::time::Duration;

use atproto::identity::EndpointPolicy;
use atproto::syntax::Did;
use moka::future::Cache;
use url::Url;

use super::hold::{HoldClient, HoldError};
use super::hold_admin::{Configured, HoldAdmin, LocalAdmin, RemoteAdmin, Upkeep};
use super::local_hold::LocalHold;
use super::outbound::OutboundClient;
use super::remote_hold::{RemoteHold, RemoteHoldParts, is_remote_upload};
use crate::db::Database;
use crate::hold::{HOLD_SERVICE, HOLD_SERVICE_TYPE, Hold};
use crate::identity::Directory;

/// How long a hold is believed to be where it is.
const BELIEVED: Duration = Duration::from_mins(10);
/// Holds remembered.
const HOLDS: u64 = 1_000;

/// The hold of this process, for those who use it and for those who run it.
#[derive(Clone)]
pub struct OwnHold {
    client: Arc<dyn HoldClient>,
    admin: Arc<dyn HoldAdmin>,
}

impl OwnHold {
    /// A hold of which the operator said `configured`, and which keeps its blobs in `storage`.
    pub fn new(hold: Hold, configured: Configured, storage: &'static str, upkeep: Upkeep) -> Self {
        Self {
            client: Arc::new(LocalHold::new(hold.clone())),
            admin: Arc::new(LocalAdmin::new(hold, configured, storage, upkeep)),
        }
    }
}

/// Opens holds by DID. Cheap to clone.
#[derive(Clone)]
pub struct Holds {
    inner: Arc<Inner>,
}

struct Inner {
    local: Option<OwnHold>,
    directory: Arc<dyn Directory>,
    database: Database,
    remote: RemoteHoldParts,
    opened: Cache<Did, Arc<RemoteHold>>,
}

impl Holds {
    /// The hold of this process, if it has one, and the way to the others.
    pub fn new(
        local: Option<OwnHold>,
        directory: Arc<dyn Directory>,
        remote: RemoteHoldParts,
    ) -> Self {
        let opened = Cache::builder()
            .max_capacity(HOLDS)
            .time_to_live(BELIEVED)
            .build();
        Self {
            inner: Arc::new(Inner {
                local,
                directory,
                database: remote.database.clone(),
                remote,
                opened,
            }),
        }
    }

    /// The hold of this process.
    pub fn local(&self) -> Option<&Arc<dyn HoldClient>> {
        self.inner.local.as_ref().map(|own| &own.client)
    }

    /// The hold `did`. One that cannot be found is [`HoldError::Unreachable`].
    pub async fn open(&self, did: &Did) -> Result<Arc<dyn HoldClient>, HoldError> {
        if let Some(local) = self.local()
            && local.did() == did
        {
            return Ok(Arc::clone(local));
        }
        match self.open_remote(did).await {
            Ok(hold) => Ok(hold),
            Err(_) => Err(HoldError::Unreachable { did: did.clone() }),
        }
    }

    /// The hold `did`, for those who run it. One that there is not is [`HoldError::NotFound`], and one that cannot be
    /// looked up [`HoldError::Unreachable`].
    pub async fn administer(&self, did: &Did) -> Result<Arc<dyn HoldAdmin>, HoldError> {
        if let Some(own) = &self.inner.local
            && own.admin.did() == did
        {
            return Ok(Arc::clone(&own.admin));
        }
        match self.open_remote(did).await {
            Ok(hold) => Ok(Arc::new(RemoteAdmin::new(hold))),
            Err(error) => Err(match &*error {
                HoldError::NotFound { what } => HoldError::NotFound { what: what.clone() },
                _ => HoldError::Unreachable { did: did.clone() },
            }),
        }
    }

    /// The guarded way out, as holds are reached.
    pub fn outbound(&self) -> &OutboundClient {
        &self.inner.remote.outbound
    }

    /// Where the hold of this DID answers, as its DID document says now.
    pub async fn find_endpoint(&self, did: &Did) -> Result<Url, HoldError> {
        Ok(self.find(did).await?.endpoint().clone())
    }

    async fn open_remote(&self, did: &Did) -> Result<Arc<RemoteHold>, Arc<HoldError>> {
        let find = self.find(did);
        self.inner.opened.try_get_with(did.clone(), find).await
    }

    /// The hold that an upload goes to.
    pub async fn of_upload(&self, id: &str) -> Result<Arc<dyn HoldClient>, HoldError> {
        if !is_remote_upload(id) {
            let local = self.local().cloned();
            return local.ok_or(HoldError::UploadUnknown);
        }
        let row = self.inner.database.find_remote_upload(id).await?;
        let did = row.and_then(|row| row.hold_did.parse::<Did>().ok());
        match did {
            Some(did) => self.open(&did).await,
            None => Err(HoldError::UploadUnknown),
        }
    }

    async fn find(&self, did: &Did) -> Result<Arc<RemoteHold>, HoldError> {
        let unreachable = || HoldError::Unreachable { did: did.clone() };
        let no_hold = || HoldError::NotFound {
            what: format!("there is no hold at {did}"),
        };
        let development = self.inner.remote.outbound.is_development();
        if !did.is_supported(development) {
            return Err(no_hold());
        }
        let document = self.inner.directory.fetch_document(did).await;
        let document = document.map_err(|error| {
            tracing::warn!(
                hold.did = %did,
                error = &error as &dyn std::error::Error,
                "the DID of a hold cannot be resolved"
            );
            unreachable()
        })?;
        let policy = EndpointPolicy {
            allow_loopback_http: development,
        };
        let endpoint = document
            .and_then(|document| document.service_endpoint(HOLD_SERVICE, HOLD_SERVICE_TYPE, policy))
            .ok_or_else(no_hold)?;
        let parts = self.inner.remote.clone();
        Ok(Arc::new(RemoteHold::new(did.clone(), endpoint, parts)))
    }
}
