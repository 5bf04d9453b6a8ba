//! Follows owners who delete manifests by other software: once a day, what the hold counts for somebody is compared
//! with the manifests that their PDS has.

use std::time::Duration;

use atproto::syntax::{AtIdentifier, Did};
use lexicon::{ManifestRecord, Record as _};

use crate::clients::pds::{PdsClient, PdsError, RepoStatus};
use crate::clock::Clock;
use crate::hold::{Hold, HoldError, LivingManifests};
use crate::identity::{Freshness, Identities, IdentityError};

/// How often everybody's manifests are looked at. A start is followed by the first look after an hour, so that a
/// server that starts again and again does not list everybody's repos each time.
const EVERY: Duration = Duration::from_hours(24);
const FIRST: Duration = Duration::from_hours(1);
/// People looked up at a time.
const PEOPLE: u16 = 100;
/// Of somebody with more manifests than this, none is forgotten.
const MAX_MANIFESTS: usize = 100_000;

/// What the comparison needs.
#[derive(Clone)]
pub struct Reconciliation {
    /// The hold.
    pub hold: Hold,
    /// Where people's PDSes are.
    pub identities: Identities,
    /// What they have.
    pub pds: PdsClient,
    /// The time.
    pub clock: Clock,
}

/// Somebody's manifests cannot be listed, or not be compared. Nothing was forgotten because of it.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// Their PDS is not known.
    #[error("the person cannot be resolved")]
    Identity(#[from] IdentityError),
    /// Their PDS did not answer.
    #[error("the person's PDS did not list their manifests")]
    Pds(#[from] PdsError),
    /// Their account is deactivated, moving or gone: what its repo has says nothing.
    #[error("the person's account is not active")]
    Inactive,
    /// There are too many.
    #[error("the person has more than {MAX_MANIFESTS} manifests")]
    TooMany,
    /// The hold failed.
    #[error(transparent)]
    Hold(#[from] HoldError),
}

impl Reconciliation {
    /// Compares everybody's layers now and then, for as long as it runs. Several replicas may do so at once.
    pub async fn run(self) {
        let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + FIRST, EVERY);
        loop {
            ticks.tick().await;
            if let Err(error) = self.reconcile_everybody().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "people's layers were not compared with their manifests"
                );
            }
        }
    }

    /// Compares everybody's layers; returns how many manifests were forgotten. Somebody whose PDS does not answer
    /// keeps what they have.
    pub async fn reconcile_everybody(&self) -> Result<usize, HoldError> {
        let mut forgotten = 0;
        let mut after: Option<Did> = None;
        loop {
            let people = self.hold.list_layer_owners(after.as_ref(), PEOPLE).await?;
            let Some(last) = people.last() else {
                return Ok(forgotten);
            };
            after = Some(last.clone());
            for owner in &people {
                match self.reconcile(owner).await {
                    Ok(manifests) => forgotten += manifests,
                    Err(ReconcileError::Hold(error)) => return Err(error),
                    Err(error) => tracing::warn!(
                        owner.did = %owner,
                        error = &error as &dyn std::error::Error,
                        "layers were not compared with manifests"
                    ),
                }
            }
        }
    }

    /// Compares one person's layers; returns how many manifests were forgotten.
    pub async fn reconcile(&self, owner: &Did) -> Result<usize, ReconcileError> {
        let identifier = AtIdentifier::Did(owner.clone());
        // Whoever moved lately is not asked at their old place.
        let identity = self
            .identities
            .resolve(&identifier, Freshness::ForAuth)
            .await?;
        let status = self.pds.get_repo_status(&identity.pds, owner).await?;
        if status != RepoStatus::Active {
            return Err(ReconcileError::Inactive);
        }
        let mut living = LivingManifests::new(self.clock.now_millis());
        let mut cursor: Option<String> = None;
        let mut listed = 0;
        loop {
            let page = self
                .pds
                .list_records(
                    &identity.pds,
                    owner,
                    &ManifestRecord::collection(),
                    cursor.as_deref(),
                )
                .await?;
            listed += page.records.len();
            let is_last = page.records.is_empty() || page.cursor.is_none();
            for record in page.records {
                let Some(key) = record.uri.record_key() else {
                    continue;
                };
                let manifest = ManifestRecord::from_value(&record.value).ok();
                let named = manifest
                    .as_ref()
                    .map(|manifest| (manifest.repository.as_str(), manifest.digest.as_str()));
                living.insert(key, named);
            }
            if is_last {
                break;
            }
            if listed >= MAX_MANIFESTS {
                return Err(ReconcileError::TooMany);
            }
            cursor = page.cursor;
        }
        let forgotten = self.hold.reconcile_manifests(owner, &living).await?;
        if forgotten > 0 {
            tracing::info!(
                owner.did = %owner,
                manifests = forgotten,
                "forgot the layers of manifests that their owner deleted"
            );
        }
        Ok(forgotten)
    }
}
