//! Records that people write themselves, through `com.atproto.repo.*`: what the captain and administrators decide.
//! Layers and stats are written by the hold alone.

use atproto::data::{Cid, Ipld, RecordBlob};
use atproto::repo::{Write, WriteAction};
use atproto::syntax::{Did, Nsid, RecordKey};
use bytes::Bytes;
use lexicon::{HoldCaptain, HoldCrew, Record as _, nsid, schema};

use super::captain::self_key;
use super::crew::crew_key;
use super::permissions::MayAdminister;
use super::repo::{CommitInfo, RepoError};
use super::{Hold, HoldError};
use crate::db::Transaction;

impl Hold {
    /// Whether somebody may write records at all. [`HoldError::Denied`] says why not.
    pub async fn check_may_write_records(&self, person: &Did) -> Result<(), HoldError> {
        self.permit_administration(person).await.map(drop)
    }

    /// Writes one record in somebody's name; with `swap_commit`, only if the repo still stands there.
    pub async fn write_as(
        &self,
        person: &Did,
        write: Write,
        swap_commit: Option<Cid>,
    ) -> Result<CommitInfo, HoldError> {
        self.permit_administration(person).await?;
        let mut transaction = self.database().begin().await?;
        let head = transaction.lock_repo_head().await?;
        let admin = self
            .permit_administration_in(&mut transaction, person)
            .await?;
        let captain = self.captain_record(&mut transaction).await?;
        if let Some(expected) = swap_commit
            && head.is_none_or(|head| head.commit_cid != expected.to_bytes())
        {
            let reason = "the repo has another commit by now".to_owned();
            return Err(RepoError::InvalidSwap(reason).into());
        }
        self.check_record_write(&admin, &captain, &mut transaction, &write)
            .await?;
        schema::validate_record_key(write.collection.as_str(), write.rkey.as_str()).map_err(
            |error| HoldError::Invalid {
                reason: error.to_string(),
            },
        )?;
        self.write_decision(&self.actor(person), transaction, &[write])
            .await
    }

    async fn check_record_write(
        &self,
        admin: &MayAdminister,
        captain: &HoldCaptain,
        transaction: &mut Transaction,
        write: &Write,
    ) -> Result<(), HoldError> {
        let denied = |reason: String| Err(HoldError::Denied { reason });
        match write.collection.as_str() {
            nsid::HOLD_CREW => self.check_crew_write(admin, transaction, write).await,
            nsid::HOLD_CAPTAIN if !admin.is_captain => {
                denied("Access denied: only the captain changes the captain record".to_owned())
            }
            nsid::HOLD_CAPTAIN => check_captain_write(captain, write),
            nsid::ACTOR_PROFILE | nsid::FEED_POST => Ok(()),
            nsid::HOLD_LAYER | nsid::HOLD_STATS => denied(format!(
                "records of {} are written by the hold alone",
                write.collection
            )),
            other => Err(HoldError::Invalid {
                reason: format!("a hold keeps no records of {other}"),
            }),
        }
    }

    /// The key of a record that was given none.
    pub fn key_for(&self, collection: &Nsid, record: &Ipld) -> Result<RecordKey, HoldError> {
        match collection.as_str() {
            nsid::HOLD_CREW => HoldCrew::from_value(&record.to_json())
                .map(|crew| crew_key(&crew.member))
                .map_err(|error| HoldError::Invalid {
                    reason: super::record_rules::reason_of(&error),
                }),
            nsid::HOLD_CAPTAIN | nsid::ACTOR_PROFILE => Ok(self_key()),
            _ => Ok(self.next_key()),
        }
    }

    /// Keeps a blob for a record that somebody is about to write.
    pub async fn upload_record_blob(
        &self,
        person: &Did,
        media_type: &str,
        content: Bytes,
    ) -> Result<RecordBlob, HoldError> {
        self.permit_administration(person).await?;
        self.store_record_blob(media_type, content).await
    }
}

/// Who the captain is and since when the hold is there cannot be written; the rest is theirs to decide.
fn check_captain_write(before: &HoldCaptain, write: &Write) -> Result<(), HoldError> {
    let refused = |reason: &str| {
        Err(HoldError::Denied {
            reason: format!("Access denied: {reason}"),
        })
    };
    let (WriteAction::Create(record) | WriteAction::Update(record) | WriteAction::Put(record)) =
        &write.action
    else {
        return refused("a hold always has a captain record");
    };
    let after = HoldCaptain::from_value(&record.to_json()).map_err(|error| HoldError::Invalid {
        reason: super::record_rules::reason_of(&error),
    })?;
    if after.owner != before.owner {
        return refused(
            "the captaincy is offered and accepted (dev.longshore.hold.offerCaptaincy), not written",
        );
    }
    if after.deployed_at != before.deployed_at {
        return refused("`deployedAt` does not change");
    }
    Ok(())
}
