//! Pictures of repositories: checked on their way in, and again on their way out, since others write records too.

use std::sync::Arc;

use atproto::data::Cid;
use bytes::Bytes;
use lexicon::{Record as _, RepoPage};
use oci::RepositoryName;

use super::{OwnerError, Repositories, nobody_more};
use crate::clients::hold::HoldUser;
use crate::identity::Freshness;
use crate::registry::RegistryError;
use crate::registry::permissions::Caller;

/// The largest picture, in bytes; the lexicon's limit.
pub const MAX_AVATAR_BYTES: usize = 3_000_000;
/// Bytes of pictures kept in memory.
const CACHE_BYTES: u64 = 32 * 1024 * 1024;

/// A picture of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avatar {
    /// `image/png`, `image/jpeg` or `image/webp`, as its bytes say.
    pub media_type: &'static str,
    /// The bytes.
    pub content: Bytes,
}

/// Pictures by their CIDs, which never mean other bytes.
pub(super) type Cache = moka::future::Cache<Cid, Arc<Avatar>>;

pub(super) fn new_cache() -> Cache {
    moka::future::Cache::builder()
        .max_capacity(CACHE_BYTES)
        .weigher(|_: &Cid, avatar: &Arc<Avatar>| {
            u32::try_from(avatar.content.len()).unwrap_or(u32::MAX)
        })
        .build()
}

/// What kind of picture these bytes are.
pub(super) fn media_type_of(bytes: &[u8]) -> Result<&'static str, OwnerError> {
    let refuse = |reason: &str| {
        Err(OwnerError::Invalid {
            reason: reason.to_owned(),
        })
    };
    if bytes.len() > MAX_AVATAR_BYTES {
        return refuse("The picture is larger than 3 MB. Make it smaller and try again.");
    }
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok("image/png"),
        [0xff, 0xd8, 0xff, ..] => Ok("image/jpeg"),
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
        ] => Ok("image/webp"),
        _ => refuse("This file is no PNG, JPEG or WebP picture."),
    }
}

impl Repositories {
    /// The picture of a repository that `reader` may read; `None` where it has none.
    pub async fn avatar(
        &self,
        reader: Option<&HoldUser>,
        name: &RepositoryName,
    ) -> Result<Option<Arc<Avatar>>, OwnerError> {
        let caller = reader.map_or_else(Caller::default, nobody_more);
        let access = self.inner.registry.pull_access(caller, name.clone());
        let access = Box::pin(access).await?;
        let owner = &access.repository.owner;
        let row = self
            .inner
            .database
            .find_repository_page(owner, name.path())
            .await?;
        let page = row
            .and_then(|row| row.record)
            .and_then(|record| serde_json::from_str(&record).ok())
            .and_then(|value| RepoPage::from_value(&value).ok());
        let Some(blob) = page.and_then(|page| page.avatar) else {
            return Ok(None);
        };
        if let Some(known) = self.inner.avatars.get(&blob.cid).await {
            return Ok(Some(known));
        }
        let identity = self
            .inner
            .identities
            .resolve_owner(name.owner(), Freshness::ForReading)
            .await
            .map_err(RegistryError::Owner)?;
        let content = self
            .inner
            .pds
            .get_blob(&identity.pds, owner, &blob.cid, MAX_AVATAR_BYTES)
            .await
            .map_err(OwnerError::Pds)?;
        let Some(content) = content else {
            return Ok(None);
        };
        // Whatever the record says: a browser gets a picture or nothing.
        let Ok(media_type) = media_type_of(&content) else {
            return Ok(None);
        };
        let avatar = Arc::new(Avatar {
            media_type,
            content,
        });
        self.inner
            .avatars
            .insert(blob.cid, Arc::clone(&avatar))
            .await;
        Ok(Some(avatar))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_told_by_its_bytes() {
        for (bytes, media_type) in [
            (&b"\x89PNG\r\n\x1a\nrest"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", Some("image/webp")),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"GIF89a", None),
            (b"", None),
        ] {
            assert_eq!(media_type_of(bytes).ok(), media_type);
        }
        let mut large = vec![0; MAX_AVATAR_BYTES + 1];
        large[..3].copy_from_slice(b"\xff\xd8\xff");
        assert!(media_type_of(&large).is_err());
    }
}
