//! What the hold knows about one person, as `io.atcr.hold.exportUserData` answers it.

use atproto::syntax::{Datetime, Did};
use serde_json::{Value, json};

use super::PersonalData;

impl PersonalData {
    /// The answer of `hold`.
    pub fn to_json(&self, hold: &Did) -> Value {
        let uri = |collection: &str, key: &str| format!("at://{hold}/{collection}/{key}");
        let time = |millis: i64| Datetime::from_unix_micros(millis * 1000).to_string();
        let layers: Vec<Value> = self
            .layers
            .iter()
            .map(|layer| {
                json!({
                    "uri": uri(lexicon::nsid::HOLD_LAYER, &layer.record_key),
                    "digest": layer.digest,
                    "size": layer.size,
                    "mediaType": layer.media_type,
                    "repository": layer.repository,
                    "manifestDigest": layer.manifest,
                    "createdAt": time(layer.created_at),
                })
            })
            .collect();
        let stats: Vec<Value> = self
            .stats
            .iter()
            .map(|stats| {
                json!({
                    "uri": uri(lexicon::nsid::HOLD_STATS, &stats.record_key),
                    "repository": stats.repository,
                    "pullCount": stats.pull_count,
                    "pushCount": stats.push_count,
                    "lastPull": stats.last_pull.map(time),
                    "lastPush": stats.last_push.map(time),
                })
            })
            .collect();
        let posts: Vec<Value> = self
            .posts
            .iter()
            .map(|(key, post)| {
                json!({
                    "uri": uri(lexicon::nsid::FEED_POST, key.as_str()),
                    "text": post.text,
                    "createdAt": post.created_at,
                })
            })
            .collect();
        let mut value = json!({
            "exportedAt": self.exported_at,
            "holdDid": hold,
            "userDid": self.did,
            "isCaptain": self.is_captain,
            "layerRecords": layers,
            "statsRecords": stats,
            "blueskyPosts": posts,
        });
        if let Some(crew) = &self.crew {
            value["crewRecord"] = json!({
                "uri": uri(lexicon::nsid::HOLD_CREW, &crew.record_key),
                "role": crew.role,
                "permissions": crew.permissions,
                "tier": crew.tier,
                "addedAt": time(crew.added_at),
            });
        }
        without_nulls(value)
    }
}

/// What is not known is left out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        Value::Array(values) => values.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
