//! Who did what in a hold.

use std::collections::BTreeMap;

use app::api::error::PageError;
use app::api::hold::activity::{ActivityQuery, ActivityRow, ActivitySource, Doer, HoldActivity};
use app::api::hold::upkeep::{Said, UpkeepPage};
use app::api::hold::{ForThose, Named, Whom};
use app::t;
use atproto::syntax::{AtIdentifier, Did};
use chrono::TimeDelta;
use serde_json::Value;

use super::upkeep::said;
use super::{HoldPages, refused};
use crate::handlers::web::views::moment;
use crate::hold::{ActivityFilter, Actor, NotedActivity, human_bytes};
use crate::identity::Freshness;

/// Entries on one page.
const PAGE: u16 = 50;

#[async_trait::async_trait]
impl ActivitySource for HoldPages {
    async fn activity(
        &self,
        did: &str,
        query: ActivityQuery,
    ) -> Result<ForThose<UpkeepPage<HoldActivity>>, PageError> {
        let opened = match self.open_for_administrators(did).await? {
            Ok(opened) => opened,
            Err(head) => return Ok(refused(head, Whom::Administrators)),
        };
        let Some(user) = opened.administrator() else {
            return Ok(refused(opened.head, Whom::Administrators));
        };
        let answer = match self.filter(&query).await {
            Err(reason) => Said::This(HoldActivity {
                query,
                unknown_person: Some(reason),
                ..HoldActivity::default()
            }),
            Ok(filter) => match said(opened.admin.activity(user, &filter, PAGE).await) {
                Said::This(entries) => Said::This(self.activity_view(query, entries).await),
                Said::NotOffered { method } => Said::NotOffered { method },
                Said::Nothing { reason } => Said::Nothing { reason },
            },
        };
        Ok(ForThose::Allowed(UpkeepPage {
            head: opened.head,
            said: answer,
        }))
    }
}

impl HoldPages {
    /// What somebody wants to see, in the words of the log. Fails with a sentence where nobody has the name.
    pub(super) async fn filter(&self, query: &ActivityQuery) -> Result<ActivityFilter, String> {
        let typed = query.person.trim().trim_start_matches('@');
        let person = match typed {
            "" => None,
            "operator" | "hold" => Some(typed.to_owned()),
            _ => Some(self.did_of(typed).await?.to_string()),
        };
        let from = (query.days > 0).then(|| {
            let days = TimeDelta::days(query.days.into());
            self.state.clock.now_millis() - days.num_milliseconds()
        });
        Ok(ActivityFilter {
            person,
            action: Some(query.action.clone()).filter(|action| !action.is_empty()),
            from,
            until: None,
            before: query.after.clone(),
        })
    }

    async fn did_of(&self, typed: &str) -> Result<Did, String> {
        let unknown = || t!("activity-filter-person-unknown", name = typed.to_owned());
        let account: AtIdentifier = typed.to_lowercase().parse().map_err(|_| unknown())?;
        if let AtIdentifier::Did(did) = &account {
            return Ok(did.clone());
        }
        let found = self
            .state
            .identities
            .resolve(&account, Freshness::ForReading)
            .await;
        found.map(|found| found.did.clone()).map_err(|_| unknown())
    }

    async fn activity_view(
        &self,
        query: ActivityQuery,
        entries: Vec<NotedActivity>,
    ) -> HoldActivity {
        let next = entries
            .last()
            .filter(|_| entries.len() == usize::from(PAGE))
            .map(|last| last.id.clone());
        // The same few people are in most entries.
        let mut names = BTreeMap::new();
        let mut rows = Vec::with_capacity(entries.len());
        for entry in entries {
            rows.push(self.activity_row(entry, &mut names).await);
        }
        HoldActivity {
            query,
            entries: rows,
            next,
            unknown_person: None,
        }
    }

