//! What a hold says of itself: where its blobs lie, and its profile.

use atproto::syntax::Did;
use lexicon::{ActorProfile, HoldCaptain, Record as _};

use super::captain::{CaptainSettings, self_key};
use super::crew::to_ipld;
use super::repo::{self, CommitInfo, StoredRecord};
use super::{Hold, HoldError};
use crate::db::Transaction;

/// Words that a captain changes. `None` leaves as it is; an empty text takes away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AboutChange {
    /// Where the blobs are stored.
    pub region: Option<String>,
    /// Who stores them.
    pub provider: Option<String>,
    /// What the hold calls itself.
    pub display_name: Option<String>,
    /// What it says of itself.
    pub description: Option<String>,
}

impl Hold {
    /// The captain record, whole.
    pub async fn load_captain_record(&self) -> Result<HoldCaptain, HoldError> {
        let stored = self
            .repo()
            .get_record(&HoldCaptain::collection(), &self_key())
            .await?
            .ok_or(HoldError::NotSetUp)?;
        HoldCaptain::from_value(&stored.value.to_json()).map_err(|_| HoldError::NotSetUp)
    }

    /// The hold's profile, if it has one.
    pub async fn find_profile(&self) -> Result<Option<ActorProfile>, HoldError> {
        let stored = self
            .repo()
            .get_record(&ActorProfile::collection(), &self_key())
            .await?;
        Ok(stored.and_then(|stored| read_profile(&stored)))
    }

    /// Changes the captain's settings and what the hold says of itself, in one commit. With nothing to change, there
    /// is none.
    pub async fn change_about(
        &self,
        by: &Did,
        settings: CaptainSettings,
        about: AboutChange,
    ) -> Result<CommitInfo, HoldError> {
        let mut transaction = self.repo().begin().await?;
        self.permit_captain_in(&mut transaction, by).await?;
        let mut captain = self.captain_record(&mut transaction).await?;
        settings.apply(&mut captain);
        replace(&mut captain.region, about.region);
        replace(&mut captain.provider, about.provider);
        let mut writes = vec![repo::put(
            HoldCaptain::collection(),
            self_key(),
            to_ipld(&captain)?,
        )];
        if about.display_name.is_some() || about.description.is_some() {
            let mut profile = self.profile_in(&mut transaction).await?;
            replace(&mut profile.display_name, about.display_name);
            replace(&mut profile.description, about.description);
            writes.push(repo::put(
                ActorProfile::collection(),
                self_key(),
                to_ipld(&profile)?,
            ));
        }
        self.write_decision(&self.actor(by), transaction, &writes)
            .await
    }

    async fn profile_in(&self, transaction: &mut Transaction) -> Result<ActorProfile, HoldError> {
        let stored = self
            .repo()
            .get_record_in(transaction, &ActorProfile::collection(), &self_key())
            .await?;
        let profile = stored.and_then(|stored| read_profile(&stored));
        Ok(profile.unwrap_or_else(|| ActorProfile {
            created_at: Some(self.datetime()),
            ..ActorProfile::default()
        }))
    }
}

/// A changed text; an empty one is none.
fn replace(field: &mut Option<String>, change: Option<String>) {
    if let Some(text) = change {
        *field = Some(text).filter(|text| !text.is_empty());
    }
}

fn read_profile(stored: &StoredRecord) -> Option<ActorProfile> {
    ActorProfile::from_value(&stored.value.to_json()).ok()
}
