//! Which hold a push goes to, and which holds a repository is read from.
//!
//! A push goes where its owner says: the hold in their `io.atcr.sailor.profile`, else the one of an older
//! `io.atcr.hold` record of theirs, else this registry's own choice. A pull goes where the manifest says, whatever
//! its owner chose since.

use std::sync::Arc;
use std::time::Duration;

use atproto::syntax::{Did, Nsid, RecordKey};
use lexicon::{Record as _, SailorProfile};
use moka::future::Cache;
use oci::RepositoryPath;
use serde_json::Value;
use url::Url;

use super::{Registry, RegistryError};
use crate::clients::hold::{HoldClient, HoldUser};

/// How long somebody's choice is believed.
const BELIEVED: Duration = Duration::from_secs(30);
/// How long the holds of a repository are believed that another process may push to.
const READ_FROM: Duration = Duration::from_secs(5);
/// People and repositories remembered.
const REMEMBERED: u64 = 50_000;
/// Holds as records of the owner, before holds had repos of their own.
const LEGACY_HOLD: &str = "io.atcr.hold";

/// What was found out lately.
pub(super) struct Routes {
    chosen: Cache<Did, Choice>,
    read_from: Cache<(Did, RepositoryPath), Arc<[Did]>>,
}

/// What an owner's records say.
#[derive(Debug, Clone)]
struct Choice {
    hold: Option<Did>,
    has_profile: bool,
}

impl Routes {
    pub(super) fn new() -> Self {
        let cache = |believed| {
            Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(believed)
        };
        Self {
            chosen: cache(BELIEVED).build(),
            read_from: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(READ_FROM)
                .build(),
        }
    }
}

impl Registry {
    /// The hold that `owner` pushes to.
    pub(super) async fn push_hold(
        &self,
        owner: &Did,
    ) -> Result<Arc<dyn HoldClient>, RegistryError> {
        let hold = match Box::pin(self.choice(owner)).await {
            Ok(choice) => choice.hold,
            Err(error) => {
                // The records of the push go to the same PDS, so nothing can end up where it should not.
                tracing::warn!(
                    owner.did = %owner,
                    error = &error as &dyn std::error::Error,
                    "the profile of an owner cannot be read; their hold is this registry's choice"
                );
                None
            }
        };
        let hold = hold.unwrap_or_else(|| self.inner.default_hold.clone());
        self.open_hold(&hold).await
    }

    /// Whether `owner` has no profile yet, as far as their PDS could be asked.
    pub(super) async fn lacks_profile(&self, owner: &Did) -> bool {
        matches!(Box::pin(self.choice(owner)).await, Ok(choice) if !choice.has_profile)
    }

    /// The hold that `owner` pushes to, as far as their records can be read.
    pub async fn chosen_hold(&self, owner: &Did) -> Did {
        let choice = Box::pin(self.choice(owner)).await;
        let hold = choice.ok().and_then(|choice| choice.hold);
        hold.unwrap_or_else(|| self.inner.default_hold.clone())
    }

    /// The holds that this registry knows of: its own choice, the one of this process, and those that manifests lie
    /// in, `limit` of them at most.
    pub async fn known_holds(&self, limit: u16) -> Result<Vec<Did>, RegistryError> {
        let mut holds = vec![self.inner.default_hold.clone()];
        holds.extend(self.inner.holds.local().map(|hold| hold.did().clone()));
        let limit = i64::from(limit);
        let named = self.inner.database.list_known_holds(limit).await?;
        holds.extend(named.iter().filter_map(|did| did.parse::<Did>().ok()));
        let mut seen = std::collections::BTreeSet::new();
        holds.retain(|did| seen.insert(did.clone()));
        Ok(holds)
    }

    /// Forgets what `owner` chose, since they choose anew.
    pub async fn forget_choice(&self, owner: &Did) {
        self.inner.routes.chosen.invalidate(owner).await;
    }

    /// The hold that a record or row names.
    pub(super) async fn open_hold(&self, did: &Did) -> Result<Arc<dyn HoldClient>, RegistryError> {
        Ok(self.inner.holds.open(did).await?)
    }

    /// As [`Self::open_hold`], by a DID as the database has it.
    pub(super) async fn open_hold_named(
        &self,
        did: &str,
    ) -> Result<Arc<dyn HoldClient>, RegistryError> {
        let did: Did = did.parse().map_err(|_| RegistryError::ForeignHold {
            hold: did.to_owned(),
        })?;
        self.open_hold(&did).await
    }

