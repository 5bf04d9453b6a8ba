//! Which holds somebody uses, and asking them in their name.

use std::collections::BTreeSet;

use atproto::syntax::Did;

use super::{PersonalData, PersonalDataError};
use crate::accounts::oauth::Permission;
use crate::clients::hold::{HoldError, HoldUser};

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

/// Why a hold gave no answer, in words for the person.
pub(super) fn reason(error: &HoldError) -> String {
    match error {
        HoldError::Unreachable { .. } => {
            "It did not answer, or does not offer this. Try again later, or ask its captain.".to_owned()
        }
        HoldError::NotVouched { .. } => {
            "Your server did not vouch for you there. Allow Longshore to manage your data in holds, and try again."
                .to_owned()
        }
        HoldError::Denied { .. } => "It does not let you do this.".to_owned(),
        other => {
            tracing::warn!(error = other as &dyn std::error::Error, "a hold failed at somebody's data");
            "It failed. Try again later.".to_owned()
        }
    }
}
