//! The captain: who owns the hold, what they decided about it, and handing it over.

use std::time::Duration;

use atproto::repo::Write;
use atproto::syntax::{Datetime, Did, RecordKey};
use chrono::TimeDelta;
use lexicon::{HoldCaptain, HoldCrew, Record as _};

use super::activity::{ActivityAction, Actor, Entry};
use super::crew::{ADMIN, OWNER, crew_key, to_ipld};
use super::permissions::{BLOB_READ, BLOB_WRITE, CREW_ADMIN};
use super::repo::{self, CommitInfo};
use super::{Hold, HoldError};
use crate::db::{CaptainRow, CaptaincyOfferRow, Transaction};

/// How long an offer of the captaincy stands.
const OFFER_STANDS: TimeDelta = TimeDelta::days(7);
/// How often the captain record is looked at for those who cannot wait for it.
const LOOK_EVERY: Duration = Duration::from_secs(5);

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

impl CaptainSettings {
    /// Writes what is decided into the record.
    pub(super) fn apply(self, record: &mut HoldCaptain) {
        record.public = self.public.unwrap_or(record.public);
        record.allow_all_crew = self.allow_all_crew.unwrap_or(record.allow_all_crew);
        record.enable_bluesky_posts = self
            .enable_bluesky_posts
            .unwrap_or(record.enable_bluesky_posts);
    }
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

