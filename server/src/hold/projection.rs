//! What is derived from the hold's records, for looking things up: the captain, the crew, layers, stats, posts.
//!
//! Every commit passes by here, whoever wrote it, so the derived rows say what the records say. Nothing else
//! writes them.

use atproto::data::Ipld;
use atproto::repo::{OpAction, RepoOp};
use atproto::syntax::{AtUri, Did};
use lexicon::{FeedPost, HoldCaptain, HoldCrew, HoldLayer, HoldStats, Record, nsid};

use super::layer_digest;
use super::repo::RepoError;
use crate::db::{CaptainRow, CrewRow, Flag, LayerRow, StatsRow, Transaction};

/// Makes the derived rows follow one change of a record.
pub(super) async fn follow(
    transaction: &mut Transaction,
    op: &RepoOp,
    record: Option<&Ipld>,
) -> Result<(), RepoError> {
    if op.action != OpAction::Create {
        forget(transaction, op).await?;
    }
    let Some(record) = record else {
        return Ok(());
    };
    let key = op.rkey.as_str();
    match op.collection.as_str() {
        nsid::HOLD_CAPTAIN => {
            let row = captain_row(&read(op, record)?);
            transaction.upsert_captain(&row).await?;
        }
        nsid::HOLD_CREW => {
            let row = crew_row(key, &read(op, record)?);
            transaction.upsert_crew(&row).await?;
        }
        nsid::HOLD_LAYER => {
            if let Some(row) = layer_row(key, &read(op, record)?) {
                transaction.upsert_layer(&row).await?;
            }
        }
        nsid::HOLD_STATS => {
            let row = stats_row(key, &read(op, record)?);
            transaction.upsert_stats(&row).await?;
        }
        nsid::FEED_POST => {
            let post: FeedPost = read(op, record)?;
            if let Some(user) = mentioned(&post) {
                transaction.insert_post(key, user.as_str()).await?;
            }
        }
        _ => {}
    }
    Ok(())
}

async fn forget(transaction: &mut Transaction, op: &RepoOp) -> Result<(), RepoError> {
    let key = op.rkey.as_str();
    match op.collection.as_str() {
        nsid::HOLD_CREW => {
            if op.action == OpAction::Delete {
                transaction.end_captaincy_offer_to(key).await?;
            }
            transaction.delete_crew_by_record(key).await?;
        }
        nsid::HOLD_LAYER => transaction.delete_layer_by_record(key).await?,
        nsid::HOLD_STATS => transaction.delete_stats_by_record(key).await?,
        nsid::FEED_POST => transaction.delete_post(key).await?,
        _ => {}
    }
    Ok(())
}

/// The record in its type. It was checked before it was written.
fn read<R: Record>(op: &RepoOp, record: &Ipld) -> Result<R, RepoError> {
    R::from_value(&record.to_json()).map_err(|error| RepoError::InvalidRecord {
        path: op.path(),
        reason: super::record_rules::reason_of(&error),
    })
}

fn captain_row(captain: &HoldCaptain) -> CaptainRow {
    CaptainRow {
        owner_did: captain.owner.to_string(),
        public: Flag(captain.public),
        allow_all_crew: Flag(captain.allow_all_crew),
        enable_bluesky_posts: Flag(captain.enable_bluesky_posts),
    }
}

fn crew_row(key: &str, crew: &HoldCrew) -> CrewRow {
    CrewRow {
        member_did: crew.member.to_string(),
        record_key: key.to_owned(),
        role: crew.role.clone(),
        permissions: serde_json::to_string(&crew.permissions).expect("texts have a JSON form"),
        tier: crew.tier.clone(),
        added_at: crew.added_at.unix_micros() / 1000,
    }
}

/// `None` for a record that names no manifest: nothing could ever remove it again.
fn layer_row(key: &str, layer: &HoldLayer) -> Option<LayerRow> {
    Some(LayerRow {
        record_key: key.to_owned(),
        user_did: layer.user_did.to_string(),
        repository: layer.repository.clone().unwrap_or_default(),
        manifest: manifest_digest(layer.manifest.as_ref()?)?,
        digest: layer_digest::from_record(&layer.digest),
        size: layer.size,
        media_type: layer.media_type.clone(),
        created_at: layer.created_at.unix_micros() / 1000,
    })
}

/// The digest that a manifest's record key begins with; the key itself where it is a hash of one.
fn manifest_digest(manifest: &AtUri) -> Option<String> {
    let key = manifest.record_key()?;
    let hex = key.as_str().split('_').next().unwrap_or_default();
    let is_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(match hex.len() {
        64 if is_hex => format!("sha256:{hex}"),
        128 if is_hex => format!("sha512:{hex}"),
        _ => key.to_string(),
    })
}

fn stats_row(key: &str, stats: &HoldStats) -> StatsRow {
    let millis = |time: &atproto::syntax::Datetime| time.unix_micros() / 1000;
    StatsRow {
        owner_did: stats.owner_did.to_string(),
        repository: stats.repository.clone(),
        record_key: key.to_owned(),
        pull_count: stats.pull_count.cast_signed(),
        push_count: stats.push_count.cast_signed(),
        last_pull: stats.last_pull.as_ref().map(millis),
        last_push: stats.last_push.as_ref().map(millis),
    }
}

/// Whom a post is about: the first account it mentions.
fn mentioned(post: &FeedPost) -> Option<Did> {
    post.mentions().into_iter().next()
}
