//! From settings to a running server, and down again in the right order.

use std::io;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::app_state::{AppState, AssemblyError};
use crate::clock::Clock;
use crate::config::{BlobStoreConfig, Config, DatabaseConfig};
use crate::data_folder::{self, DataFolderError, FolderLock};
use crate::db::{Database, DatabaseError};
use crate::handlers::{self, metrics::Metrics};
use crate::serve::{self, Drained, StopSignals};
use crate::{jobs, router};

/// How long stopping may wait for holds to be told of the last pulls.
const LAST_COUNTS: Duration = Duration::from_secs(3);

/// The server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No place for the data.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// The database does not open or migrate.
    #[error(
        "the database {location} cannot be used; check DATABASE_URL, or run `longshore doctor`"
    )]
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
    /// Metrics cannot be set up.
    #[error("metrics cannot be set up")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    /// A part cannot be made.
    #[error(transparent)]
    Assembly(#[from] AssemblyError),
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
    let _locks = lock_folders(config)?;
    let database = open_database(config).await?;
    let upkeep = tokio::spawn(metrics.clone().run_upkeep());
    let listen = config.http.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|source| StartError::Listen { listen, source })?;
    handlers::web::speak(config.web.language);
    let state = AppState::assemble(config, database.clone(), metrics, Clock::System).await?;
    let router = router::router(&state);
    let jobs = jobs::run(&state, config);

    warn_of_shared_origin(config);
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        http.listen = %listener.local_addr().unwrap_or(listen),
        http.public_url = %config.http.public_url,
        database = config.database.display(),
        "serving"
    );
    let drained = serve::serve(router, listener, signals.first(), config.http.shutdown).await;
    upkeep.abort();
    // Best effort: what is not told now is not counted.
    let _ = tokio::time::timeout(LAST_COUNTS, state.registry.deliver_pull_counts()).await;
    jobs.abort();
    // Aborted is not ended: a job in the middle of a step would find the database closed and call it an error.
    // An abort is what is expected, and a panic was logged.
    let _ = jobs.await;
    database.close().await;
    match drained {
        Drained::Completely => tracing::info!("stopped"),
        Drained::CutOff(connections) => {
            tracing::warn!(connections, "stopped with requests unfinished");
        }
    }
    Ok(())
}

/// Two servers over one SQLite file, or over one folder of blobs, would spoil each other's work. With PostgreSQL and a
/// bucket, replicas share a data folder of keys.
pub(crate) fn lock_folders(config: &Config) -> Result<Vec<FolderLock>, DataFolderError> {
    let data_dir = config.server.data_dir.as_path();
    data_folder::prepare(data_dir)?;
    let mut folders = Vec::new();
    if matches!(config.database, DatabaseConfig::Sqlite(_)) {
        folders.push(data_dir);
    }
    if let (BlobStoreConfig::Filesystem { root_dir }, Some(_)) = (&config.blob_store, &config.hold)
    {
        data_folder::prepare(root_dir)?;
        folders.push(root_dir);
    }
    folders.dedup();
    folders.into_iter().map(data_folder::lock).collect()
}

/// Blobs are whatever somebody pushed. Served from the web app's own origin, only headers keep them apart from it.
fn warn_of_shared_origin(config: &Config) {
    let is_shared = config
        .hold
        .as_ref()
        .is_some_and(|hold| hold.public_url.as_str() == config.http.public_url.as_str());
    if is_shared && !config.http.public_url.is_loopback() {
        tracing::warn!(
            http.public_url = %config.http.public_url,
            "the web app and the hold share an origin; in production give the hold a domain of its own (HOLD_PUBLIC_URL)"
        );
    }
}
