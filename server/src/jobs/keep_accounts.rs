//! Small sums that the hold keeps: pulls that wait to be recorded, promises that have expired, tokens that were used.

use crate::accounts::{NotVouchedFor, ServiceTokens};
use crate::hold::{Hold, HoldError};

/// What went wrong; the next time tries again.
#[derive(Debug, thiserror::Error)]
pub enum KeepAccountsError {
    /// In the hold.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// With used tokens.
    #[error(transparent)]
    Tokens(#[from] NotVouchedFor),
}

/// Brings the sums up to date.
pub async fn keep_accounts(hold: &Hold, tokens: &ServiceTokens) -> Result<(), KeepAccountsError> {
    while hold.record_pulls().await? > 0 {}
    hold.purge_reservations().await?;
    tokens.purge().await?;
    Ok(())
}
