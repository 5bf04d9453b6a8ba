//! The captain: who owns the hold, what they decided about it, and handing it over.

use atproto::syntax::{Datetime, Did, RecordKey};
use chrono::TimeDelta;
use lexicon::{HoldCaptain, HoldCrew, Record as _};

use super::crew::{OWNER, crew_key, to_ipld};
use super::permissions::{BLOB_READ, BLOB_WRITE, CREW_ADMIN};
use super::repo::{self, CommitInfo};
use super::{Hold, HoldError};
use crate::db::{CaptainRow, CaptaincyOfferRow};

/// How long an offer of the captaincy stands.
const OFFER_STANDS: TimeDelta = TimeDelta::days(7);

/// What a captain may change by a decision of their own. `None` leaves as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CaptainSettings {
    /// Whether everybody may read.
    pub public: Option<bool>,
    /// Whether everybody who is signed in may join.
    pub allow_all_crew: Option<bool>,
    /// Whether pushes are announced by posts.
    pub enable_bluesky_posts: Option<bool>,
}

/// The captain and their decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captain {
    /// Who owns the hold.
    pub did: Did,
    /// Whether everybody may read.
    pub public: bool,
    /// Whether everybody who is signed in may join.
    pub allow_all_crew: bool,
    /// Whether pushes are announced by posts.
    pub enable_bluesky_posts: bool,
}

impl Captain {
    fn of(row: &CaptainRow) -> Option<Self> {
        Some(Self {
            did: row.owner_did.parse().ok()?,
            public: row.public.0,
            allow_all_crew: row.allow_all_crew.0,
            enable_bluesky_posts: row.enable_bluesky_posts.0,
        })
    }
}

impl Hold {
    /// Who owns the hold and what they decided.
    pub async fn captain(&self) -> Result<Captain, HoldError> {
        let row = self.captain_row().await?;
        Captain::of(&row).ok_or(HoldError::NotSetUp)
    }

    /// As [`Hold::captain`], as it was when somebody last asked: for those who cannot wait. `None` before the
    /// first time.
    pub fn last_known_captain(&self) -> Option<Captain> {
        Captain::of(&*self.inner.remembered.last_captain()?)
    }

    /// Changes what the captain decides.
    pub async fn change_settings(
        &self,
        by: &Did,
        settings: CaptainSettings,
    ) -> Result<CommitInfo, HoldError> {
        self.permit_captain(by).await?;
        self.apply_settings(settings).await
    }

    /// As [`Self::change_settings`], for the operator's settings at start.
    pub(super) async fn apply_settings(
        &self,
        settings: CaptainSettings,
    ) -> Result<CommitInfo, HoldError> {
        let mut record = self.captain_record().await?;
        record.public = settings.public.unwrap_or(record.public);
        record.allow_all_crew = settings.allow_all_crew.unwrap_or(record.allow_all_crew);
        record.enable_bluesky_posts = settings
            .enable_bluesky_posts
            .unwrap_or(record.enable_bluesky_posts);
        let write = repo::put(HoldCaptain::collection(), self_key(), to_ipld(&record)?);
        Ok(self.repo().write_now(&[write]).await?)
    }

    /// Offers the captaincy to a member of the crew, instead of any earlier offer. It changes hands when they
    /// accept.
    pub async fn offer_captaincy(&self, by: &Did, member: &Did) -> Result<(), HoldError> {
        let captain = self.permit_captain(by).await?;
        if captain.did == *member {
            return Err(HoldError::Invalid {
                reason: "you are the captain already".to_owned(),
            });
        }
        if self.find_crew_member(member).await?.is_none() {
            return Err(HoldError::NotFound {
                what: format!("{member} is not in the crew; add them first"),
            });
        }
        let mut transaction = self.database().begin().await?;
        transaction
            .upsert_captaincy_offer(&CaptaincyOfferRow {
                member_did: member.to_string(),
                offered_by: by.to_string(),
                offered_at: self.inner.clock.now_millis(),
            })
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes the offer back.
    pub async fn withdraw_captaincy(&self, by: &Did) -> Result<(), HoldError> {
        self.permit_captain(by).await?;
        let mut transaction = self.database().begin().await?;
        transaction.delete_captaincy_offer().await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes the offered captaincy over. The former captain stays in the crew, with every permission.
    pub async fn accept_captaincy(&self, member: &Did) -> Result<CommitInfo, HoldError> {
        let no_offer = || HoldError::NotFound {
            what: "nobody offers you the captaincy of this hold".to_owned(),
        };
        let mut record = self.captain_record().await?;
        let offer = self.database().find_captaincy_offer().await?;
        let mut transaction = self.database().begin().await?;
        let captain = transaction
            .find_captain()
            .await?
            .ok_or(HoldError::NotSetUp)?
            .owner_did;
        let offer = offer
            .filter(|offer| offer.member_did == member.as_str() && offer.offered_by == captain)
            .ok_or_else(no_offer)?;
        let age = self.inner.clock.now_millis() - offer.offered_at;
        if age > OFFER_STANDS.num_milliseconds()
            || transaction.find_crew(member.as_str()).await?.is_none()
            || !transaction.delete_captaincy_offer().await?
        {
            return Err(no_offer());
        }
        let former: Did = captain.parse().map_err(|_| HoldError::NotSetUp)?;
        record.owner = member.clone();
        let writes = [
            repo::put(HoldCaptain::collection(), self_key(), to_ipld(&record)?),
            self.owner_record(member, OWNER)?,
            self.owner_record(&former, "admin")?,
        ];
        let info = self.repo().write(&mut transaction, &writes).await?;
        transaction.commit().await?;
        self.repo().committed(&info);
        Ok(info)
    }

    /// The crew record of somebody with every permission.
    pub(super) fn owner_record(
        &self,
        member: &Did,
        role: &str,
    ) -> Result<atproto::repo::Write, HoldError> {
        let record = HoldCrew {
            member: member.clone(),
            role: role.to_owned(),
            permissions: [BLOB_READ, BLOB_WRITE, CREW_ADMIN]
                .map(str::to_owned)
                .into(),
            tier: None,
            added_at: self.datetime(),
        };
        Ok(repo::put(
            HoldCrew::collection(),
            crew_key(member),
            to_ipld(&record)?,
        ))
    }

    pub(super) async fn captain_record(&self) -> Result<HoldCaptain, HoldError> {
        let stored = self
            .repo()
            .get_record(&HoldCaptain::collection(), &self_key())
            .await?
            .ok_or(HoldError::NotSetUp)?;
        HoldCaptain::from_value(&stored.value.to_json()).map_err(|_| HoldError::NotSetUp)
    }

    pub(super) fn datetime(&self) -> Datetime {
        Datetime::from_unix_micros(self.inner.clock.now_millis() * 1000)
    }
}

/// The key of records of which there is one.
pub(super) fn self_key() -> RecordKey {
    "self".parse().expect("a record key")
}
