//! Databases of their own in the PostgreSQL cluster of the test run.

use std::sync::atomic::{AtomicU32, Ordering};

static DATABASES: AtomicU32 = AtomicU32::new(0);

#[expect(
    clippy::disallowed_methods,
    reason = "the test run is set up by its environment"
)]
pub fn postgresql_cluster() -> String {
    std::env::var("LONGSHORE_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!("LONGSHORE_TEST_POSTGRES is not set; `make test` starts a PostgreSQL cluster and sets it")
    })
}

/// A database of its own in the cluster that `LONGSHORE_TEST_POSTGRES` names.
pub async fn new_postgresql_database() -> String {
    use sqlx::Connection as _;
    let cluster = postgresql_cluster();
    let name = format!(
        "it_{}_{}",
        std::process::id(),
        DATABASES.fetch_add(1, Ordering::Relaxed)
    );
    let mut connection = sqlx::PgConnection::connect(&cluster).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let mut url = url::Url::parse(&cluster).unwrap();
    url.set_path(&name);
    url.to_string()
}
