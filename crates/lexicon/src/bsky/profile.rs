//! `app.bsky.actor.profile`: how an account shows itself.

use atproto::data::RecordBlob;
use atproto::syntax::Datetime;
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, limits, nsid};

/// Bytes and characters.
const MAX_NAME: (usize, usize) = (640, 64);
const MAX_DESCRIPTION: (usize, usize) = (2560, 256);
const MAX_PICTURE_BYTES: u64 = 1_000_000;
const PICTURE_TYPES: [&str; 2] = ["image/png", "image/jpeg"];

/// The profile of an account; one record with the key `self`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct ActorProfile {
    /// A name, at most 640 bytes and 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// A few words, at most 2560 bytes and 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A small square picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<RecordBlob>,
    /// A wide picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banner: Option<RecordBlob>,
    /// When the profile was first made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Datetime>,
}

impl_record_serde!(ActorProfile, nsid::ACTOR_PROFILE);

impl Record for ActorProfile {
    const NSID: &'static str = nsid::ACTOR_PROFILE;

    fn validate(&self) -> Result<(), LexiconViolation> {
        check_text("displayName", self.display_name.as_deref(), MAX_NAME)?;
        check_text("description", self.description.as_deref(), MAX_DESCRIPTION)?;
        check_picture("avatar", self.avatar.as_ref())?;
        check_picture("banner", self.banner.as_ref())
    }
}

fn check_text(
    field: &'static str,
    text: Option<&str>,
    (max_bytes, max_characters): (usize, usize),
) -> Result<(), LexiconViolation> {
    text.map_or(Ok(()), |text| {
        limits::max_length(field, text, max_bytes)?;
        limits::max_graphemes(field, text, max_characters)
    })
}

fn check_picture(
    field: &'static str,
    picture: Option<&RecordBlob>,
) -> Result<(), LexiconViolation> {
    match picture {
        Some(picture) if picture.size > MAX_PICTURE_BYTES => Err(LexiconViolation::BlobTooLarge {
            field,
            max_bytes: MAX_PICTURE_BYTES,
        }),
        Some(picture) if !PICTURE_TYPES.contains(&picture.mime_type.as_str()) => {
            Err(LexiconViolation::BlobType { field })
        }
        _ => Ok(()),
    }
}
