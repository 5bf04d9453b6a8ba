//! The JSON files of an archive.

use std::collections::{BTreeMap, HashMap};

use atproto::syntax::Datetime;
use chrono::{DateTime, SecondsFormat, Utc};
use lexicon::nsid;
use serde_json::{Value, json};

use super::{PersonalDataError, PersonalDataParts};
use crate::accounts::access_tokens::{AccessToken, AccessTokenKind};
use crate::identity::Identity;

/// Every collection of ours is below this name.
pub(super) const COLLECTIONS: &str = "io.atcr.";
/// Pages of a hundred records of one collection that are read; nobody has been seen with as many.
const MAX_PAGES: usize = 5_000;

/// Who somebody is, where they are signed in, and which tokens they made: without any secret.
pub(super) async fn account(
    parts: &PersonalDataParts,
    identity: &Identity,
) -> Result<Value, PersonalDataError> {
    let did = &identity.did;
    let browsers = parts.access.browsers.list(did).await?;
    let oauth = parts.database.list_oauth_sessions(did).await?;
    let passwords = parts.database.list_pds_sessions_of(did).await?;
    let invites = parts.database.list_invites_of(did).await?;
    let tokens = parts.access.access_tokens.list(did).await?;
    let of_kind = |kind| -> Vec<Value> {
        let tokens = tokens.iter().filter(|token| token.kind == kind);
        tokens.map(token).collect()
    };
    Ok(json!({
        "did": did,
        "handle": identity.handle,
        "personalDataServer": identity.pds,
        "exportedAt": parts.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true),
        "exportedFrom": parts.public_url,
        "browserSessions": browsers.iter().map(|session| json!({
            "browser": session.browser,
            "network": session.network,
            "signedInAt": millis(session.signed_in_at),
            "lastUsedAt": millis(session.last_used_at),
        })).collect::<Vec<_>>(),
        "oauthSessions": oauth.iter().map(|session| json!({
            "authorizationServer": session.issuer,
            "personalDataServer": session.pds,
            "scopes": session.scopes,
            "openedAt": millis(session.created_at),
            "refreshedAt": millis(session.refreshed_at),
            "lastUsedAt": millis(session.last_used_at),
        })).collect::<Vec<_>>(),
        "appPasswordSessions": passwords.iter().map(|session| json!({
            "personalDataServer": session.pds_url,
            "openedAt": millis(session.created_at),
            "lastUsedAt": millis(session.last_used_at),
        })).collect::<Vec<_>>(),
        "accessTokens": of_kind(AccessTokenKind::Personal),
        "devices": of_kind(AccessTokenKind::Device),
        "invites": invites.iter().map(|invite| json!({
            "hold": invite.hold_did,
            "note": invite.note,
            "tier": invite.tier,
            "usesLeft": invite.uses_left,
            "createdAt": millis(invite.created_at),
            "expiresAt": millis(invite.expires_at),
        })).collect::<Vec<_>>(),
    }))
}

fn token(token: &AccessToken) -> Value {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes,
        "createdAt": time(token.created_at),
        "expiresAt": time(token.expires_at),
        "lastUsedAt": token.last_used_at.map(time),
    })
}

