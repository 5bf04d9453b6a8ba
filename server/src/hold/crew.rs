//! The crew: who may use the hold beside its captain. One record for each member.

use atproto::data::{Cid, Ipld};
use atproto::repo::{Write, WriteAction};
use atproto::syntax::{Datetime, Did, RecordKey};
use lexicon::record_key::hashed_record_key;
use lexicon::{HoldCrew, Record as _};

use super::permissions::{BLOB_READ, BLOB_WRITE, CREW_ADMIN, MayAdminister};
use super::repo::{self, CommitInfo};
use super::{Hold, HoldError};
use crate::db::{CrewRow, Transaction};

/// The role of somebody who joined by themselves.
const MEMBER: &str = "member";
/// The role of the captain.
pub(super) const OWNER: &str = "owner";

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrewMember {
    /// Who.
    pub did: Did,
    /// A word for people.
    pub role: String,
    /// What they may do.
    pub permissions: Vec<String>,
    /// The name of their quota; `None` for the default.
    pub tier: Option<String>,
    /// Since when, in unix milliseconds.
    pub added_at: i64,
    /// Key of the record.
    pub record_key: String,
}

/// What came of a wish to join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// They are in, by this record.
    Created {
        /// Its key.
        record_key: RecordKey,
        /// Its CID.
        cid: Cid,
    },
    /// They were in already.
    AlreadyMember {
        /// The key of their record.
        record_key: String,
    },
}

