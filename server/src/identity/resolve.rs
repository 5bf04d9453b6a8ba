//! Resolving names with memory: the cache, single flight, and the last answers in the database.

use std::sync::Arc;
use std::time::Duration;

use atproto::identity::{DidDocument, EndpointPolicy};
use atproto::syntax::{AtIdentifier, Did, Handle};
use moka::future::Cache;

use super::cache::{Found, Freshness, Remembered};
use super::{Directory, Identity, IdentityError};
use crate::clock::Clock;
use crate::db::Database;
use crate::db::identities::StoredIdentity;

/// Names kept in memory; beyond that the least used are forgotten.
const CAPACITY: u64 = 50_000;
/// How long a pull waits for a newer answer when it has an older one.
const PATIENCE_WITH_STALE: Duration = Duration::from_secs(2);

/// Resolves handles and DIDs. Cheap to clone; clones share their memory.
#[derive(Clone)]
pub struct Identities {
    inner: Arc<Inner>,
}

struct Inner {
    directory: Arc<dyn Directory>,
    database: Database,
    clock: Clock,
    development: bool,
    remembered: Cache<AtIdentifier, Arc<Remembered>>,
}

/// What the sources say about a name.
struct Fresh {
    identity: Identity,
    /// False when the handle could be neither verified nor refuted.
    handle_decided: bool,
}

impl Identities {
    /// Resolves through `directory`. With `development`, `.test` handles and services on loopback are accepted.
    pub fn new(
        directory: Arc<dyn Directory>,
        database: Database,
        clock: Clock,
        development: bool,
    ) -> Self {
        let remembered = Cache::builder().max_capacity(CAPACITY).build();
        Self {
            inner: Arc::new(Inner {
                directory,
                database,
                clock,
                development,
                remembered,
            }),
        }
    }

    /// Who is meant by an owner component of an OCI repository name: a handle, or a DID in the spelling that
    /// OCI allows (`did-plc-…`, `did-web_…`).
    pub async fn resolve_owner(
        &self,
        component: &str,
        freshness: Freshness,
    ) -> Result<Arc<Identity>, IdentityError> {
        let identifier = match Did::from_oci_component(component) {
            Some(did) => AtIdentifier::Did(did),
            None => AtIdentifier::Handle(
                component
                    .parse()
                    .map_err(|_| IdentityError::NotAnIdentifier)?,
            ),
        };
        self.resolve(&identifier, freshness).await
    }

    /// Who is meant by a handle or DID. At most one look-up per name runs at a time; all who ask meanwhile
    /// get its answer.
    pub async fn resolve(
        &self,
        identifier: &AtIdentifier,
        freshness: Freshness,
    ) -> Result<Arc<Identity>, IdentityError> {
        let now = self.inner.clock.now_millis();
        let known = self.inner.remembered.get(identifier).await;
        if let Some(answer) = known
            .as_ref()
            .and_then(|known| known.answer(freshness, now))
        {
            return answer;
        }
        self.inner.check_allowed(identifier)?;
        let entry = self
            .inner
            .remembered
            .entry_by_ref(identifier)
            .or_insert_with_if(
                self.inner.remember(identifier, freshness, known, now),
                |other| other.answer(freshness, now).is_none(),
            )
            .await;
        entry.value().answer_after_look_up(freshness, now)
    }

