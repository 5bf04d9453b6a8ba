//! `app.bsky.actor.profile`: how an account shows itself.

use atproto::data::RecordBlob;
use atproto::syntax::Datetime;
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, limits, nsid};

const MAX_NAME_BYTES: usize = 640;
const MAX_DESCRIPTION_BYTES: usize = 2560;
const MAX_PICTURE_BYTES: u64 = 1_000_000;
const PICTURE_TYPES: [&str; 2] = ["image/png", "image/jpeg"];

/// The profile of an account; one record with the key `self`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct ActorProfile {
    /// A name, at most 640 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// A few words, at most 2560 bytes.
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
        limits::optional_max_length("displayName", self.display_name.as_ref(), MAX_NAME_BYTES)?;
        limits::optional_max_length(
            "description",
            self.description.as_ref(),
            MAX_DESCRIPTION_BYTES,
        )?;
        check_picture("avatar", self.avatar.as_ref())?;
        check_picture("banner", self.banner.as_ref())
    }
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
