//! The database and the blob store.

use futures::future::BoxFuture;

use super::{Check, OutsideError, chain};
use crate::config::{BlobStoreConfig, Config, DatabaseConfig};
use crate::db::{Database, DatabaseError};

const DATABASE: &str = "database";
const BLOB_STORE: &str = "blob store";

pub(super) async fn check_database(config: &Config) -> Check {
    let place = config.database.display();
    if let DatabaseConfig::Sqlite(path) = &config.database
        && !path.exists()
    {
        return Check::ok(
            DATABASE,
            format!("{place} is not there yet; the first start creates it"),
        );
    }
    match try_database(config).await {
        Ok(0) => Check::ok(DATABASE, format!("{place}: reads, writes, up to date")),
        Ok(pending) => Check::warning(
            DATABASE,
            format!("{place}: reads, writes, {pending} migrations pending"),
            "run `longshore migrate`, or let the next `longshore serve` do it",
        ),
        Err(error) => Check::failure(
            DATABASE,
            format!("{place}: {}", chain(&error)),
            match &config.database {
                DatabaseConfig::Sqlite(_) => {
                    "check that the file and its folder belong to the user who runs the server"
                }
                DatabaseConfig::Postgres(_) => {
                    "check that the server runs, and user, password and database in DATABASE_URL"
                }
            },
        ),
    }
}

async fn try_database(config: &Config) -> Result<usize, DatabaseError> {
    let database = Database::connect(&config.database.location()).await?;
    database.ping().await?;
    database.check_write().await?;
    let pending = database.count_pending_migrations().await?;
    database.close().await;
    Ok(pending)
}

pub(super) async fn check_blob_store(
    config: &Config,
    trial: BoxFuture<'static, Result<(), OutsideError>>,
) -> Check {
    let place = config.blob_store.display();
    let advice = match &config.blob_store {
        BlobStoreConfig::Filesystem { root_dir } if !root_dir.exists() => {
            return Check::ok(
                BLOB_STORE,
                format!("{place} is not there yet; the first start creates it"),
            );
        }
        BlobStoreConfig::Filesystem { .. } => {
            "check that STORAGE_ROOT_DIR belongs to the user who runs the server and its disk has space"
        }
        BlobStoreConfig::S3(_) => {
            "check S3_ENDPOINT, S3_BUCKET, AWS_REGION and the access key, and what it may do"
        }
    };
    match trial.await {
        Ok(()) => Check::ok(BLOB_STORE, format!("{place}: writes, reads back, deletes")),
        Err(error) => Check::failure(
            BLOB_STORE,
            format!("{place}: {}", chain(error.as_ref())),
            advice,
        ),
    }
}
