//! The crew: who may use the hold beside its captain. One record for each member.

use atproto::data::{Cid, Ipld};
use atproto::repo::{Write, WriteAction};
use atproto::syntax::{Datetime, Did, RecordKey};
use lexicon::{HoldCrew, Record as _};
use sha2::{Digest as _, Sha256};

use super::permissions::{BLOB_READ, BLOB_WRITE, CREW_ADMIN, MayAdminister};
use super::repo::{self, CommitInfo};
use super::{Hold, HoldError};
use crate::db::{CrewRow, Transaction};

/// The role of somebody who joined by themselves.
const MEMBER: &str = "member";
/// The role of a former captain.
pub(super) const ADMIN: &str = "admin";
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

/// What becomes of a member; `None` leaves as it is, and gives a new member what is usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CrewChange {
    /// A word for people, at first `member`.
    pub role: Option<String>,
    /// What they may do, at first `blob:read` and `blob:write`.
    pub permissions: Option<Vec<String>>,
    /// Their quota.
    pub tier: TierChange,
}

/// What becomes of a member's quota.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TierChange {
    /// It stays; at first it is the default.
    #[default]
    Keep,
    /// It becomes the default.
    Default,
    /// It becomes the one with this name.
    Named(String),
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
        let is_captain = captain.owner_did == person.as_str();
        if !captain.allow_all_crew.0 && !is_captain {
            return Err(HoldError::RegistrationDisabled {
                captain: captain.owner_did.clone(),
            });
        }
        let record = if is_captain {
            self.owner_crew(person)
        } else {
            HoldCrew {
                member: person.clone(),
                role: own_role(role).to_owned(),
                permissions: own_permissions(permissions),
                tier: None,
                added_at: self.datetime(),
            }
        };
        let record_key = crew_key(person);
        let write = repo::create(
            HoldCrew::collection(),
            record_key.clone(),
            to_ipld(&record)?,
        );
        let transaction = self.repo().begin().await?;
        let actor = self.actor(person);
        match self.write_decision(&actor, transaction, &[write]).await {
            Ok(info) => Ok(Joined::Created {
                record_key,
                cid: info.written.first().copied().flatten().unwrap_or(info.cid),
            }),
            // Somebody asked twice at once.
            Err(HoldError::Repo(repo::RepoError::RecordExists(_))) => Ok(Joined::AlreadyMember {
                record_key: record_key.to_string(),
            }),
            Err(error) => Err(error),
        }
    }

    /// Adds a member or changes one. With nothing to change, there is no commit.
    pub async fn set_crew_member(
        &self,
        by: &Did,
        member: &Did,
        change: CrewChange,
    ) -> Result<CommitInfo, HoldError> {
        self.permit_administration(by).await?;
        let mut transaction = self.repo().begin().await?;
        let admin = self.permit_administration_in(&mut transaction, by).await?;
        let known = transaction.find_crew(member.as_str()).await?;
        let record = self.changed(member, known, change);
        let write = repo::put(HoldCrew::collection(), crew_key(member), to_ipld(&record)?);
        self.check_crew_write(&admin, &mut transaction, &write)
            .await?;
        self.write_decision(&self.actor(by), transaction, &[write])
            .await
    }

    /// What a member's record says after a change.
    fn changed(&self, member: &Did, known: Option<CrewRow>, change: CrewChange) -> HoldCrew {
        let known = known.and_then(member_of);
        HoldCrew {
            member: member.clone(),
            role: change
                .role
                .or_else(|| known.as_ref().map(|known| known.role.clone()))
                .unwrap_or_else(|| MEMBER.to_owned()),
            permissions: change
                .permissions
                .or_else(|| known.as_ref().map(|known| known.permissions.clone()))
                .unwrap_or_else(|| [BLOB_READ, BLOB_WRITE].map(str::to_owned).into()),
            tier: match change.tier {
                TierChange::Keep => known.as_ref().and_then(|known| known.tier.clone()),
                TierChange::Default => None,
                TierChange::Named(tier) => Some(tier),
            },
            added_at: known.as_ref().map_or_else(
                || self.datetime(),
                |known| Datetime::from_unix_micros(known.added_at * 1000),
            ),
        }
    }

    /// Removes a member.
    pub async fn remove_crew_member(
        &self,
        by: &Did,
        member: &Did,
    ) -> Result<CommitInfo, HoldError> {
        self.permit_administration(by).await?;
        let mut transaction = self.repo().begin().await?;
        let admin = self.permit_administration_in(&mut transaction, by).await?;
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
        self.write_decision(&self.actor(by), transaction, &[write])
            .await
    }

    /// Gives a member the tier at a place in the list, for an `AppView` that the operator trusts. Returns the tier's
    /// name; `None` for somebody who is not in the crew.
    pub async fn set_tier(
        &self,
        by: &Did,
        member: &Did,
        rank: usize,
    ) -> Result<Option<String>, HoldError> {
        let tier = self
            .tiers()
            .at_rank(rank)
            .ok_or_else(|| HoldError::Invalid {
                reason: format!("there is no tier of rank {rank}"),
            })?;
        let mut transaction = self.repo().begin().await?;
        let Some(known) = transaction.find_crew(member.as_str()).await? else {
            return Ok(None);
        };
        let change = CrewChange {
            tier: TierChange::Named(tier.name.clone()),
            ..CrewChange::default()
        };
        let key = known
            .record_key
            .parse()
            .unwrap_or_else(|_| crew_key(member));
        let record = self.changed(member, Some(known), change);
        let write = repo::put(HoldCrew::collection(), key, to_ipld(&record)?);
        self.write_decision(&self.actor(by), transaction, &[write])
            .await?;
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
        if let Some(after) = &after
            && write.rkey != crew_key(&after.member)
        {
            return Err(HoldError::Invalid {
                reason: format!(
                    "the record of {} has the key {}",
                    after.member,
                    crew_key(&after.member)
                ),
            });
        }
        let before = match &after {
            Some(after) => transaction.find_crew(after.member.as_str()).await?,
            None => transaction.find_crew_by_record(write.rkey.as_str()).await?,
        };
        let member = match (&after, &before) {
            (Some(after), _) => after.member.as_str(),
            (None, Some(before)) => &before.member_did,
            // What is not there is deleted already.
            (None, None) => return Ok(()),
        };
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
        let was_admin = before.as_ref().is_some_and(|row| {
            is_admin(&serde_json::from_str::<Vec<String>>(&row.permissions).unwrap_or_default())
        });
        let becomes_admin = after
            .as_ref()
            .is_some_and(|after| is_admin(&after.permissions));
        if was_admin || becomes_admin {
            return Err(denied("only the captain makes and removes administrators"));
        }
        Ok(())
    }
}

/// What somebody who joins by themselves may call themselves.
fn own_role(asked: Option<&str>) -> &str {
    asked
        .filter(|role| ![OWNER, ADMIN].contains(role))
        .unwrap_or(MEMBER)
}

/// What somebody who joins by themselves may do: of what they ask for, reading and writing.
fn own_permissions(asked: &[String]) -> Vec<String> {
    [BLOB_READ, BLOB_WRITE]
        .into_iter()
        .filter(|word| asked.is_empty() || asked.iter().any(|asked| asked == word))
        .map(str::to_owned)
        .collect()
}

/// The key of somebody's crew record: their DID; where a key may not have its characters (`%3A` before a port) or
/// its length, the DID's hash.
pub fn crew_key(member: &Did) -> RecordKey {
    let did = member.as_str();
    did.parse().unwrap_or_else(|_| {
        format!("h-{}", hex::encode(Sha256::digest(did)))
            .parse()
            .expect("hex digits are a record key")
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

#[cfg(test)]
mod tests;
