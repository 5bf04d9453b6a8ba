//! Which manifests each tag of a repository needs.

use atproto::syntax::Did;
use oci::{Digest, RepositoryPath};

use super::{Catalog, CatalogError, Reader};

/// Tags looked at.
const MAX_TAGS: i64 = 20_000;
/// Of those, how many are looked into: of the others their own manifest alone is known.
const LOOKED_INTO: usize = 2_000;

/// A tag, and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagManifests {
    /// The tag.
    pub tag: String,
    /// When it last moved, unix milliseconds.
    pub updated_at: i64,
    /// Its manifest, and the manifests that this one lists.
    pub manifests: Vec<Digest>,
}

impl Catalog {
    /// Every tag of a repository with the manifests that it needs; `None` where the reader may not see them.
    pub async fn manifests_of_tags(
        &self,
        reader: &Reader,
        owner: &Did,
        path: &RepositoryPath,
    ) -> Result<Option<Vec<TagManifests>>, CatalogError> {
        if self.open_by_did(reader, owner, path).await?.is_none() {
            return Ok(None);
        }
        let database = &self.inner.database;
        let rows = database.list_tag_rows(owner, path, MAX_TAGS).await?;
        let mut tags = Vec::with_capacity(rows.len());
        for (index, row) in rows.into_iter().enumerate() {
            let mut manifests = vec![row.digest.clone()];
            if index < LOOKED_INTO {
                let parts = database.list_image_parts(&row.digest).await?;
                let children = parts
                    .into_iter()
                    .filter(|part| ["child", "attestation"].contains(&part.role.as_str()));
                manifests.extend(children.map(|part| part.part));
            }
            tags.push(TagManifests {
                tag: row.tag.to_string(),
                updated_at: row.updated_at,
                manifests,
            });
        }
        Ok(Some(tags))
    }
}