    /// Keeps [`Hold::last_known_captain`] up to date, for as long as it runs.
    pub async fn follow_captain(&self) {
        let mut committed = self.repo().listen();
        loop {
            committed.mark_unchanged();
            if let Err(error) = self.captain().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the captain record was not read"
                );
            }
            tokio::select! {
                _ = committed.changed() => {}
                // Another process may have changed it.
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Changes what the captain decides. With nothing to change, there is no commit.
    pub async fn change_settings(
        &self,
        by: &Did,
        settings: CaptainSettings,
    ) -> Result<CommitInfo, HoldError> {
        let mut transaction = self.repo().begin().await?;
        self.permit_captain_in(&mut transaction, by).await?;
        self.write_settings(&self.actor(by), transaction, settings)
            .await
    }

    /// As [`Self::change_settings`], for the operator's settings at start.
    pub(super) async fn apply_settings(
        &self,
        settings: CaptainSettings,
    ) -> Result<CommitInfo, HoldError> {
        let transaction = self.repo().begin().await?;
        self.write_settings(&Actor::Operator, transaction, settings)
            .await
    }

    async fn write_settings(
        &self,
        actor: &Actor,
        mut transaction: Transaction,
        settings: CaptainSettings,
    ) -> Result<CommitInfo, HoldError> {
        let mut record = self.captain_record(&mut transaction).await?;
        settings.apply(&mut record);
        let write = repo::put(HoldCaptain::collection(), self_key(), to_ipld(&record)?);
        self.write_decision(actor, transaction, &[write]).await
    }

    /// Offers the captaincy to a member of the crew, instead of any earlier offer. It changes hands when they
    /// accept within seven days; the offer ends with their membership.
    pub async fn offer_captaincy(&self, by: &Did, member: &Did) -> Result<(), HoldError> {
        let mut transaction = self.repo().begin().await?;
        self.permit_captain_in(&mut transaction, by).await?;
        if by == member {
            return Err(HoldError::Invalid {
                reason: "you are the captain already".to_owned(),
            });
        }
        if transaction.find_crew(member.as_str()).await?.is_none() {
            return Err(HoldError::NotFound {
                what: format!("{member} is not in the crew; add them first"),
            });
        }
        transaction
            .upsert_captaincy_offer(&CaptaincyOfferRow {
                member_did: member.to_string(),
                offered_by: by.to_string(),
                offered_at: self.inner.clock.now_millis(),
            })
            .await?;
        let offered = Entry::new(self.actor(by), ActivityAction::CaptaincyOffered).to(member);
        self.note(&mut transaction, offered).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes the offer back. Returns whether there was one.
    pub async fn withdraw_captaincy(&self, by: &Did) -> Result<bool, HoldError> {
        let mut transaction = self.repo().begin().await?;
        self.permit_captain_in(&mut transaction, by).await?;
        let withdrawn = transaction.delete_captaincy_offer().await?;
        if withdrawn {
            let entry = Entry::new(self.actor(by), ActivityAction::CaptaincyWithdrawn);
            self.note(&mut transaction, entry).await?;
        }
        transaction.commit().await?;
        Ok(withdrawn)
    }

    /// Whom the captaincy is offered to, while the offer stands.
    pub async fn captaincy_offered_to(&self) -> Result<Option<Did>, HoldError> {
        let offer = self.database().find_captaincy_offer().await?;
        Ok(offer
            .filter(|offer| self.stands(offer))
            .and_then(|offer| offer.member_did.parse().ok()))
    }

    /// As [`Self::captaincy_offered_to`], for the captain and for whom it is offered to. Others learn of no offer.
    pub async fn captaincy_offer_for(&self, person: &Did) -> Result<Option<Did>, HoldError> {
        let offered_to = self.captaincy_offered_to().await?;
        if offered_to.as_ref() == Some(person)
            || self.captain_row().await?.owner_did == person.as_str()
        {
            return Ok(offered_to);
        }
        Ok(None)
    }

    fn stands(&self, offer: &CaptaincyOfferRow) -> bool {
        self.inner.clock.now_millis() - offer.offered_at <= OFFER_STANDS.num_milliseconds()
    }

    /// Takes the offered captaincy over, in one commit. The former captain stays in the crew, with every
    /// permission.
    pub async fn accept_captaincy(&self, member: &Did) -> Result<CommitInfo, HoldError> {
        let mut transaction = self.repo().begin().await?;
        let mut record = self.captain_record(&mut transaction).await?;
        let former = record.owner.clone();
        transaction
            .find_captaincy_offer()
            .await?
            .filter(|offer| {
                offer.member_did == member.as_str()
                    && offer.offered_by == former.as_str()
                    && self.stands(offer)
            })
            .ok_or_else(|| HoldError::NotFound {
                what: "nobody offers you the captaincy of this hold".to_owned(),
            })?;
        transaction.delete_captaincy_offer().await?;
        record.owner = member.clone();
        let writes = [
            repo::put(HoldCaptain::collection(), self_key(), to_ipld(&record)?),
            self.promoted(&mut transaction, member, OWNER).await?,
            self.promoted(&mut transaction, &former, ADMIN).await?,
        ];
        self.write_decision(&self.actor(member), transaction, &writes)
            .await
    }

    /// The crew record of somebody who gets every permission; a member keeps the rest of theirs.
    async fn promoted(
        &self,
        transaction: &mut Transaction,
        member: &Did,
        role: &str,
    ) -> Result<Write, HoldError> {
        let known = transaction.find_crew(member.as_str()).await?;
        let mut record = self.owner_crew(member);
        role.clone_into(&mut record.role);
        if let Some(known) = known {
            record.added_at = Datetime::from_unix_micros(known.added_at * 1000);
            record.tier = known.tier;
        }
        let write = repo::put(HoldCrew::collection(), crew_key(member), to_ipld(&record)?);
        Ok(write)
    }

    /// The captain's crew record.
    pub(super) fn owner_crew(&self, captain: &Did) -> HoldCrew {
        HoldCrew {
            member: captain.clone(),
            role: OWNER.to_owned(),
            permissions: [BLOB_READ, BLOB_WRITE, CREW_ADMIN]
                .map(str::to_owned)
                .into(),
            tier: None,
            added_at: self.datetime(),
        }
    }

    /// The captain record as this transaction sees it, which holds the head of the repo.
    pub(super) async fn captain_record(
        &self,
        transaction: &mut Transaction,
    ) -> Result<HoldCaptain, HoldError> {
        let stored = self
            .repo()
            .get_record_in(transaction, &HoldCaptain::collection(), &self_key())
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
