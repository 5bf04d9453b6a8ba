//! What a record of the hold's repo must be, whoever writes it.

use atproto::data::Ipld;
use atproto::repo::Write;
use lexicon::schema;
use lexicon::{
    ActorProfile, FeedPost, HoldCaptain, HoldCrew, HoldLayer, HoldStats, Record, RecordError, nsid,
};
use serde_json::Value;

use super::repo::RepoError;

/// Checks that a record follows its lexicon and that the hold keeps records of its collection under such a key.
pub(super) fn check(write: &Write, record: &Ipld) -> Result<(), RepoError> {
    let value = record.to_json();
    let collection = write.collection.as_str();
    let checked = match collection {
        nsid::HOLD_CAPTAIN => follows::<HoldCaptain>(&value),
        nsid::HOLD_CREW => follows::<HoldCrew>(&value),
        nsid::HOLD_LAYER => follows::<HoldLayer>(&value),
        nsid::HOLD_STATS => follows::<HoldStats>(&value),
        nsid::ACTOR_PROFILE => follows::<ActorProfile>(&value),
        nsid::FEED_POST => follows::<FeedPost>(&value),
        other => Err(format!("a hold keeps no records of {other}")),
    };
    let is_single = matches!(collection, nsid::HOLD_CAPTAIN | nsid::ACTOR_PROFILE);
    let checked = checked.and_then(|()| {
        if is_single && write.rkey.as_str() != "self" {
            return Err("its key must be `self`".to_owned());
        }
        schema::validate_record(collection, &value).map_err(|error| error.to_string())
    });
    checked.map_err(|reason| RepoError::InvalidRecord {
        path: write.path(),
        reason,
    })
}

fn follows<R: Record>(value: &Value) -> Result<(), String> {
    R::from_value(value)
        .map(drop)
        .map_err(|error| reason_of(&error))
}

/// What is wrong with a record, with the cause behind it.
pub(super) fn reason_of(error: &RecordError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