impl Hold {
    /// Takes somebody in who asks for it: when everybody may join, or for the captain
    /// (`io.atcr.hold.requestCrew`). Nobody makes themselves an administrator.
    pub async fn request_crew(
        &self,
        person: &Did,
        role: Option<&str>,
        permissions: &[String],
    ) -> Result<Joined, HoldError> {
        if let Some(crew) = self.database().find_crew(person.as_str()).await? {
            return Ok(Joined::AlreadyMember {
                record_key: crew.record_key,
            });
        }
        let captain = self.captain_row().await?;
        if !captain.allow_all_crew.0 && captain.owner_did != person.as_str() {
            return Err(HoldError::RegistrationDisabled {
                captain: captain.owner_did.clone(),
            });
        }
        let own = |word: &&str| permissions.is_empty() || permissions.iter().any(|p| p == word);
        let record = HoldCrew {
            member: person.clone(),
            role: role.unwrap_or(MEMBER).to_owned(),
            permissions: [BLOB_READ, BLOB_WRITE]
                .iter()
                .filter(|word| own(word))
                .map(ToString::to_string)
                .collect(),
            tier: None,
            added_at: self.datetime(),
        };
        let record_key = crew_key(person);
        let write = repo::create(
            HoldCrew::collection(),
            record_key.clone(),
            to_ipld(&record)?,
        );
        match self.repo().write_now(&[write]).await {
            Ok(info) => Ok(Joined::Created {
                record_key,
                cid: info.written.first().copied().flatten().unwrap_or(info.cid),
            }),
            // Somebody asked twice at once.
            Err(repo::RepoError::RecordExists(_)) => Ok(Joined::AlreadyMember {
                record_key: record_key.to_string(),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Adds a member or changes one.
    pub async fn set_crew_member(
        &self,
        by: &Did,
        member: &Did,
        role: &str,
        permissions: Vec<String>,
        tier: Option<String>,
    ) -> Result<CommitInfo, HoldError> {
        let admin = self.permit_administration(by).await?;
        let mut transaction = self.database().begin().await?;
        let known = transaction.find_crew(member.as_str()).await?;
        let record = HoldCrew {
            member: member.clone(),
            role: role.to_owned(),
            permissions,
            tier,
            added_at: known.as_ref().map_or_else(
                || self.datetime(),
                |known| Datetime::from_unix_micros(known.added_at * 1000),
            ),
        };
        let write = repo::put(HoldCrew::collection(), crew_key(member), to_ipld(&record)?);
        self.check_crew_write(&admin, &mut transaction, &write)
            .await?;
        let info = self.repo().write(&mut transaction, &[write]).await?;
        transaction.commit().await?;
        self.repo().committed(&info);
        Ok(info)
    }

    /// Removes a member.
    pub async fn remove_crew_member(
        &self,
        by: &Did,
        member: &Did,
    ) -> Result<CommitInfo, HoldError> {
        let admin = self.permit_administration(by).await?;
        let mut transaction = self.database().begin().await?;
        let known = transaction
            .find_crew(member.as_str())
            .await?
            .ok_or_else(|| HoldError::NotFound {
                what: format!("{member} is not in the crew"),
            })?;
        let key = known
            .record_key
            .parse()
            .unwrap_or_else(|_| crew_key(member));
        let write = repo::delete(HoldCrew::collection(), key);
        self.check_crew_write(&admin, &mut transaction, &write)
            .await?;
        let info = self.repo().write(&mut transaction, &[write]).await?;
        transaction.commit().await?;
        self.repo().committed(&info);
        Ok(info)
    }

    /// Gives a member the tier at a place in the list, for an `AppView` that the operator trusts. Returns the tier's
    /// name; `None` for somebody who is not in the crew.
    pub async fn set_tier(&self, member: &Did, rank: usize) -> Result<Option<String>, HoldError> {
        let Some(known) = self.find_crew_member(member).await? else {
            return Ok(None);
        };
        let tier = self
            .tiers()
            .at_rank(rank)
            .ok_or_else(|| HoldError::Invalid {
                reason: format!("there is no tier of rank {rank}"),
            })?;
        let record = HoldCrew {
            member: member.clone(),
            role: known.role,
            permissions: known.permissions,
            tier: Some(tier.name.clone()),
            added_at: Datetime::from_unix_micros(known.added_at * 1000),
        };
        let key = known
            .record_key
            .parse()
            .unwrap_or_else(|_| crew_key(member));
        let write = repo::put(HoldCrew::collection(), key, to_ipld(&record)?);
        self.repo().write_now(&[write]).await?;
        Ok(Some(tier.name.clone()))
    }

    /// A member, or `None`.
    pub async fn find_crew_member(&self, member: &Did) -> Result<Option<CrewMember>, HoldError> {
        let row = self.database().find_crew(member.as_str()).await?;
        Ok(row.and_then(member_of))
    }

    /// Members by DID, behind `after`.
    pub async fn list_crew(
        &self,
        after: Option<&Did>,
        limit: u16,
    ) -> Result<Vec<CrewMember>, HoldError> {
        let after = after.map_or("", Did::as_str);
        let rows = self.database().list_crew(after, i64::from(limit)).await?;
        Ok(rows.into_iter().filter_map(member_of).collect())
    }

    /// Whether an administrator may make this change to the crew. The captain may make every one that leaves a
    /// captain; others may neither give nor take the right to administer, nor change what they are themselves.
    pub(super) async fn check_crew_write(
        &self,
        admin: &MayAdminister,
        transaction: &mut Transaction,
        write: &Write,
    ) -> Result<(), HoldError> {
        let denied = |reason: &str| HoldError::Denied {
            reason: format!("Access denied: {reason}"),
        };
        let captain = transaction
            .find_captain()
            .await?
            .ok_or(HoldError::NotSetUp)?
            .owner_did;
        let after = match &write.action {
            WriteAction::Delete => None,
            WriteAction::Create(record)
            | WriteAction::Update(record)
            | WriteAction::Put(record) => Some(read_crew(record)?),
        };
        let member = match &after {
            Some(after) => after.member.to_string(),
            None => transaction
                .find_crew_by_record(write.rkey.as_str())
                .await?
                .map(|row| row.member_did)
                .ok_or_else(|| HoldError::NotFound {
                    what: "there is no such member".to_owned(),
                })?,
        };
        if after
            .as_ref()
            .is_some_and(|after| write.rkey != crew_key(&after.member))
        {
            return Err(HoldError::Invalid {
                reason: format!(
                    "the record of {member} has the key {}",
                    member
                        .parse()
                        .map_or_else(|_| String::new(), |did| crew_key(&did).to_string())
                ),
            });
        }
        let is_admin = |words: &[String]| words.iter().any(|word| word == CREW_ADMIN);
        if member == captain {
            let stays = after
                .as_ref()
                .is_some_and(|after| after.role == OWNER && is_admin(&after.permissions));
            return if admin.is_captain && stays {
                Ok(())
            } else {
                Err(denied(
                    "the captain stays in the crew; the captaincy is handed over, not removed",
                ))
            };
        }
        if admin.is_captain {
            return Ok(());
        }
        if member == admin.by.as_str() {
            return Err(denied("nobody changes their own membership"));
        }
        let before = transaction.find_crew(&member).await?;
        let was_admin = before.is_some_and(|row| {
            is_admin(&serde_json::from_str::<Vec<String>>(&row.permissions).unwrap_or_default())
        });
        let becomes_admin = after.is_some_and(|after| is_admin(&after.permissions));
        if was_admin || becomes_admin {
            return Err(denied("only the captain makes and removes administrators"));
        }
        Ok(())
    }
}

/// The key of somebody's crew record: their DID, where that is a key.
pub fn crew_key(member: &Did) -> RecordKey {
    member.as_str().parse().unwrap_or_else(|_| {
        // A DID with a port has `%3A` in it, which no key may have.
        let spelled: RecordKey = member
            .as_str()
            .replace('%', "_")
            .parse()
            .expect("a DID has no other character that a key may not have");
        hashed_record_key(&spelled)
    })
}

pub(super) fn to_ipld<R: lexicon::Record>(record: &R) -> Result<Ipld, HoldError> {
    let invalid = |reason: String| HoldError::Invalid { reason };
    let value = record
        .to_value()
        .map_err(|error| invalid(super::record_rules::reason_of(&error)))?;
    Ipld::from_json(&value).map_err(|error| invalid(error.to_string()))
}

fn read_crew(record: &Ipld) -> Result<HoldCrew, HoldError> {
    HoldCrew::from_value(&record.to_json()).map_err(|error| HoldError::Invalid {
        reason: super::record_rules::reason_of(&error),
    })
}

fn member_of(row: CrewRow) -> Option<CrewMember> {
    Some(CrewMember {
        did: row.member_did.parse().ok()?,
        role: row.role,
        permissions: serde_json::from_str(&row.permissions).unwrap_or_default(),
        tier: row.tier,
        added_at: row.added_at,
        record_key: row.record_key,
    })
}
