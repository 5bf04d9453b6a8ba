//! Which holds somebody uses, and asking them in their name.

use std::collections::BTreeSet;

use atproto::syntax::Did;

use super::{PersonalData, PersonalDataError};
use crate::accounts::oauth::Permission;
use crate::clients::hold::{HoldError, HoldUser};

/// Why a hold gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldRefusal {
    /// It is not reached, or does not offer this.
    Unreachable,
    /// The person's server does not vouch for them there.
    NotVouched,
    /// They may not do this there.
    Denied,
    /// It failed.
    Failed,
}

/// A hold that somebody uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedHold {
    /// The hold.
    pub did: Did,
    /// It is the one of this process.
    pub is_local: bool,
}

impl PersonalData {
    /// The holds that may know something about somebody: the one here, the one that they push to, and those that their
    /// manifests and blobs lie in.
    pub async fn holds_of(&self, did: &Did) -> Result<Vec<UsedHold>, PersonalDataError> {
        let parts = self.parts();
        let named = parts.database.list_holds_of_person(did).await?;
        let mut holds: BTreeSet<Did> = named.iter().filter_map(|hold| hold.parse().ok()).collect();
        holds.insert(parts.registry.chosen_hold(did).await);
        let local = parts
            .registry
            .holds()
            .local()
            .map(|hold| hold.did().clone());
        holds.extend(local.clone());
        Ok(holds
            .into_iter()
            .map(|did| UsedHold {
                is_local: local.as_ref() == Some(&did),
                did,
            })
            .collect())
    }

    /// Whether somebody allowed this server to ask holds elsewhere for their data.
    pub async fn may_ask_holds(&self, did: &Did) -> bool {
        matches!(self.session_for(did, Permission::Holds).await, Ok(Some(_)))
    }

    /// Somebody as holds meet them, with the session that vouches for them there, if there is one.
    pub(super) async fn hold_user(&self, did: &Did) -> Result<HoldUser, PersonalDataError> {
        Ok(HoldUser {
            did: did.clone(),
            session: self.session_for(did, Permission::Holds).await?,
        })
    }

    /// A session of theirs that can do this: one that they allowed it to, else one of an app password, which can do
    /// everything.
    pub(super) async fn session_for(
        &self,
        did: &Did,
        permission: Permission,
    ) -> Result<Option<String>, PersonalDataError> {
        let parts = self.parts();
        let granted = parts.access.oauth.find_session_for(did, permission).await?;
        Ok(match granted {
            Some(session) => Some(session),
            None => parts.database.find_pds_session_of(did).await?,
        })
    }
}

impl HoldRefusal {
    pub(super) fn of(error: &HoldError) -> Self {
        match error {
            HoldError::Unreachable { .. } => Self::Unreachable,
            HoldError::NotVouched { .. } => Self::NotVouched,
            HoldError::Denied { .. } => Self::Denied,
            other => {
                tracing::warn!(
                    error = other as &dyn std::error::Error,
                    "a hold failed at somebody's data"
                );
                Self::Failed
            }
        }
    }

    /// For archives and what is noted of them, both of which are in English.
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Unreachable => {
                "It did not answer, or does not offer this. Try again later, or ask its captain."
            }
            Self::NotVouched => {
                "Your server did not vouch for you there. Allow Longshore to manage your data in holds, and try again."
            }
            Self::Denied => "It does not let you do this.",
            Self::Failed => "It failed. Try again later.",
        }
    }
}
