//! What `doctor` asks of the database. Changes nothing.

use super::{Database, DatabaseError, execute, on_pool};

impl Database {
    /// How many migrations of this version the database has not seen yet. On one that was never migrated,
    /// all of them.
    pub async fn count_pending_migrations(&self) -> Result<usize, DatabaseError> {
        let migrator = match self {
            Self::Sqlite(_) => sqlx::migrate!("../migrations/sqlite"),
            Self::Postgres(_) => sqlx::migrate!("../migrations/postgres"),
        };
        let applied = on_pool!(
            self,
            query_scalar::<_, i64>("SELECT version FROM _sqlx_migrations", []),
            fetch_all
        );
        let applied = match applied {
            Ok(versions) => versions,
            // The engine understood us and refuses: the table is not there.
            Err(sqlx::Error::Database(_)) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        Ok(migrator
            .iter()
            .filter(|migration| !applied.contains(&migration.version))
            .count())
    }

    /// Creates a table, writes to it, and rolls everything back: what `serve` and its migrations may do.
    pub async fn check_write(&self) -> Result<(), DatabaseError> {
        let mut transaction = self.begin().await?;
        execute!(
            &mut transaction,
            "CREATE TABLE longshore_doctor (number BIGINT NOT NULL)",
            []
        )?;
        execute!(
            &mut transaction,
            "INSERT INTO longshore_doctor (number) VALUES ($1)",
            [1_i64]
        )?;
        transaction.roll_back().await
    }
}

#[cfg(test)]
mod tests {
    use crate::db::{Database, DatabaseLocation};

    #[tokio::test]
    async fn pending_migrations_are_counted_and_a_trial_write_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let location = DatabaseLocation::Sqlite(folder.path().join("longshore.db"));
        let database = Database::connect(&location).await.unwrap();
        assert!(database.count_pending_migrations().await.unwrap() > 0);
        database.migrate().await.unwrap();
        assert_eq!(database.count_pending_migrations().await.unwrap(), 0);
        database.check_write().await.unwrap();
        database.check_write().await.unwrap();
    }
}
