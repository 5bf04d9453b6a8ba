//! The database: one concrete type over SQLite (default) and PostgreSQL.
//!
//! Every SQL statement of the server lives below this folder, one file per group of tables. Queries are
//! written once, with `$1` parameters, and run on either engine through [`on_pool!`] and
//! [`execute!`], which expand to one arm per engine (no `Any` driver: it lacks booleans and
//! more). Rules for statements that suit both: BIGINT for numbers and times, `CAST(SUM(..) AS BIGINT)`,
//! `ON CONFLICT .. DO`, `RETURNING`, no engine functions.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub mod access_tokens;
pub mod browser_sessions;
mod catalog;
mod data_exports;
pub mod device_logins;
mod error;
mod health;
mod hold_activity;
mod hold_archive;
mod hold_blobs;
mod hold_collection_requests;
mod hold_collections;
mod hold_crew;
mod hold_derived;
mod hold_events;
mod hold_garbage;
mod hold_invites;
mod hold_layers;
mod hold_record_blobs;
mod hold_repo;
mod hold_reservations;
mod hold_stats;
mod hold_upload_parts;
mod hold_uploads;
mod hold_usage;
pub mod identities;
mod image_facts;
pub mod oauth_requests;
pub mod oauth_sessions;
pub mod pds_sessions;
mod pending_notices;
mod personal_data;
mod remote_uploads;
mod repositories;
mod repository_cards;
mod repository_deletions;
mod repository_settings;
mod service_token_ids;
mod sign_out;
mod stars;
mod tags;
#[cfg(test)]
pub(crate) mod testing;

pub use catalog::{CatalogEntry, ManifestRow, OwnedManifest};
pub use data_exports::DataExportRow;
pub use error::DatabaseError;
pub use hold_activity::{ActivityQuery, ActivityRow};
pub use hold_archive::{HoldBlobRow, UploadedRecordBlobRow};
pub use hold_collection_requests::CollectionRequestRow;
pub use hold_collections::CollectionRow;
pub use hold_crew::{CaptainRow, CaptaincyOfferRow, CrewRow, Flag};
pub use hold_events::{EventRow, EventSize};
pub use hold_garbage::{GarbageRow, KeptRow};
pub use hold_invites::HoldInviteRow;
pub use hold_layers::{LayerRow, LayerUsage};
pub use hold_record_blobs::RecordBlobRow;
pub use hold_repo::{BlockRange, RecordRow, RepoBlockRow, RepoHeadRow};
pub use hold_reservations::ReservationRow;
pub use hold_stats::{PendingPullsRow, StatsRow};
pub use hold_upload_parts::UploadPartRow;
pub use hold_uploads::UploadRow;
pub use hold_usage::{ManifestBlobRow, UsageRow, UsageSampleRow};
pub use image_facts::{ImageFactsRow, ImagePartRow};
pub use pending_notices::PendingNoticeRow;
pub use personal_data::{
    OwnedDeletionRow, OwnedInviteRow, OwnedTagRow, PdsSessionSummary, RepositoryBlobRow,
};
pub use remote_uploads::RemoteUploadRow;
pub use repositories::{
    FoundRow, PushRow, RepositoryPageRow, RepositoryRow, SearchOrder, SearchPlace, SearchQuery,
    SearchRow,
};
pub use repository_cards::RepositoryMarksRow;
pub use repository_deletions::{DeletionRow, DeletionStepRow};
pub use repository_settings::RepositorySettingsRow;
pub use stars::StarRow;
pub use tags::TagRow;

/// How long to wait for a connection to PostgreSQL.
const POSTGRES_PATIENCE: Duration = Duration::from_secs(10);
/// Connections to PostgreSQL of one process.
const POSTGRES_CONNECTIONS: u32 = 16;
/// Of those, how many may have a write transaction.
const POSTGRES_WRITERS: usize = 8;

/// Where the data is kept.
#[derive(Debug, Clone)]
pub enum DatabaseLocation {
    /// One file, opened by one process.
    Sqlite(PathBuf),
    /// `postgres://…`, shared by any number of replicas.
    Postgres(String),
}

/// A pool of connections, cheap to clone.
#[derive(Debug, Clone)]
pub enum Database {
    /// The embedded default.
    Sqlite(SqliteDatabase),
    /// For several replicas.
    Postgres(PostgresDatabase),
}

/// SQLite has one writer at a time; giving it one connection turns lock waits into a fair queue.
#[derive(Debug, Clone)]
pub struct SqliteDatabase {
    pub(crate) readers: SqlitePool,
    pub(crate) writer: SqlitePool,
}

/// Writers that wait for each other's rows must not take every connection: then whoever they wait for would find
/// none to read with, and no reader either.
#[derive(Debug, Clone)]
pub struct PostgresDatabase {
    pub(crate) pool: PgPool,
    writers: Arc<Semaphore>,
}

/// A write transaction. Rolled back when dropped without [`Transaction::commit`].
pub enum Transaction {
    /// `BEGIN IMMEDIATE` on the one writing connection.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// Read committed; statements that depend on each other lock their rows.
    Postgres(
        sqlx::Transaction<'static, sqlx::Postgres>,
        OwnedSemaphorePermit,
    ),
}

/// Runs one statement outside a transaction, on a reading connection of SQLite or any of PostgreSQL.
///
/// `on_pool!(database, query_as::<_, Row>("SELECT ..", [did, name]), fetch_optional)`
macro_rules! on_pool {
    ($database:expr, $query:ident $(::<$($ty:ty),+>)? ($sql:expr, [$($arg:expr),* $(,)?]), $fetch:ident) => {
        match $database {
            $crate::db::Database::Sqlite(sqlite) => {
                sqlx::$query$(::<$($ty),+>)?($sql)$(.bind($arg))*.$fetch(&sqlite.readers).await
            }
            $crate::db::Database::Postgres(postgres) => {
                sqlx::$query$(::<$($ty),+>)?($sql)$(.bind($arg))*.$fetch(&postgres.pool).await
            }
        }
    };
}

