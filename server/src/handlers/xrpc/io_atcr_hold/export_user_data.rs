//! `io.atcr.hold.exportUserData`: everything the hold knows about whoever asks.

use axum::response::Response;
use serde_json::{Value, json};

use atproto::syntax::Datetime;

use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;
use crate::hold::PersonalData;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let caller = call.caller().await?;
    let data = call.hold().export_user_data(&caller).await?;
    Ok(answer::json(export(&call, &data)))
}

fn export(call: &Call, data: &PersonalData) -> Value {
    let hold = call.hold().did();
    let uri = |collection: &str, key: &str| format!("at://{hold}/{collection}/{key}");
    let time = |millis: i64| Datetime::from_unix_micros(millis * 1000).to_string();
    let layers: Vec<Value> = data
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
    let stats: Vec<Value> = data
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
    let posts: Vec<Value> = data
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
        "exportedAt": data.exported_at,
        "holdDid": hold,
        "userDid": data.did,
        "isCaptain": data.is_captain,
        "layerRecords": layers,
        "statsRecords": stats,
        "blueskyPosts": posts,
    });
    if let Some(crew) = &data.crew {
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