    /// Accounts whose handle, as it is known here, has this in it; `limit` of them at most.
    pub async fn find_by_handle_part(&self, part: &str, limit: u16) -> Vec<Did> {
        let escaped: String = part
            .to_ascii_lowercase()
            .chars()
            .flat_map(|character| {
                let escape = matches!(character, '%' | '_' | '\\').then_some('\\');
                escape.into_iter().chain([character])
            })
            .collect();
        let pattern = format!("%{escaped}%");
        let found = self
            .inner
            .database
            .list_dids_by_handle(&pattern, i64::from(limit))
            .await;
        match found {
            Ok(found) => found.iter().filter_map(|did| did.parse().ok()).collect(),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "handles could not be searched"
                );
                Vec::new()
            }
        }
    }

    /// Forgets what is known of a DID and its handle, for when it is said to have changed.
    pub async fn forget(&self, did: &Did) {
        let key = AtIdentifier::Did(did.clone());
        let known = self.inner.remembered.remove(&key).await;
        let handle = known.and_then(|known| {
            known
                .found
                .as_ref()
                .and_then(|found| found.identity.handle.clone())
        });
        if let Some(handle) = handle {
            self.inner
                .remembered
                .invalidate(&AtIdentifier::Handle(handle))
                .await;
        }
        if let Err(error) = self.inner.database.delete_identity(did).await {
            tracing::warn!(account.did = %did, error = ?error, "an identity could not be forgotten");
        }
    }
}

impl Inner {
    // ID-01, ID-02: what cannot be an account costs no look-up and no memory.
    fn check_allowed(&self, identifier: &AtIdentifier) -> Result<(), IdentityError> {
        let allowed = match identifier {
            AtIdentifier::Did(did) => did.is_supported(self.development),
            AtIdentifier::Handle(handle) => handle.is_resolvable(self.development),
        };
        if allowed {
            return Ok(());
        }
        Err(IdentityError::NotAllowed {
            name: identifier.as_str().chars().take(256).collect(),
        })
    }

    /// Makes a look-up, or finds one in the database that is fresh enough, and remembers the outcome.
    async fn remember(
        &self,
        identifier: &AtIdentifier,
        freshness: Freshness,
        known: Option<Arc<Remembered>>,
        now: i64,
    ) -> Arc<Remembered> {
        let found = match known.and_then(|known| known.found.clone()) {
            Some(found) => Some(found),
            None => self.find_stored(identifier).await,
        };
        let before = Remembered {
            found,
            failure: None,
        };
        if before.answer(freshness, now).is_some() {
            return Arc::new(before);
        }
        let looked_up = match (freshness, &before.found) {
            (Freshness::ForReading, Some(_)) => {
                tokio::time::timeout(PATIENCE_WITH_STALE, self.look_up(identifier))
                    .await
                    .unwrap_or_else(|_| {
                        Err(IdentityError::Unreachable {
                            what: "the directory".to_owned(),
                        })
                    })
            }
            _ => self.look_up(identifier).await,
        };
        match looked_up {
            Ok(fresh) => self.remember_success(identifier, fresh, &before, now).await,
            Err(error) => {
                tracing::debug!(identity.name = identifier.as_str(), error = %error, "a name was not resolved");
                let found = before.found.filter(|_| error.is_transient());
                Arc::new(Remembered {
                    found,
                    failure: Some((error, now)),
                })
            }
        }
    }

    async fn remember_success(
        &self,
        identifier: &AtIdentifier,
        fresh: Fresh,
        before: &Remembered,
        now: i64,
    ) -> Arc<Remembered> {
        let Fresh {
            mut identity,
            handle_decided,
        } = fresh;
        if !handle_decided {
            // Keep the handle that was verified before; ForReading drops it after a day.
            identity.handle = before
                .found
                .as_ref()
                .and_then(|found| found.identity.handle.clone());
        }
        let identity = Arc::new(identity);
        let found = if handle_decided {
            Found {
                identity: Arc::clone(&identity),
                checked_at: now,
            }
        } else {
            Found::undecided(Arc::clone(&identity), now)
        };
        let remembered = Arc::new(Remembered {
            found: Some(found),
            failure: None,
        });
        if handle_decided {
            self.store(&identity, now).await;
            if matches!(identifier, AtIdentifier::Handle(_)) {
                let did = AtIdentifier::Did(identity.did.clone());
                self.remembered.insert(did, Arc::clone(&remembered)).await;
            }
        }
        remembered
    }

