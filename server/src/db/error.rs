//! What can go wrong between us and the database.

/// A failed statement, connection or migration. Its text is for the log, never for a response.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A statement or connection failed.
    #[error("a database statement failed")]
    Statement(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("a database migration failed")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A stored value does not parse: the data was changed by something else.
    #[error("the database holds a {what} that does not parse: {value:?}")]
    Corrupt {
        /// Which kind of value.
        what: &'static str,
        /// The value itself.
        value: String,
    },
}
