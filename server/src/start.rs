//! From settings to a running server, and down again in the right order.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::routing::get;
use axum::{Router, middleware};
use tokio::net::TcpListener;

use crate::blob_store::{BlobStore, BlobStoreError, FilesystemBlobStore};
use crate::clients::outbound::{OutboundClient, OutboundPolicy, OutboundSetupError};
use crate::clock::Clock;
use crate::config::{BlobStoreConfig, Config};
use crate::data_folder::{self, DataFolderError};
use crate::db::{Database, DatabaseError};
use crate::doctor::{self, NetworkOutside};
use crate::handlers::health::{self, Probe, Readiness};
use crate::handlers::metrics::{self, Metrics, MetricsEndpoint};
use crate::handlers::middleware::{access_log, request_id};
use crate::identity::{NetworkDirectory, NetworkDirectorySetup};
use crate::serve::{self, Drained, StopSignals};

/// The server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No place for the data.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// The database does not open or migrate.
    #[error("the database {location} cannot be used")]
    Database {
        /// Which, without its password.
        location: String,
        /// Why.
        #[source]
        source: DatabaseError,
    },
    /// The address is taken or not ours.
    #[error("cannot listen on {listen}; set LONGSHORE_LISTEN to an address and port that are free")]
    Listen {
        /// The address.
        listen: std::net::SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The store for blobs does not open.
    #[error("the blob store cannot be used")]
    BlobStore(#[from] BlobStoreError),
    /// The extra certificate authorities cannot be read.
    #[error("the file of LONGSHORE_EXTRA_CA_FILE, {}, cannot be read", path.display())]
    ExtraCa {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The way out to the network cannot be set up.
    #[error("outgoing connections cannot be set up")]
    Outbound(#[from] OutboundSetupError),
    /// Metrics cannot be set up.
    #[error("metrics cannot be set up")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    /// Signals cannot be listened for.
    #[error("stop signals cannot be received")]
    Signals(#[source] io::Error),
}

/// Opens the database and brings it up to date.
pub async fn open_database(config: &Config) -> Result<Database, StartError> {
    let failed = |source| StartError::Database {
        location: config.database.display(),
        source,
    };
    data_folder::prepare(&config.server.data_dir)?;
    let database = Database::connect(&config.database.location())
        .await
        .map_err(failed)?;
    database.migrate().await.map_err(failed)?;
    Ok(database)
}

/// Runs the server until a stop signal.
pub async fn run(config: &Config) -> Result<(), StartError> {
    let signals = StopSignals::listen().map_err(StartError::Signals)?;
    let metrics = Metrics::install()?;
    let database = open_database(config).await?;
    let blob_store = open_blob_store(config).await?;
    let upkeep = tokio::spawn(metrics.clone().run_upkeep());
    let listen = config.http.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|source| StartError::Listen { listen, source })?;
    let readiness = Readiness::new(vec![
        database_probe(&database),
        blob_store_probe(&blob_store),
    ]);
    let router = observed(operations(config, &metrics, readiness), metrics);

    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        http.listen = %listener.local_addr().unwrap_or(listen),
        http.public_url = %config.http.public_url,
        database = config.database.display(),
        "serving"
    );
    let drained = serve::serve(router, listener, signals.first(), config.http.shutdown).await;
    upkeep.abort();
    database.close().await;
    match drained {
        Drained::Completely => {
            tracing::info!("stopped");
        }
        Drained::CutOff(connections) => {
            tracing::warn!(connections, "stopped with requests unfinished");
        }
    }
    Ok(())
}

/// The one way out, as the settings want it.
pub fn outbound_client(config: &Config) -> Result<OutboundClient, StartError> {
    let extra_root_ca = match &config.identity.extra_ca_file {
        None => None,
        Some(path) => {
            Some(
                std::fs::read_to_string(path).map_err(|source| StartError::ExtraCa {
                    path: path.clone(),
                    source,
                })?,
            )
        }
    };
    Ok(OutboundClient::new(&OutboundPolicy {
        allow_loopback_http: config.server.development,
        extra_blocked: Vec::new(),
        user_agent: format!(
            "longshore/{} (+{})",
            env!("CARGO_PKG_VERSION"),
            config.http.public_url
        ),
        extra_root_ca,
        name_server: config.identity.dns_server,
    })?)
}

/// The directory of handles and DIDs, as the settings want it.
pub fn network_directory(
    config: &Config,
    outbound: OutboundClient,
) -> Result<NetworkDirectory, StartError> {
    let setup = NetworkDirectorySetup {
        plc_url: config.identity.plc_directory_url.url().clone(),
        handle_resolver_urls: config
            .identity
            .handle_resolver_url
            .iter()
            .map(|origin| origin.url().clone())
            .collect(),
        name_server: config.identity.dns_server,
    };
    Ok(NetworkDirectory::new(outbound, &setup)?)
}

/// Opens the store for blobs.
pub async fn open_blob_store(config: &Config) -> Result<Arc<dyn BlobStore>, BlobStoreError> {
    let BlobStoreConfig::Filesystem { root_dir } = &config.blob_store;
    Ok(Arc::new(FilesystemBlobStore::open(root_dir).await?))
}

/// Runs every check of `longshore doctor`. Creates nothing that `serve` would create.
pub async fn examine(config: Config) -> doctor::Report {
    let outside = outbound_client(&config).and_then(|outbound| {
        let directory = Arc::new(network_directory(&config, outbound.clone())?);
        let outside: Arc<dyn doctor::Outside> = Arc::new(NetworkOutside::new(outbound, directory));
        Ok(outside)
    });
    let blob_store_config = config.clone();
    let blob_store = async move { Ok(open_blob_store(&blob_store_config).await?.check().await?) };
    let patient = doctor::Patient {
        config,
        clock: Clock::System,
        blob_store: Box::pin(blob_store),
        outside: outside.map_err(Into::into),
    };
    doctor::examine(patient).await
}

/// Answers whether blobs can be written and read.
pub fn blob_store_probe(store: &Arc<dyn BlobStore>) -> Probe {
    let store = Arc::clone(store);
    Probe::new("blob_store", move || {
        let store = Arc::clone(&store);
        async move { Ok(store.check().await?) }
    })
}

/// Answers whether the database can be read.
pub fn database_probe(database: &Database) -> Probe {
    let database = database.clone();
    Probe::new("database", move || {
        let database = database.clone();
        async move { Ok(database.ping().await?) }
    })
}

/// The routes of whoever operates the server: `/health`, `/ready` and `/metrics`.
pub fn operations(config: &Config, metrics: &Metrics, readiness: Readiness) -> Router {
    let endpoint = MetricsEndpoint {
        metrics: metrics.clone(),
        access: config.telemetry.metrics_access.clone(),
    };
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready).with_state(readiness))
        .route("/metrics", get(metrics::get).with_state(endpoint))
}

/// Wraps every route in its request id, span, log line and metrics. The last layers to be added.
pub fn observed(router: Router, metrics: Metrics) -> Router {
    router
        .layer(middleware::from_fn_with_state(metrics, access_log::record))
        .layer(middleware::from_fn(request_id::assign))
}
