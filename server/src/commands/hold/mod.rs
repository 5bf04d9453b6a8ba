//! `longshore hold …`: decisions of the captain, by whoever has the hold's database and key.

use std::sync::Arc;

use atproto::syntax::{AtIdentifier, Did};

use crate::app_state::{hold_settings, identity_source};
use crate::blob_store::{BlobStore, BlobStoreError, MemoryBlobStore};
use crate::cli::HoldCommand;
use crate::clients::pds::PdsClient;
use crate::clock::Clock;
use crate::config::{Config, HoldConfig};
use crate::data_folder::DataFolderError;
use crate::db::Database;
use crate::hold::{ArchiveError, Hold, HoldError, ReopenError, RepoError, reopen_hold};
use crate::identity::{Freshness, Identities, IdentityError};
use crate::jobs::reconcile_layers::{ReconcileError, Reconciliation};
use crate::network::{self, NetworkError};
use crate::start::{self, StartError};
use crate::storage::open_blob_store;

mod archive;
mod captain;
mod crawl;
mod crew;
mod gc;
mod settings;

/// A command that was not done.
#[derive(Debug, thiserror::Error)]
pub enum HoldCommandError {
    /// No hold is to run with these settings.
    #[error("these settings have no hold: LONGSHORE_ROLES does not name it")]
    NoHold,
    /// The database cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The hold cannot be opened.
    #[error(transparent)]
    Reopen(#[from] ReopenError),
    /// The folders of the server cannot be used.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// The store of blobs cannot be opened.
    #[error("the blobs in {place} cannot be used; run `longshore doctor`")]
    BlobStore {
        /// Where they lie.
        place: String,
        /// Why.
        #[source]
        source: BlobStoreError,
    },
    /// The hold was not moved.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The running server did not collect.
    #[error("garbage was not collected: {0}")]
    Collection(String),
    /// The running server did not see the request.
    #[error("the running server did not take the request; is it of an older release?")]
    NoAnswer,
    /// The way out to the network cannot be set up.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The handle leads to nobody.
    #[error("{identifier} cannot be looked up; a DID needs no look-up")]
    Identity {
        /// What was said.
        identifier: AtIdentifier,
        /// Why.
        #[source]
        source: IdentityError,
    },
    /// There is nobody to ask.
    #[error("these settings name no relay; set HOLD_RELAYS")]
    NoRelays,
    /// A relay was not reached, or refused.
    #[error("not every relay follows the hold:\n{0}")]
    Relays(String),
    /// There is no tier of that name.
    #[error("there is no tier {name}; HOLD_QUOTA_TIERS has {known}")]
    NoSuchTier {
        /// What was said.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// Somebody is in the crew already, or is not.
    #[error("{0}")]
    Crew(String),
    /// The hold refused or failed.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// Manifests cannot be compared.
    #[error(transparent)]
    Reconcile(#[from] ReconcileError),
}

impl From<RepoError> for HoldCommandError {
    fn from(error: RepoError) -> Self {
        Self::Hold(error.into())
    }
}

/// The hold, and who asks: the operator acts as its captain.
struct Quarters<'a> {
    hold: Hold,
    captain: Did,
    config: &'a Config,
    hold_config: &'a HoldConfig,
    database: Database,
}

/// Does what the command says; returns what to print.
pub async fn run(config: &Config, command: &HoldCommand) -> Result<String, HoldCommandError> {
    let hold_config = config.hold.as_ref().ok_or(HoldCommandError::NoHold)?;
    if let HoldCommand::Import { from } = command {
        return archive::import(config, hold_config, from).await;
    }
    if let HoldCommand::RequestCrawl = command {
        return crawl::run(config, hold_config).await;
    }
    let database = start::open_database(config).await?;
    let hold = reopen_hold(
        hold_settings(config, hold_config),
        &identity_source(hold_config),
        &database,
        blobs_for(config, command).await?,
        Clock::System,
    )
    .await?;
    let quarters = Quarters {
        captain: hold.captain().await?.did,
        hold,
        config,
        hold_config,
        database: database.clone(),
    };
    let said = match command {
        HoldCommand::Crew(command) => crew::run(&quarters, command).await,
        HoldCommand::Captain(command) => captain::run(&quarters, command).await,
        HoldCommand::Settings(command) => settings::run(&quarters, command).await,
        HoldCommand::Reconcile { person } => reconcile(&quarters, person.as_ref()).await,
        HoldCommand::Gc(options) => gc::run(&quarters, options).await,
        HoldCommand::Export { to, with_key } => archive::export(&quarters, to, *with_key).await,
        HoldCommand::Import { from } => archive::import(config, hold_config, from).await,
        HoldCommand::RequestCrawl => crawl::run(config, hold_config).await,
    };
    drop(quarters);
    database.close().await;
    said
}

/// The store, for commands that work on blobs. The others find none there and need not reach it.
async fn blobs_for(
    config: &Config,
    command: &HoldCommand,
) -> Result<Arc<dyn BlobStore>, HoldCommandError> {
    if matches!(command, HoldCommand::Gc(_) | HoldCommand::Export { .. }) {
        open_blobs(config).await
    } else {
        Ok(Arc::new(MemoryBlobStore::new()))
    }
}

async fn open_blobs(config: &Config) -> Result<Arc<dyn BlobStore>, HoldCommandError> {
    let opened = open_blob_store(config).await;
    opened.map_err(|source| HoldCommandError::BlobStore {
        place: config.blob_store.display(),
        source,
    })
}

impl Quarters<'_> {
    /// Who that is. A DID is taken as it is.
    async fn find(&self, identifier: &AtIdentifier) -> Result<Did, HoldCommandError> {
        if let AtIdentifier::Did(did) = identifier {
            return Ok(did.clone());
        }
        let identities = self.reconciliation()?.identities;
        let identity = identities.resolve(identifier, Freshness::ForAuth).await;
        identity
            .map(|identity| identity.did.clone())
            .map_err(|source| HoldCommandError::Identity {
                identifier: identifier.clone(),
                source,
            })
    }

    fn reconciliation(&self) -> Result<Reconciliation, HoldCommandError> {
        let outbound = network::outbound_client(self.config)?;
        let directory = network::network_directory(self.config, outbound.clone())?;
        let identities = Identities::new(
            Arc::new(directory),
            self.database.clone(),
            Clock::System,
            self.config.server.development,
        );
        Ok(Reconciliation {
            hold: self.hold.clone(),
            identities,
            pds: PdsClient::new(outbound, Clock::System),
            clock: Clock::System,
        })
    }
}

async fn reconcile(
    quarters: &Quarters<'_>,
    person: Option<&AtIdentifier>,
) -> Result<String, HoldCommandError> {
    let reconciliation = quarters.reconciliation()?;
    let forgotten = match person {
        Some(person) => {
            let person = quarters.find(person).await?;
            reconciliation.reconcile(&person).await?
        }
        None => reconciliation.reconcile_everybody().await?,
    };
    Ok(match forgotten {
        0 => "Every manifest is still there.\n".to_owned(),
        1 => "Forgot the layers of 1 manifest.\n".to_owned(),
        manifests => format!("Forgot the layers of {manifests} manifests.\n"),
    })
}