    async fn activity_row(
        &self,
        entry: NotedActivity,
        names: &mut BTreeMap<Did, Named>,
    ) -> ActivityRow {
        let subject: Option<Did> = entry.subject.as_deref().and_then(|text| text.parse().ok());
        let is_own = matches!(&entry.actor, Actor::Person(did) if subject.as_ref() == Some(did));
        let who = match &entry.actor {
            Actor::Person(did) => Doer::Person(self.remembered(did, names).await),
            Actor::Operator => Doer::Operator,
            Actor::Hold => Doer::Hold,
        };
        let subject = match subject.filter(|_| !is_own) {
            Some(did) => Some(self.remembered(&did, names).await),
            None => None,
        };
        ActivityRow {
            at: moment(entry.last_at, self.state.clock.now_millis()),
            times: entry.times,
            who,
            subject,
            details: details(&entry.action, &entry.details),
            action: entry.action,
        }
    }

    async fn remembered(&self, did: &Did, names: &mut BTreeMap<Did, Named>) -> Named {
        if let Some(known) = names.get(did) {
            return known.clone();
        }
        let found = self.named(did).await;
        names.insert(did.clone(), found.clone());
        found
    }
}

/// What else there is to say, each in a few words.
fn details(action: &str, details: &Value) -> Vec<String> {
    let Some(fields) = details.as_object() else {
        return Vec::new();
    };
    fields
        .iter()
        .filter_map(|(name, value)| {
            if let Some(change) = value.as_object() {
                let from = plain(name, change.get("from").unwrap_or(&Value::Null));
                let to = plain(name, change.get("to").unwrap_or(&Value::Null));
                let label = label(name);
                return Some(t!("activity-change", label = label, from = from, to = to));
            }
            if value.is_null() || (name == "failure" && action != "garbage.failed") {
                return None;
            }
            Some(match name.as_str() {
                "reason" | "failure" => plain(name, value),
                _ => t!(
                    "activity-detail",
                    label = label(name),
                    value = plain(name, value)
                ),
            })
        })
        .collect()
}

fn label(name: &str) -> String {
    match name {
        "allowAllCrew" => t!("activity-label-all-crew"),
        "enableBlueskyPosts" => t!("activity-label-posts"),
        "public" => t!("activity-label-public"),
        "graceMinutes" => t!("activity-label-grace"),
        "freedBytes" => t!("activity-label-freed"),
        "quarantinedBytes" => t!("activity-label-quarantined"),
        "withKeys" => t!("activity-label-keys"),
        "from" => t!("activity-label-before"),
        "bytes" => t!("activity-label-size"),
        "rev" => t!("activity-label-revision"),
        other => other,
    }
    .to_owned()
}

fn plain(name: &str, value: &Value) -> String {
    match value {
        Value::Null => t!("activity-value-none").to_owned(),
        Value::Bool(true) => t!("activity-value-yes").to_owned(),
        Value::Bool(false) => t!("activity-value-no").to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) if name.to_lowercase().ends_with("bytes") => number
            .as_u64()
            .map_or_else(|| number.to_string(), human_bytes),
        Value::Array(items) if items.is_empty() => t!("activity-value-empty").to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| plain(name, item)).collect();
            items.join(", ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::hold::ActivityAction;

    #[test]
    fn every_action_has_words() {
        for action in ActivityAction::ALL {
            let name = action.as_str();
            let key = name.replace('.', "-");
            let sentences = [
                t!(
                    "activity-entry",
                    who = "",
                    action = key.clone(),
                    name = name
                ),
                t!(
                    "activity-entry-whom",
                    who = "",
                    whom = "",
                    action = key,
                    name = name
                ),
            ];
            let is_worded = |sentence: &String| !sentence.contains("another release");
            assert!(sentences.iter().any(is_worded), "{action:?}");
        }
    }

    #[test]
    fn details_read_well() {
        let change = json!({ "tier": { "from": null, "to": "bosun" }, "public": { "from": true, "to": false } });
        assert_eq!(
            details("crew.changed", &change),
            ["everybody may read: yes → no", "tier: none → bosun"]
        );
        let ended = json!({ "freedBytes": 4_100_000_000_u64, "failure": null });
        assert_eq!(details("garbage.ended", &ended), ["freed: 4.1 GB"]);
    }
}
