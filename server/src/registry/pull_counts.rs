//! Counting pulls. A pull is the sending of one manifest that is neither an index, since what is pulled with it is one
//! of its manifests, nor says something about another one, as signatures do. Counts wait in memory and go to their
//! holds every few seconds, so that a pull writes nothing; a crash loses those few seconds of a number.

use std::collections::HashMap;
use std::sync::Mutex;

use atproto::syntax::Did;
use oci::{Manifest, ManifestKind, RepositoryPath};

use super::permissions::PullAccess;
use super::{FoundManifest, Registry};
use crate::clients::hold::HoldUser;

/// Readers and repositories that wait; of more, pulls are not counted until the next delivery.
const MAX_WAITING: usize = 10_000;

/// Who pulled what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Pulled {
    hold: Option<String>,
    owner: Did,
    repository: RepositoryPath,
    reader: Option<HoldUser>,
}

/// Pulls that no hold was told of yet.
#[derive(Debug, Default)]
pub(super) struct PullCounts {
    waiting: Mutex<HashMap<Pulled, u64>>,
}

impl PullCounts {
    fn add(&self, pulled: Pulled) {
        let mut waiting = self.waiting.lock().expect("nothing panics with the lock");
        let has_room = waiting.len() < MAX_WAITING;
        if let Some(pulls) = waiting.get_mut(&pulled) {
            *pulls += 1;
        } else if has_room {
            waiting.insert(pulled, 1);
        }
    }

    fn take(&self) -> HashMap<Pulled, u64> {
        std::mem::take(&mut *self.waiting.lock().expect("nothing panics with the lock"))
    }
}

impl Registry {
    /// Counts that a manifest is sent to a client.
    pub fn count_pull(&self, access: &PullAccess, manifest: &FoundManifest) {
        let Ok(parsed) = Manifest::parse(&manifest.content, Some(&manifest.media_type)) else {
            return;
        };
        if matches!(parsed.kind(), ManifestKind::Index(_)) || parsed.subject().is_some() {
            return;
        }
        self.inner.pull_counts.add(Pulled {
            hold: manifest.hold_did.clone(),
            owner: access.repository.owner.clone(),
            repository: access.repository.path().clone(),
            reader: access.reader.clone(),
        });
    }

    /// Tells holds of the pulls since the last time. What a hold cannot be told is forgotten: it is a number for
    /// people to look at.
    pub async fn deliver_pull_counts(&self) {
        for (pulled, pulls) in self.inner.pull_counts.take() {
            let hold = match &pulled.hold {
                Some(hold) => self.open_hold_named(hold).await,
                None => self.open_hold(&self.inner.default_hold).await,
            };
            let counted = match hold {
                Ok(hold) => hold
                    .count_pulls(
                        pulled.reader.as_ref(),
                        &pulled.owner,
                        &pulled.repository,
                        pulls,
                    )
                    .await
                    .map_err(Into::into),
                Err(error) => Err(error),
            };
            if let Err(error) = counted {
                tracing::debug!(
                    pulls,
                    error = &error as &dyn std::error::Error,
                    "a hold was not told of pulls"
                );
            }
        }
    }
}
