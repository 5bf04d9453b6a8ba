//! Forgets access tokens and logins of devices whose time is over.

use crate::accounts::{AccessTokens, DeviceLogins};

/// Runs both; one that fails does not keep the other from its turn. Safe to run from several replicas at once.
pub async fn purge_credentials(tokens: &AccessTokens, logins: &DeviceLogins) {
    report(tokens.purge().await, "expired access tokens");
    report(logins.purge().await, "unfinished logins of devices");
}

fn report<E: std::error::Error + 'static>(purged: Result<u64, E>, what: &'static str) {
    match purged {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, what, "forgot credentials whose time is over"),
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            what,
            "credentials whose time is over were not forgotten"
        ),
    }
}