/// Repositories with their manifests and tags, as the catalogue has them.
pub(super) async fn registry(
    parts: &PersonalDataParts,
    identity: &Identity,
) -> Result<Value, PersonalDataError> {
    let did = &identity.did;
    let uri = |collection: &str, key: &str| format!("at://{did}/{collection}/{key}");
    let mut repositories: BTreeMap<String, (Vec<Value>, Vec<Value>)> = BTreeMap::new();
    for found in parts.database.list_manifests(did).await? {
        let manifest = found.manifest;
        let annotations: Value = serde_json::from_str(&manifest.annotations).unwrap_or_default();
        let repository = repositories
            .entry(found.repository.to_string())
            .or_default();
        repository.0.push(json!({
            "digest": manifest.digest.to_string(),
            "mediaType": manifest.media_type,
            "size": manifest.size,
            "artifactType": manifest.artifact_type,
            "subject": manifest.subject.map(|subject| subject.to_string()),
            "annotations": annotations,
            "hold": manifest.hold_did,
            "record": uri(nsid::MANIFEST, &manifest.record_key),
            "firstSeenAt": millis(manifest.created_at),
        }));
    }
    for tag in parts.database.list_tags_of(did).await? {
        repositories
            .entry(tag.repository)
            .or_default()
            .1
            .push(json!({
                "tag": tag.tag,
                "digest": tag.digest,
                "record": uri(nsid::TAG, &tag.record_key),
                "movedAt": millis(tag.updated_at),
            }));
    }
    let owner = component(identity);
    let repositories: Vec<Value> = repositories
        .into_iter()
        .map(|(path, (manifests, tags))| {
            json!({ "name": format!("{owner}/{path}"), "manifests": manifests, "tags": tags })
        })
        .collect();
    let deletions = parts.database.list_deletions_of(did).await?;
    let deletions: Vec<Value> = deletions
        .into_iter()
        .map(|deletion| {
            json!({
                "repository": format!("{owner}/{}", deletion.repository),
                "cause": deletion.cause,
                "state": deletion.state,
                "startedAt": millis(deletion.started_at),
            })
        })
        .collect();
    Ok(json!({ "did": did, "repositories": repositories, "deletions": deletions }))
}

/// Sizes of blobs, as holds say them.
#[derive(Default)]
pub(super) struct Sizes(HashMap<String, u64>);

impl Sizes {
    /// Takes up what a hold exported.
    pub(super) fn learn(&mut self, document: &Value) {
        let layers = document["layerRecords"].as_array().into_iter().flatten();
        for layer in layers {
            if let (Some(digest), Some(size)) = (layer["digest"].as_str(), layer["size"].as_u64()) {
                self.0.insert(digest.to_owned(), size);
            }
        }
    }
}

/// The blobs of all repositories: what they are called, where they lie, and where to fetch them.
pub(super) async fn blobs(
    parts: &PersonalDataParts,
    identity: &Identity,
    sizes: &Sizes,
) -> Result<Value, PersonalDataError> {
    let owner = component(identity);
    let base = parts.public_url.as_str().trim_end_matches('/');
    let rows = parts.database.list_blobs_of(&identity.did).await?;
    let blobs: Vec<Value> = rows
        .into_iter()
        .map(|row| {
            let known = row.size.and_then(|size| u64::try_from(size).ok());
            json!({
                "digest": row.digest,
                "size": known.or_else(|| sizes.0.get(&row.digest).copied()),
                "repository": format!("{owner}/{}", row.repository),
                "hold": row.hold_did,
                "url": format!("{base}/v2/{owner}/{}/blobs/{}", row.repository, row.digest),
                "addedAt": millis(row.added_at),
            })
        })
        .collect();
    Ok(json!({ "did": identity.did, "blobs": blobs }))
}

/// The person's records of our collections, by collection.
pub(super) async fn records(
    parts: &PersonalDataParts,
    identity: &Identity,
) -> Result<Vec<(String, Value)>, PersonalDataError> {
    let (pds, did) = (&identity.pds, &identity.did);
    let mut collections = Vec::new();
    for collection in parts.pds.list_collections(pds, did).await? {
        if !collection.as_str().starts_with(COLLECTIONS) {
            continue;
        }
        let (mut records, mut cursor) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let page = parts
                .pds
                .list_records(pds, did, &collection, cursor.as_deref())
                .await?;
            let is_last = page.records.is_empty();
            records.extend(page.records.into_iter().map(
                |record| json!({ "uri": record.uri, "cid": record.cid, "value": record.value }),
            ));
            cursor = page.cursor;
            if is_last || cursor.is_none() {
                break;
            }
        }
        collections.push((collection.to_string(), Value::Array(records)));
    }
    Ok(collections)
}

/// The first component of somebody's image names.
pub(super) fn component(identity: &Identity) -> String {
    match &identity.handle {
        Some(handle) => handle.to_string().to_lowercase(),
        None => identity
            .did
            .to_oci_component()
            .unwrap_or_else(|| identity.did.to_string()),
    }
}

fn millis(millis: i64) -> String {
    Datetime::from_unix_micros(millis * 1000).to_string()
}
