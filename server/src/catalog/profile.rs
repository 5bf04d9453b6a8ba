//! How somebody shows themselves: `app.bsky.actor.profile` in their repo, and the picture that it names.
//!
//! Pictures come from strangers' servers and go to everybody's browsers: they are small, are what they say they are, and
//! are kept for a while, so that looking at a page tells nobody else who looks.

use std::sync::Arc;
use std::time::Duration;

use atproto::data::Cid;
use atproto::syntax::Did;
use bytes::Bytes;
use lexicon::nsid;
use moka::future::Cache;
use serde_json::Value;

use super::{Catalog, CatalogError, Owner};

/// How long a profile is believed.
const BELIEVED: Duration = Duration::from_mins(10);
/// How long a page waits for one.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Profiles that are remembered.
const PROFILES: u64 = 10_000;
/// The largest picture, in bytes; the lexicon allows half of it.
const MAX_PICTURE: usize = 2_000_000;
/// Bytes of pictures that are remembered.
const PICTURES: u64 = 32_000_000;
/// The longest name, in characters.
const MAX_NAME: usize = 64;

/// How somebody shows themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// What they call themselves.
    pub display_name: Option<String>,
    /// Their picture.
    pub avatar: Option<Cid>,
}

/// A picture, of a type that every browser shows and that runs nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avatar {
    /// Which version.
    pub cid: Cid,
    /// By its first bytes, whatever its server says.
    pub media_type: &'static str,
    /// The picture.
    pub bytes: Bytes,
}

/// What was found out lately.
pub(super) struct Profiles {
    profiles: Cache<Did, Arc<Profile>>,
    pictures: Cache<Cid, Option<Arc<Avatar>>>,
}

impl Profiles {
    pub(super) fn new() -> Self {
        Self {
            profiles: Cache::builder()
                .max_capacity(PROFILES)
                .time_to_live(BELIEVED)
                .build(),
            pictures: Cache::builder()
                .max_capacity(PICTURES)
                .weigher(|_, avatar: &Option<Arc<Avatar>>| {
                    let bytes = avatar.as_ref().map_or(0, |avatar| avatar.bytes.len());
                    u32::try_from(bytes + 256).unwrap_or(u32::MAX)
                })
                .time_to_live(BELIEVED)
                .build(),
        }
    }
}

impl Catalog {
    /// How somebody shows themselves, as far as their server says so soon.
    pub(super) async fn profile(&self, owner: &Owner) -> Arc<Profile> {
        let load = async {
            let collection = nsid::ACTOR_PROFILE.parse().map_err(drop)?;
            let key = "self".parse().map_err(drop)?;
            let record = self
                .inner
                .pds
                .get_record(&owner.pds, &owner.did, &collection, &key)
                .await
                .map_err(drop)?;
            Ok::<_, ()>(Arc::new(
                record.map(|record| read(&record.value)).unwrap_or_default(),
            ))
        };
        let known = &self.inner.profiles.profiles;
        let load = known.try_get_with(owner.did.clone(), load);
        match tokio::time::timeout(PATIENCE, load).await {
            Ok(Ok(profile)) => profile,
            Ok(Err(_)) | Err(_) => Arc::default(),
        }
    }

    /// Somebody's picture. `None` where they have none, or none that is shown.
    pub async fn avatar(&self, name: &str) -> Result<Option<Arc<Avatar>>, CatalogError> {
        let owner = self.find_owner(name).await?;
        let profile = self.profile(&owner).await;
        let Some(cid) = profile.avatar else {
            return Ok(None);
        };
        let load = async {
            let blob = self
                .inner
                .pds
                .get_blob(&owner.pds, &owner.did, &cid, MAX_PICTURE)
                .await
                .map_err(drop)?;
            Ok::<_, ()>(blob.and_then(|bytes| picture(cid, bytes)).map(Arc::new))
        };
        let pictures = &self.inner.profiles.pictures;
        let avatar = pictures.try_get_with(cid, load).await;
        avatar.map_err(|_| CatalogError::Unreachable {
            what: format!("the server that hosts the account {}", owner.did),
        })
    }
}

/// Strangers write it: what is not as it should be is not there.
fn read(record: &Value) -> Profile {
    let display_name = record["displayName"].as_str().map(str::trim);
    let avatar = record["avatar"]["ref"]["$link"].as_str();
    Profile {
        display_name: display_name
            .filter(|name| !name.is_empty())
            .map(|name| name.chars().take(MAX_NAME).collect()),
        avatar: avatar.and_then(|cid| cid.parse().ok()),
    }
}

fn picture(cid: Cid, bytes: Bytes) -> Option<Avatar> {
    let media_type = match &bytes[..] {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        // An SVG can have scripts, and everything else is none of our business.
        _ => return None,
    };
    Some(Avatar {
        cid,
        media_type,
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nonsense_in_a_profile_is_not_there() {
        let cid = Cid::raw_sha256(b"picture");
        let good =
            json!({ "displayName": " Alice ", "avatar": { "ref": { "$link": cid.to_string() } } });
        let profile = read(&good);
        assert_eq!(profile.display_name.as_deref(), Some("Alice"));
        assert_eq!(profile.avatar, Some(cid));
        for odd in [
            json!({}),
            json!([]),
            json!({ "displayName": 5, "avatar": "x" }),
            json!({ "displayName": "  " }),
        ] {
            assert_eq!(read(&odd), Profile::default(), "{odd}");
        }
        let long = read(&json!({ "displayName": "x".repeat(10_000) }));
        assert_eq!(long.display_name.unwrap().len(), MAX_NAME);
    }

    #[test]
    fn wb_11_only_raster_images_are_pictures() {
        let of = |bytes: &'static [u8]| {
            picture(Cid::raw_sha256(bytes), Bytes::from_static(bytes))
                .map(|avatar| avatar.media_type)
        };
        assert_eq!(of(b"\x89PNG\r\n\x1a\n"), Some("image/png"));
        assert_eq!(of(b"RIFF1234WEBPVP8 "), Some("image/webp"));
        for other in [
            &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
            b"<html>",
            b"",
            b"RIFF1234WAVE",
        ] {
            assert_eq!(of(other), None);
        }
    }
}
