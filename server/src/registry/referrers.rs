//! What speaks about a manifest: signatures, SBOMs, attestations.

use std::collections::BTreeMap;

use oci::{Descriptor, Digest};

use crate::db::ManifestRow;

use super::permissions::PullAccess;
use super::tags::{WHOLE_LIST, cut};
use super::{Registry, RegistryError};

/// A part of the list of referrers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferrersPage {
    /// One descriptor for each, by digest.
    pub manifests: Vec<Descriptor>,
    /// There are more behind the last one.
    pub has_more: bool,
    /// The owner's PDS could not be asked for changes.
    pub is_stale: bool,
}

impl Registry {
    /// The manifests of the repository whose subject is `subject`, which need not exist (OCI distribution-spec
    /// end-12).
    pub async fn list_referrers(
        &self,
        access: &PullAccess,
        subject: &Digest,
        artifact_type: Option<&str>,
        n: Option<u64>,
        last: Option<&str>,
    ) -> Result<ReferrersPage, RegistryError> {
        let (owner, path) = (&access.repository.owner, access.repository.path());
        let is_fresh = self.refresh_referrers(owner).await?;
        let wanted = n.unwrap_or(WHOLE_LIST).min(WHOLE_LIST);
        let limit = i64::try_from(wanted + 1).unwrap_or(i64::MAX);
        let rows = self
            .inner
            .database
            .list_referrers(
                owner,
                path,
                subject,
                artifact_type,
                last.unwrap_or(""),
                limit,
            )
            .await?;
        let (rows, has_more) = cut(rows, wanted);
        Ok(ReferrersPage {
            manifests: rows.into_iter().filter_map(descriptor).collect(),
            has_more: has_more && wanted > 0,
            is_stale: !is_fresh,
        })
    }
}

fn descriptor(row: ManifestRow) -> Option<Descriptor> {
    let annotations: BTreeMap<String, String> = serde_json::from_str(&row.annotations).ok()?;
    Some(Descriptor {
        media_type: row.media_type.parse().ok()?,
        digest: row.digest,
        size: row.size,
        urls: Vec::new(),
        annotations,
        data: None,
        artifact_type: row.artifact_type,
        platform: None,
    })
}
