//! The assembled parts of a server, from its settings.

use std::sync::Arc;
use std::time::Duration;

use crate::accounts::oauth::{ClientKeysError, OAuthSessions};
use crate::accounts::personal_data::PersonalDataParts;
use crate::accounts::{
    AccessTokens, ActiveAccounts, AllAccess, BrowserSessions, DeviceLogins, HoldInvites,
    PdsSessions, PersonalData, SailorProfiles,
};
use crate::blob_store::{BlobStore, BlobStoreError};
use crate::catalog::{Catalog, CatalogParts};
use crate::clients::hold_admin::Upkeep;
use crate::clients::holds::{Holds, OwnHold};
use crate::clients::outbound::OutboundClient;
use crate::clients::pds::PdsClient;
use crate::clients::remote_hold::RemoteHoldParts;
use crate::clock::Clock;
use crate::config::{Config, MetricsAccess, Roles};
use crate::db::Database;
use crate::handlers::health::{Probe, Readiness};
use crate::handlers::metrics::Metrics;
use crate::handlers::middleware::client_address::TrustedProxies;
use crate::handlers::middleware::client_limits::ClientLimits;
use crate::handlers::token::TOKEN_PATH;
use crate::handlers::web::{Keeping, ShownHold, WebSettings};
use crate::hold::{LoadIdentityError, SetUpError};
use crate::identity::{Directory, Identities};
use crate::jobs::reconcile_layers::Reconciliation;
use crate::network::{self, NetworkError};
use crate::registry::registry_token::RegistryTokens;
use crate::registry::{Registry, RegistryParts, RegistrySettings};
use crate::repositories::{Repositories, RepositoriesParts};
use crate::secrets::{SecretFileError, load_or_create_key};
use crate::storage::open_blob_store;

mod accounts;
mod hold_service;

pub use hold_service::HoldService;
use hold_service::{configured, open_hold_service};
pub(crate) use hold_service::{gc_grace, hold_settings, identity_source, relays};

/// Whole listings of somebody's records are repeated after this time; what is pushed here is seen at once.
const LISTING_FRESH: Duration = Duration::from_mins(1);

/// Length of our symmetric keys, in bytes.
const KEY_BYTES: usize = 32;

/// The parts that handlers and jobs use.
pub struct AppState {
    /// Which parts of the server answer.
    pub roles: Roles,
    /// The registry.
    pub registry: Registry,
    /// What pages show of images.
    pub catalog: Catalog,
    /// What owners do with their repositories.
    pub repositories: Repositories,
    /// The hold in this process, if it has one.
    pub hold: Option<HoldService>,
    /// The way to every hold.
    pub holds: Holds,
    /// Who is who.
    pub identities: Identities,
    /// People's PDSes.
    pub pds: PdsClient,
    /// Registry tokens.
    pub tokens: Arc<RegistryTokens>,
    /// Where clients get them.
    pub token_realm: Arc<str>,
    /// Logins with app passwords.
    pub sessions: PdsSessions,
    /// Logins with access tokens.
    pub access_tokens: AccessTokens,
    /// Logins of devices, which get one.
    pub device_logins: DeviceLogins,
    /// Sign-ins through the browser.
    pub oauth: OAuthSessions,
    /// Invites to crews.
    pub invites: HoldInvites,
    /// Browsers that are signed in.
    pub browsers: BrowserSessions,
    /// Everything with which somebody acts as an account, to end it.
    pub all_access: AllAccess,
    /// Whether accounts are still there.
    pub active_accounts: ActiveAccounts,
    /// How often one client may begin and guess.
    pub limits: ClientLimits,
    /// Reverse proxies that say for whom they ask.
    pub trusted_proxies: TrustedProxies,
    /// People's settings in their repos.
    pub profiles: SailorProfiles,
    /// Everything that is kept about one person.
    pub personal_data: PersonalData,
    /// The time.
    pub clock: Clock,
    /// What the pages know.
    pub web: WebSettings,
    /// Numbers about requests.
    pub metrics: Metrics,
    /// Who may read them.
    pub metrics_access: MetricsAccess,
    /// Whether requests can be served.
    pub readiness: Readiness,
}