    /// Whether `reader` may read the repository: from one of the holds that its manifests lie in, or, where none is
    /// known, from the one that its owner pushes to.
    pub(super) async fn may_read(
        &self,
        reader: Option<&HoldUser>,
        owner: &Did,
        path: &RepositoryPath,
    ) -> Result<bool, RegistryError> {
        let mut failed = None;
        for hold in self.read_from(owner, path).await?.iter() {
            let asked = match self.open_hold(hold).await {
                Ok(hold) => hold.may_read(reader).await.map_err(Into::into),
                Err(error) => Err(error),
            };
            match asked {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(false), Err)
    }

    /// Whether `reader` may read what lies in the hold `did`, of a repository that they may read something of.
    pub(super) async fn may_read_from(
        &self,
        reader: Option<&HoldUser>,
        owner: &Did,
        path: &RepositoryPath,
        did: Option<&str>,
    ) -> Result<bool, RegistryError> {
        let holds = self.read_from(owner, path).await?;
        match did {
            // With one hold, reading the repository was reading from it.
            Some(did) if holds.len() > 1 || holds.iter().any(|hold| hold.as_str() != did) => {
                let hold = self.open_hold_named(did).await?;
                Ok(hold.may_read(reader).await?)
            }
            _ => Ok(true),
        }
    }

    /// The repository lies in another hold from now on.
    pub(super) async fn forget_read_from(&self, owner: &Did, path: &RepositoryPath) {
        let key = (owner.clone(), path.clone());
        self.inner.routes.read_from.invalidate(&key).await;
    }

    async fn read_from(
        &self,
        owner: &Did,
        path: &RepositoryPath,
    ) -> Result<Arc<[Did]>, RegistryError> {
        let key = (owner.clone(), path.clone());
        if let Some(holds) = self.inner.routes.read_from.get(&key).await {
            return Ok(holds);
        }
        let named = self.inner.database.list_holds_of(owner, path).await?;
        let mut holds: Vec<Did> = named.iter().filter_map(|did| did.parse().ok()).collect();
        if holds.is_empty() {
            // Not remembered: the first push to the repository changes it.
            let choice = Box::pin(self.choice(owner)).await;
            let hold = choice.ok().and_then(|choice| choice.hold);
            return Ok([hold.unwrap_or_else(|| self.inner.default_hold.clone())].into());
        }
        holds.sort();
        let holds: Arc<[Did]> = holds.into();
        let routes = &self.inner.routes;
        routes.read_from.insert(key, Arc::clone(&holds)).await;
        Ok(holds)
    }

    async fn choice(&self, owner: &Did) -> Result<Choice, RegistryError> {
        if let Some(choice) = self.inner.routes.chosen.get(owner).await {
            return Ok(choice);
        }
        let key: RecordKey = "self".parse().expect("a record key");
        let profile = self
            .fetch_value(owner, &SailorProfile::collection(), &key)
            .await?;
        let chosen = profile
            .as_ref()
            .and_then(|profile| hold_named(&profile["defaultHold"]));
        let choice = Choice {
            has_profile: profile.is_some(),
            hold: match chosen {
                Some(hold) => Some(hold),
                None => self.legacy_hold(owner).await?,
            },
        };
        self.inner
            .routes
            .chosen
            .insert(owner.clone(), choice.clone())
            .await;
        Ok(choice)
    }

    /// The hold that an older record of the owner's names by its address.
    async fn legacy_hold(&self, owner: &Did) -> Result<Option<Did>, RegistryError> {
        let collection: Nsid = LEGACY_HOLD.parse().expect("an NSID");
        let records = self.fetch_values(owner, &collection).await?;
        Ok(records
            .iter()
            .find_map(|record| hold_named(&record["endpoint"])))
    }
}

/// A hold by its DID, or by its address, as older software wrote it.
fn hold_named(value: &Value) -> Option<Did> {
    let text = value.as_str()?;
    if text.starts_with("did:") {
        return text.parse().ok();
    }
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    let did = match url.port() {
        Some(port) => format!("did:web:{host}%3A{port}"),
        None => format!("did:web:{host}"),
    };
    did.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn holds_are_named_by_did_or_address() {
        for (written, did) in [
            (
                json!("did:plc:ewvi7nxzyoun6zhxrhs64oiz"),
                "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
            ),
            (
                json!("https://hold.example.com"),
                "did:web:hold.example.com",
            ),
            (json!("http://localhost:8080/"), "did:web:localhost%3A8080"),
        ] {
            assert_eq!(hold_named(&written).unwrap().as_str(), did);
        }
        for nothing in [json!(null), json!(""), json!("hold.example.com"), json!(7)] {
            assert!(hold_named(&nothing).is_none(), "{nothing}");
        }
    }
}
