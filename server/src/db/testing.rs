//! Databases for tests: a fresh one each, on both engines.
//!
//! Tests run on SQLite always. They run on PostgreSQL when `LONGSHORE_TEST_POSTGRES` names a server whose
//! user may create databases (`end2end/postgres/start.sh` starts one); where
//! `LONGSHORE_REQUIRE_POSTGRES=1` says that there must be one, they fail without it.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPool;
use tempfile::TempDir;

use super::{Database, DatabaseLocation};

/// A migrated, empty database of the test's own.
pub(crate) struct TestDatabase {
    /// The database.
    pub(crate) database: Database,
    location: DatabaseLocation,
    backing: Backing,
}

enum Backing {
    Sqlite(TempDir),
    Postgres { server: PgPool, name: String },
}

impl TestDatabase {
    /// A file in a folder of its own.
    pub(crate) async fn on_sqlite() -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let location = DatabaseLocation::Sqlite(folder.path().join("longshore.sqlite"));
        Self::open(location, Backing::Sqlite(folder)).await
    }

    /// A database on the server that the environment names; `None` where it names none.
    pub(crate) async fn on_postgresql() -> Option<Self> {
        let Some(server_url) = setting("LONGSHORE_TEST_POSTGRES") else {
            assert!(
                setting("LONGSHORE_REQUIRE_POSTGRES").as_deref() != Some("1"),
                "LONGSHORE_REQUIRE_POSTGRES=1 asks for PostgreSQL, but LONGSHORE_TEST_POSTGRES is not set: \
                 run end2end/postgres/start.sh and set it to the URL printed"
            );
            eprintln!("skipped: no PostgreSQL configured (LONGSHORE_TEST_POSTGRES is not set)");
            return None;
        };
        let server = PgPool::connect(&server_url)
            .await
            .expect("the PostgreSQL server of the tests answers");
        let name = format!("longshore_test_{}", uuid::Uuid::new_v4().simple());
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&server)
            .await
            .expect("the user of LONGSHORE_TEST_POSTGRES may create databases");
        let mut url = url::Url::parse(&server_url).expect("LONGSHORE_TEST_POSTGRES is a URL");
        url.set_path(&name);
        let location = DatabaseLocation::Postgres(url.to_string());
        Some(Self::open(location, Backing::Postgres { server, name }).await)
    }

    async fn open(location: DatabaseLocation, backing: Backing) -> Self {
        let database = Database::connect(&location)
            .await
            .expect("the test's database opens");
        database
            .migrate()
            .await
            .expect("the migrations run on an empty database");
        Self {
            database,
            location,
            backing,
        }
    }

    /// A second connection to the same data, as another process has, or the same one after a restart.
    pub(crate) async fn connect_again(&self) -> Database {
        Database::connect(&self.location)
            .await
            .expect("the test's database opens again")
    }

    /// Removes the database. A test that fails leaves it behind, to be looked at.
    pub(crate) async fn finish(self) {
        self.database.close().await;
        match self.backing {
            Backing::Sqlite(folder) => folder.close().expect("the temporary folder can be removed"),
            Backing::Postgres { server, name } => {
                sqlx::query(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))
                    .execute(&server)
                    .await
                    .expect("the test's database can be dropped");
                server.close().await;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests have no configuration")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Makes two tests of each function, `name::on_sqlite` and `name::on_postgresql`:
///
/// `test_on_databases! { async fn rows_are_kept(test: &TestDatabase) { .. } }`
macro_rules! test_on_databases {
    ($(async fn $name:ident($test:ident: &TestDatabase) $body:block)+) => {
        $(
            async fn $name($test: &$crate::db::testing::TestDatabase) $body

            mod $name {
                #[tokio::test]
                async fn on_sqlite() {
                    let test = $crate::db::testing::TestDatabase::on_sqlite().await;
                    super::$name(&test).await;
                    test.finish().await;
                }

                #[tokio::test]
                async fn on_postgresql() {
                    if let Some(test) = $crate::db::testing::TestDatabase::on_postgresql().await {
                        super::$name(&test).await;
                        test.finish().await;
                    }
                }
            }
        )+
    };
}

pub(crate) use test_on_databases;

mod tests {
    test_on_databases! {
        async fn a_fresh_database_answers(test: &TestDatabase) {
            test.database.ping().await.unwrap();
            test.connect_again().await.ping().await.unwrap();
        }

        async fn migrations_may_run_again_and_at_the_same_time(test: &TestDatabase) {
            let other = test.connect_again().await;
            let (one, two) = tokio::join!(test.database.migrate(), other.migrate());
            one.unwrap();
            two.unwrap();
            other.close().await;
        }
    }
}
