//! What a write of a record decides, as the log tells it: from the record as it was and as it becomes.

use std::collections::BTreeMap;

use atproto::data::Ipld;
use atproto::repo::{Write, WriteAction};
use lexicon::{HoldCaptain, HoldCrew, Record as _, nsid};
use serde_json::{Map, Value, json};

use super::super::repo::CommitInfo;
use super::super::{Hold, HoldError};
use super::{ActivityAction, Actor, Entry};
use crate::db::{CrewRow, Transaction};

impl Hold {
    /// Makes writes as the last part of `transaction`, in somebody's name, and notes what they decide. With nothing
    /// to change, there is no commit and nothing is noted.
    pub(in crate::hold) async fn write_decision(
        &self,
        actor: &Actor,
        mut transaction: Transaction,
        writes: &[Write],
    ) -> Result<CommitInfo, HoldError> {
        let mut entries = Vec::new();
        for write in writes {
            entries.extend(self.decision(&mut transaction, actor, write).await?);
        }
        // Who hands the hold over changes two members as well, which goes without saying.
        if let Some(handover) = entries
            .iter()
            .position(|entry| entry.action == ActivityAction::CaptaincyAccepted)
        {
            entries = vec![entries.swap_remove(handover)];
        }
        let info = self.repo().write(&mut transaction, writes).await?;
        if info.changed {
            for entry in entries {
                self.note(&mut transaction, entry).await?;
            }
        }
        transaction.commit().await?;
        self.repo().committed(&info);
        Ok(info)
    }

    async fn decision(
        &self,
        transaction: &mut Transaction,
        actor: &Actor,
        write: &Write,
    ) -> Result<Option<Entry>, HoldError> {
        let after = match &write.action {
            WriteAction::Create(record)
            | WriteAction::Update(record)
            | WriteAction::Put(record) => Some(record),
            WriteAction::Delete => None,
        };
        let entry = |action| Entry::new(actor.clone(), action);
        Ok(match write.collection.as_str() {
            nsid::HOLD_CREW => {
                let before = transaction.find_crew_by_record(write.rkey.as_str()).await?;
                crew_decision(actor, before, after)
            }
            nsid::HOLD_CAPTAIN => match (self.captain_record(transaction).await, after) {
                (Ok(before), Some(after)) => captain_decision(actor, &before, after),
                _ => None,
            },
            nsid::ACTOR_PROFILE => Some(entry(ActivityAction::ProfileChanged)),
            nsid::FEED_POST => {
                let is_removed = after.is_none();
                let key = write.rkey.to_string();
                let details = json!({ "removed": is_removed });
                Some(entry(ActivityAction::PostChanged).to(&key).with(details))
            }
            _ => None,
        })
    }
}

/// What is said of a member.
fn crew_facts(
    role: &str,
    permissions: &[String],
    tier: Option<&str>,
) -> BTreeMap<&'static str, Value> {
    let mut permissions = permissions.to_vec();
    permissions.sort_unstable();
    BTreeMap::from([
        ("role", json!(role)),
        ("permissions", json!(permissions)),
        ("tier", json!(tier)),
    ])
}

fn crew_decision(actor: &Actor, before: Option<CrewRow>, after: Option<&Ipld>) -> Option<Entry> {
    let after = after.and_then(|record| HoldCrew::from_value(&record.to_json()).ok());
    let member = match (&before, &after) {
        (_, Some(after)) => after.member.to_string(),
        (Some(before), None) => before.member_did.clone(),
        (None, None) => return None,
    };
    let is_own = actor.as_str() == member;
    let before = before.map(|row| {
        let permissions: Vec<String> = serde_json::from_str(&row.permissions).unwrap_or_default();
        crew_facts(&row.role, &permissions, row.tier.as_deref())
    });
    let after = after.map(|crew| crew_facts(&crew.role, &crew.permissions, crew.tier.as_deref()));
    let (action, details) = match (before, after) {
        (None, Some(after)) if is_own => (ActivityAction::CrewJoined, json!(after)),
        (None, Some(after)) => (ActivityAction::CrewAdded, json!(after)),
        (Some(before), None) if is_own => (ActivityAction::CrewLeft, json!(before)),
        (Some(before), None) => (ActivityAction::CrewRemoved, json!(before)),
        (Some(before), Some(after)) => {
            let changes = changes(&before, &after)?;
            let is_tier_alone = changes.len() == 1 && changes.contains_key("tier");
            let action = if is_tier_alone {
                ActivityAction::CrewTierChanged
            } else {
                ActivityAction::CrewChanged
            };
            (action, Value::Object(changes))
        }
        (None, None) => return None,
    };
    Some(Entry::new(actor.clone(), action).to(&member).with(details))
}

fn captain_decision(actor: &Actor, before: &HoldCaptain, after: &Ipld) -> Option<Entry> {
    let after = HoldCaptain::from_value(&after.to_json()).ok()?;
    if after.owner != before.owner {
        let entry = Entry::new(actor.clone(), ActivityAction::CaptaincyAccepted);
        return Some(entry.to(&after.owner).with(json!({ "from": before.owner })));
    }
    let facts = |captain: &HoldCaptain| {
        BTreeMap::from([
            ("public", json!(captain.public)),
            ("allowAllCrew", json!(captain.allow_all_crew)),
            ("enableBlueskyPosts", json!(captain.enable_bluesky_posts)),
            ("region", json!(captain.region)),
            ("provider", json!(captain.provider)),
        ])
    };
    let changes = changes(&facts(before), &facts(&after))?;
    let entry = Entry::new(actor.clone(), ActivityAction::SettingsChanged);
    Some(entry.with(Value::Object(changes)))
}

/// What differs, each as `{"from": …, "to": …}`; `None` when nothing does.
fn changes(
    before: &BTreeMap<&'static str, Value>,
    after: &BTreeMap<&'static str, Value>,
) -> Option<Map<String, Value>> {
    let changes: Map<String, Value> = before
        .iter()
        .filter(|(name, value)| after.get(*name) != Some(value))
        .map(|(name, value)| {
            let change = json!({ "from": value, "to": after.get(name) });
            ((*name).to_owned(), change)
        })
        .collect();
    (!changes.is_empty()).then_some(changes)
}