/// Runs one reading or `RETURNING` statement inside a [`Transaction`].
///
/// `on_transaction!(transaction, query_scalar::<_, i64>("DELETE .. RETURNING ..", [did]), fetch_one)`
macro_rules! on_transaction {
    ($transaction:expr, $query:ident $(::<$($ty:ty),+>)? ($sql:expr, [$($arg:expr),* $(,)?]), $fetch:ident) => {
        match $transaction {
            $crate::db::Transaction::Sqlite(transaction) => {
                sqlx::$query$(::<$($ty),+>)?($sql)$(.bind($arg))*.$fetch(&mut **transaction).await
            }
            $crate::db::Transaction::Postgres(transaction, _) => {
                sqlx::$query$(::<$($ty),+>)?($sql)$(.bind($arg))*.$fetch(&mut **transaction).await
            }
        }
    };
}

/// Runs one writing statement inside a [`Transaction`] and returns the number of rows it changed.
macro_rules! execute {
    ($transaction:expr, $sql:expr, [$($arg:expr),* $(,)?]) => {
        match $transaction {
            $crate::db::Transaction::Sqlite(transaction) => {
                sqlx::query($sql)$(.bind($arg))*.execute(&mut **transaction).await.map(|done| done.rows_affected())
            }
            $crate::db::Transaction::Postgres(transaction, _) => {
                sqlx::query($sql)$(.bind($arg))*.execute(&mut **transaction).await.map(|done| done.rows_affected())
            }
        }
    };
}

pub(crate) use {execute, on_pool, on_transaction};

impl Database {
    /// Opens the database and creates the SQLite file when missing. Does not migrate.
    pub async fn connect(location: &DatabaseLocation) -> Result<Self, DatabaseError> {
        match location {
            DatabaseLocation::Sqlite(path) => Self::connect_sqlite(path).await,
            DatabaseLocation::Postgres(url) => Self::connect_postgres(url).await,
        }
    }

    async fn connect_postgres(url: &str) -> Result<Self, DatabaseError> {
        let options = PgConnectOptions::from_str(url)?;
        // A pool tries again and again, and then says only that time is up. One connection of its own says at
        // once why there is none: no server, another password, no such database.
        let first = tokio::time::timeout(POSTGRES_PATIENCE, options.connect());
        first
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)??
            .close()
            .await?;
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(POSTGRES_PATIENCE)
            .connect_with(options)
            .await?;
        Ok(Self::Postgres(PostgresDatabase {
            pool,
            writers: Arc::new(Semaphore::new(POSTGRES_WRITERS)),
        }))
    }

    async fn connect_sqlite(path: &Path) -> Result<Self, DatabaseError> {
        // WAL with synchronous=FULL: a committed transaction survives a power cut, which is what an
        // acknowledged push means here.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        // Connections stay open: closing the last one would fold the WAL and delete it, and the next
        // statement would pay for opening the file and parsing the schema again.
        let pool = SqlitePoolOptions::new()
            .acquire_timeout(Duration::from_secs(30))
            .idle_timeout(None)
            .max_lifetime(None);
        let writer = pool
            .clone()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let readers = pool
            .max_connections(8)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        Ok(Self::Sqlite(SqliteDatabase { readers, writer }))
    }

    /// Applies the migrations that are missing. Safe to run from several replicas at once.
    pub async fn migrate(&self) -> Result<(), DatabaseError> {
        match self {
            Self::Sqlite(sqlite) => {
                sqlx::migrate!("../migrations/sqlite")
                    .run(&sqlite.writer)
                    .await?;
            }
            Self::Postgres(postgres) => {
                sqlx::migrate!("../migrations/postgres")
                    .run(&postgres.pool)
                    .await?;
            }
        }
        Ok(())
    }

    /// Starts a write transaction.
    pub async fn begin(&self) -> Result<Transaction, DatabaseError> {
        Ok(match self {
            Self::Sqlite(sqlite) => {
                Transaction::Sqlite(sqlite.writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Self::Postgres(postgres) => {
                let turn = Arc::clone(&postgres.writers).acquire_owned().await;
                let turn = turn.map_err(|_| sqlx::Error::PoolClosed)?;
                Transaction::Postgres(postgres.pool.begin().await?, turn)
            }
        })
    }

    /// Whether other processes may change the data: then nothing read from it may be kept in memory.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Answers when the database can be read; for readiness.
    pub async fn ping(&self) -> Result<(), DatabaseError> {
        on_pool!(
            self,
            query_scalar::<_, i64>("SELECT CAST(1 AS BIGINT)", []),
            fetch_one
        )?;
        Ok(())
    }

    /// Waits for running statements and closes; on SQLite this folds the WAL back into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => {
                sqlite.readers.close().await;
                sqlite.writer.close().await;
            }
            Self::Postgres(postgres) => {
                postgres.writers.close();
                postgres.pool.close().await;
            }
        }
    }
}

impl Transaction {
    /// Makes the changes durable: they survive a power cut once this returns.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction, _turn) => transaction.commit().await?,
        }
        Ok(())
    }

    /// Undoes the changes and says when that failed; dropping does it in silence.
    pub async fn roll_back(self) -> Result<(), DatabaseError> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await?,
            Self::Postgres(transaction, _turn) => transaction.rollback().await?,
        }
        Ok(())
    }
}
