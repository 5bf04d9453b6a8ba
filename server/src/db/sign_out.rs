//! Ending what acts for people, as the operator decides.

use atproto::syntax::Did;

use super::{Database, DatabaseError, execute};

/// How much was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedOut {
    /// What authorization servers granted, to browsers and programs.
    pub oauth_sessions: u64,
    /// Browsers that were signed in.
    pub browsers: u64,
    /// Access tokens, also of devices.
    pub access_tokens: u64,
    /// What app passwords opened.
    pub password_sessions: u64,
}

impl Database {
    /// Signs one account out, or everybody. `with_programs`: access tokens, devices and logins with app passwords too.
    pub async fn sign_out(
        &self,
        did: Option<&Did>,
        with_programs: bool,
    ) -> Result<SignedOut, DatabaseError> {
        let did = did.map(Did::as_str);
        let mut transaction = self.begin().await?;
        let mut ended = SignedOut {
            oauth_sessions: execute!(
                &mut transaction,
                "DELETE FROM oauth_sessions
                WHERE did = COALESCE($1, did)",
                [did]
            )?,
            browsers: execute!(
                &mut transaction,
                "DELETE FROM browser_sessions
                WHERE did = COALESCE($1, did)",
                [did]
            )?,
            access_tokens: 0,
            password_sessions: 0,
        };
        if with_programs {
            // Logins first, as one of them would make another token. Those that nobody approved yet may go on.
            execute!(
                &mut transaction,
                "DELETE FROM device_logins
                WHERE did = COALESCE($1, did)",
                [did]
            )?;
            execute!(
                &mut transaction,
                "DELETE FROM loopback_logins
                WHERE did = COALESCE($1, did)",
                [did]
            )?;
            ended.access_tokens = execute!(
                &mut transaction,
                "DELETE FROM access_tokens
                WHERE did = COALESCE($1, did)",
                [did]
            )?;
            ended.password_sessions = execute!(
                &mut transaction,
                "DELETE FROM pds_sessions
                WHERE did = COALESCE($1, did)",
                [did]
            )?;
        }
        transaction.commit().await?;
        Ok(ended)
    }
}