    async fn find_stored(&self, identifier: &AtIdentifier) -> Option<Found> {
        let stored = match identifier {
            AtIdentifier::Did(did) => self.database.find_identity(did).await,
            AtIdentifier::Handle(handle) => self.database.find_identity_by_handle(handle).await,
        };
        let stored = stored.unwrap_or_else(|error| {
            tracing::warn!(error = ?error, "the stored identities could not be read");
            None
        })?;
        let StoredIdentity {
            did,
            handle,
            pds,
            signing_key,
            checked_at,
        } = stored;
        // Written under development rules, read under stricter ones.
        self.check_allowed(&did.clone().into()).ok()?;
        let identity = Arc::new(Identity {
            did,
            handle,
            pds,
            signing_key,
        });
        Some(Found {
            identity,
            checked_at,
        })
    }

    async fn store(&self, identity: &Identity, now: i64) {
        let stored = StoredIdentity {
            did: identity.did.clone(),
            handle: identity.handle.clone(),
            pds: identity.pds.clone(),
            signing_key: identity.signing_key,
            checked_at: now,
        };
        if let Err(error) = self.database.save_identity(&stored).await {
            tracing::warn!(account.did = %identity.did, error = ?error, "an identity could not be stored");
        }
    }

    async fn look_up(&self, identifier: &AtIdentifier) -> Result<Fresh, IdentityError> {
        match identifier {
            AtIdentifier::Did(did) => self.look_up_did(did).await,
            AtIdentifier::Handle(handle) => self.look_up_handle(handle).await,
        }
    }

    async fn look_up_handle(&self, handle: &Handle) -> Result<Fresh, IdentityError> {
        let did = self
            .directory
            .resolve_handle(handle)
            .await?
            .ok_or_else(|| IdentityError::HandleNotFound {
                handle: handle.clone(),
            })?;
        let document = self.fetch_document(&did).await?;
        let claimed = document.handle();
        if claimed.as_ref() != Some(handle) {
            return Err(IdentityError::HandleNotVerified {
                handle: handle.clone(),
                claimed,
            });
        }
        let identity = self.read_document(&document, claimed)?;
        Ok(Fresh {
            identity,
            handle_decided: true,
        })
    }

    async fn look_up_did(&self, did: &Did) -> Result<Fresh, IdentityError> {
        let document = self.fetch_document(did).await?;
        // ID-04: the first handle of the document or none; never the next one.
        let claimed = document
            .handle()
            .filter(|handle| handle.is_resolvable(self.development));
        let (handle, handle_decided) = match claimed {
            None => (None, true),
            Some(handle) => match self.directory.resolve_handle(&handle).await {
                Ok(answer) => ((answer.as_ref() == Some(did)).then_some(handle), true),
                Err(error) => (None, !error.is_transient()),
            },
        };
        let identity = self.read_document(&document, handle)?;
        Ok(Fresh {
            identity,
            handle_decided,
        })
    }

    async fn fetch_document(&self, did: &Did) -> Result<DidDocument, IdentityError> {
        self.check_allowed(&did.clone().into())?;
        let document = self.directory.fetch_document(did).await?;
        let document = document.ok_or_else(|| IdentityError::DidNotFound { did: did.clone() })?;
        // ID-03, in case a directory does not check it itself.
        if document.did() != did {
            let reason = "it is the document of another DID";
            return Err(IdentityError::DocumentInvalid {
                did: did.clone(),
                reason,
            });
        }
        Ok(document)
    }

    fn read_document(
        &self,
        document: &DidDocument,
        handle: Option<Handle>,
    ) -> Result<Identity, IdentityError> {
        let did = document.did().clone();
        let policy = EndpointPolicy {
            allow_loopback_http: self.development,
        };
        let Some(pds) = document.pds_endpoint(policy) else {
            let reason = "it names no personal data server that can be used";
            return Err(IdentityError::DocumentInvalid { did, reason });
        };
        Ok(Identity {
            did,
            handle,
            pds,
            signing_key: document.signing_key(),
        })
    }
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