/// The parts could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum AssemblyError {
    /// There is no hold to push to.
    #[error(
        "this server has no hold to push to; set DEFAULT_HOLD_DID, or name `hold` in LONGSHORE_ROLES"
    )]
    NoHold,
    /// A key file cannot be used.
    #[error(transparent)]
    Secret(#[from] SecretFileError),
    /// The keys of the OAuth client cannot be used.
    #[error(transparent)]
    ClientKeys(#[from] ClientKeysError),
    /// The place for blobs cannot be used.
    #[error(
        "blobs cannot be kept in {place}; check the settings of [blob_store], or run `longshore doctor`"
    )]
    BlobStore {
        /// The folder or bucket.
        place: String,
        /// Why.
        #[source]
        source: BlobStoreError,
    },
    /// The way out to the network cannot be set up.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The hold has no identity.
    #[error(transparent)]
    HoldIdentity(#[from] LoadIdentityError),
    /// The hold cannot begin, or is not the one that the settings speak of.
    #[error(transparent)]
    SetUp(#[from] SetUpError),
}

impl AppState {
    /// Creates what is missing (keys, folders) and puts everything together.
    pub async fn assemble(
        config: &Config,
        database: Database,
        metrics: Metrics,
        clock: Clock,
    ) -> Result<Self, AssemblyError> {
        let outbound = network::outbound_client(config)?;
        let directory = Arc::new(network::network_directory(config, outbound.clone())?);
        let identities = Identities::new(
            directory.clone(),
            database.clone(),
            clock.clone(),
            config.server.development,
        );
        let parts = Parts {
            pds: PdsClient::new(outbound.clone(), clock.clone()),
            outbound,
            directory,
            identities,
            database,
            clock,
        };
        let accounts = accounts::accounts(config, &parts)?;
        let (hold, blob_store) = open_local_hold(config, &parts).await?.unzip();
        let holds = holds(config, &parts, &accounts.sessions, hold.as_ref());
        let registry = registry(config, &parts, &accounts.sessions, &holds)?;
        let invites = HoldInvites {
            database: parts.database.clone(),
            holds: holds.clone(),
            oauth: accounts.oauth.clone(),
            clock: parts.clock.clone(),
        };
        let catalog = Catalog::new(CatalogParts {
            registry: registry.clone(),
            database: parts.database.clone(),
            identities: parts.identities.clone(),
            pds: parts.pds.clone(),
            clock: parts.clock.clone(),
        });
        let repositories = Repositories::new(RepositoriesParts {
            registry: registry.clone(),
            database: parts.database.clone(),
            identities: parts.identities.clone(),
            pds: parts.pds.clone(),
            sessions: accounts.sessions.clone(),
            oauth: accounts.oauth.clone(),
            clock: parts.clock.clone(),
        });
        Ok(Self {
            personal_data: personal_data(config, &parts, &accounts, &registry),
            catalog,
            repositories,
            web: web_settings(config, hold.as_ref()),
            roles: config.server.roles,
            registry,
            hold,
            holds,
            invites,
            tokens: Arc::new(registry_tokens(config)?),
            token_realm: format!("{}{TOKEN_PATH}", config.http.public_url.as_str()).into(),
            sessions: accounts.sessions,
            access_tokens: accounts.access_tokens,
            device_logins: accounts.device_logins,
            oauth: accounts.oauth,
            browsers: accounts.browsers,
            all_access: accounts.all_access,
            active_accounts: accounts.active,
            limits: ClientLimits::new(&config.limits, parts.clock.clone()),
            trusted_proxies: TrustedProxies::new(&config.http.trusted_proxies),
            profiles: accounts.profiles,
            readiness: readiness(&parts.database, blob_store),
            identities: parts.identities,
            pds: parts.pds,
            clock: parts.clock,
            metrics,
            metrics_access: config.telemetry.metrics_access.clone(),
        })
    }

    /// What compares people's layers with their manifests, where there is a hold.
    pub fn reconciliation(&self) -> Option<Reconciliation> {
        let service = self.hold.as_ref()?;
        Some(Reconciliation {
            hold: service.hold.clone(),
            identities: self.identities.clone(),
            pds: self.pds.clone(),
            clock: self.clock.clone(),
        })
    }
}

/// The hold that runs here, if one does, and where its bytes lie.
async fn open_local_hold(
    config: &Config,
    parts: &Parts,
) -> Result<Option<(HoldService, Arc<dyn BlobStore>)>, AssemblyError> {
    let Some(hold_config) = &config.hold else {
        return Ok(None);
    };
    let blob_store = open_blobs(config).await?;
    let service = open_hold_service(config, hold_config, parts, blob_store.clone()).await?;
    Ok(Some((service, blob_store)))
}

/// What everything else is made of.
struct Parts {
    outbound: OutboundClient,
    directory: Arc<dyn Directory>,
    identities: Identities,
    pds: PdsClient,
    database: Database,
    clock: Clock,
}

fn personal_data(
    config: &Config,
    parts: &Parts,
    accounts: &accounts::Accounts,
    registry: &Registry,
) -> PersonalData {
    PersonalData::new(PersonalDataParts {
        database: parts.database.clone(),
        identities: parts.identities.clone(),
        pds: parts.pds.clone(),
        access: accounts.all_access.clone(),
        registry: registry.clone(),
        public_url: config.http.public_url.url().clone(),
        clock: parts.clock.clone(),
    })
}

/// The way to every hold: to the one of this process, and to those elsewhere.
fn holds(
    config: &Config,
    parts: &Parts,
    sessions: &PdsSessions,
    hold: Option<&HoldService>,
) -> Holds {
    let own = config
        .hold
        .as_ref()
        .zip(hold)
        .map(|(hold_config, service)| {
            let storage = config.blob_store.kind();
            let upkeep = Upkeep {
                grace: gc_grace(hold_config),
                relays: service.relays.clone(),
            };
            let configured = configured(hold_config);
            OwnHold::new(service.hold.clone(), configured, storage, upkeep)
        });
    let remote = RemoteHoldParts {
        outbound: parts.outbound.clone(),
        pds: parts.pds.clone(),
        sessions: sessions.clone(),
        database: parts.database.clone(),
        clock: parts.clock.clone(),
        max_blob_bytes: config.registry.max_blob_bytes,
    };
    Holds::new(own, parts.directory.clone(), remote)
}

fn registry(
    config: &Config,
    parts: &Parts,
    sessions: &PdsSessions,
    holds: &Holds,
) -> Result<Registry, AssemblyError> {
    let default_hold = match (&config.registry.default_hold, holds.local()) {
        (Some(did), _) => did.clone(),
        (None, Some(hold)) => hold.did().clone(),
        (None, None) => return Err(AssemblyError::NoHold),
    };
    Ok(Registry::new(RegistryParts {
        database: parts.database.clone(),
        identities: parts.identities.clone(),
        pds: parts.pds.clone(),
        sessions: sessions.clone(),
        holds: holds.clone(),
        default_hold,
        clock: parts.clock.clone(),
        settings: RegistrySettings {
            tag_fresh: config.registry.tag_fresh,
            listing_fresh: LISTING_FRESH,
        },
    }))
}

async fn open_blobs(config: &Config) -> Result<Arc<dyn BlobStore>, AssemblyError> {
    let opened = open_blob_store(config).await;
    opened.map_err(|source| AssemblyError::BlobStore {
        place: config.blob_store.display(),
        source,
    })
}

fn registry_tokens(config: &Config) -> Result<RegistryTokens, AssemblyError> {
    let key = load_or_create_key(&config.registry.token_key_path, KEY_BYTES)?;
    let public_url = &config.http.public_url;
    Ok(RegistryTokens::new(
        key.bytes(),
        public_url.as_str().to_owned(),
        public_url.authority().to_owned(),
        i64::try_from(config.registry.token_lifetime.as_secs()).unwrap_or(i64::MAX),
    ))
}

fn web_settings(config: &Config, service: Option<&HoldService>) -> WebSettings {
    let shown = config.hold.as_ref().zip(service);
    WebSettings {
        public_url: config.http.public_url.url().clone(),
        registry_host: config.http.public_url.authority().to_owned(),
        example_handle: config.web.example_handle.as_ref().map(ToString::to_string),
        sign_up_url: config.web.sign_up_url.clone(),
        hold: shown.map(|(hold_config, service)| ShownHold {
            name: hold_config.name.clone(),
            owner: hold_config.owner.clone(),
            captain: service.captain.clone(),
            hold: service.hold.clone(),
        }),
        site_root: config.web.site_root.clone(),
        keeping: Keeping::of(config),
    }
}

fn readiness(database: &Database, blob_store: Option<Arc<dyn BlobStore>>) -> Readiness {
    let database = database_probe(database);
    let probes = [Some(database), blob_store.map(blob_store_probe)];
    Readiness::new(probes.into_iter().flatten().collect())
}

fn blob_store_probe(blob_store: Arc<dyn BlobStore>) -> Probe {
    Probe::new("blob_store", move || {
        let blob_store = blob_store.clone();
        async move { Ok(blob_store.check().await?) }
    })
}

/// Answers whether the database can be read.
fn database_probe(database: &Database) -> Probe {
    let database = database.clone();
    Probe::new("database", move || {
        let database = database.clone();
        async move { Ok(database.ping().await?) }
    })
}
