//! `app.bsky.*`: the hold's profile, for apps that show accounts.

use atproto::syntax::{Nsid, RecordKey};
use lexicon::{ActorProfile, Record as _};
use serde_json::{Value, json};

use super::XrpcError;
use crate::hold::Hold;

pub(super) mod get_profile;
pub(super) mod get_profiles;

/// The hold's profile as an app sees it.
async fn profile(hold: &Hold) -> Result<Value, XrpcError> {
    let collection: Nsid = ActorProfile::collection();
    let key: RecordKey = "self".parse().expect("a record key");
    let stored = hold.repo().get_record(&collection, &key).await?;
    let record = stored
        .and_then(|stored| ActorProfile::from_value(&stored.value.to_json()).ok())
        .unwrap_or_default();
    let mut profile = json!({
        "did": hold.did(),
        "handle": hold.handle(),
        "followersCount": 0,
        "followsCount": 0,
        "postsCount": hold.repo().count_records(lexicon::nsid::FEED_POST).await?,
        "labels": [],
    });
    let optional = [
        ("displayName", record.display_name),
        ("description", record.description),
        ("createdAt", record.created_at.map(|time| time.to_string())),
        ("avatar", record.avatar.map(|blob| hold.blob_url(&blob.cid))),
        ("banner", record.banner.map(|blob| hold.blob_url(&blob.cid))),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            profile[name] = value.into();
        }
    }
    Ok(profile)
}
