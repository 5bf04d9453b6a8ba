//! What somebody is to a hold elsewhere, by its captain and crew records.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use atproto::syntax::{Did, Nsid, RecordKey};
use lexicon::{HoldCaptain, HoldCrew, Record as _};
use moka::future::Cache;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::hold::HoldError;
use super::super::pds::PdsError;
use super::RemoteHold;
use crate::hold::{BLOB_WRITE, CrewPermissions, Standing, crew_key};

/// How long a record is believed.
const BELIEVED: Duration = Duration::from_secs(5);
/// How long a record is believed of a hold that cannot be reached, so that a push it has taken in can end.
const BELIEVED_MEANWHILE: Duration = Duration::from_mins(10);
/// People whose standing is remembered.
const PEOPLE: u64 = 10_000;
/// Holds of others have crew records by other keys. More members than this are not looked through.
const MOST_PAGES: usize = 50;

/// What is remembered of the records.
pub(super) struct Remembered {
    captain: Believed<(), Arc<HoldCaptain>>,
    crew: Believed<Did, Option<CrewPermissions>>,
}

/// What was read, and what was read before that.
struct Believed<K, V> {
    fresh: Cache<K, V>,
    last: Cache<K, V>,
}

impl<K, V> Believed<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn new() -> Self {
        let cache = |lifetime| Cache::builder().max_capacity(PEOPLE).time_to_live(lifetime);
        Self {
            fresh: cache(BELIEVED).build(),
            last: cache(BELIEVED_MEANWHILE).build(),
        }
    }

    async fn get(
        &self,
        key: K,
        load: impl Future<Output = Result<V, HoldError>>,
    ) -> Result<V, Arc<HoldError>> {
        match self.fresh.try_get_with(key.clone(), load).await {
            Ok(value) => {
                self.last.insert(key, value.clone()).await;
                Ok(value)
            }
            Err(error) => match self.last.get(&key).await {
                Some(value) if matches!(*error, HoldError::Unreachable { .. }) => Ok(value),
                _ => Err(error),
            },
        }
    }
}

impl Remembered {
    pub(super) fn new() -> Self {
        Self {
            captain: Believed::new(),
            crew: Believed::new(),
        }
    }
}

impl RemoteHold {
    /// What the captain record says.
    pub(super) async fn captain(&self) -> Result<Arc<HoldCaptain>, HoldError> {
        let load = async {
            let key: RecordKey = "self".parse().expect("a record key");
            let captain: Option<HoldCaptain> =
                self.record(&HoldCaptain::collection(), &key).await?;
            captain.map(Arc::new).ok_or(HoldError::NotSetUp)
        };
        let captain = self.remembered.captain.get((), load).await;
        captain.map_err(|error| self.again(&error))
    }

    /// What `person` is to the hold.
    pub(super) async fn standing(
        &self,
        captain: &HoldCaptain,
        person: &Did,
    ) -> Result<Standing, HoldError> {
        if captain.owner == *person {
            return Ok(Standing::Captain);
        }
        let find = self.find_crew(person);
        let crew = self.remembered.crew.get(person.clone(), find).await;
        let crew = crew.map_err(|error| self.again(&error))?;
        Ok(crew.map_or(Standing::Stranger, Standing::Crew))
    }

    /// Refuses who may not store blobs, in the words of our own holds.
    pub(super) async fn permit_write(&self, writer: &Did) -> Result<(), HoldError> {
        let captain = self.captain().await?;
        let standing = self.standing(&captain, writer).await?;
        if standing.may_write() {
            return Ok(());
        }
        let (hold, owner) = (&self.did, &captain.owner);
        let reason = match standing {
            Standing::Crew(_) => format!(
                "Access denied: your membership in the crew of {hold} does not include {BLOB_WRITE}; ask its captain ({owner})"
            ),
            _ if captain.allow_all_crew => format!(
                "Access denied: user is not a crew member of {hold}; join with io.atcr.hold.requestCrew"
            ),
            _ => format!(
                "Access denied: user is not a crew member of {hold}; ask its captain ({owner})"
            ),
        };
        Err(HoldError::Denied { reason })
    }

    async fn find_crew(&self, person: &Did) -> Result<Option<CrewPermissions>, HoldError> {
        let collection = HoldCrew::collection();
        if let Some(crew) = self
            .record::<HoldCrew>(&collection, &crew_key(person))
            .await?
            && crew.member == *person
        {
            return Ok(Some(permissions(&crew)));
        }
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let page = self
                .parts
                .pds
                .list_records(&self.endpoint, &self.did, &collection, cursor.as_deref())
                .await
                .map_err(|error| self.unreadable(&error))?;
            let found = page.records.iter().find_map(|record| {
                let crew: HoldCrew = parse(&record.value)?;
                (crew.member == *person).then_some(crew)
            });
            if let Some(crew) = found {
                return Ok(Some(permissions(&crew)));
            }
            cursor = page.cursor;
            if cursor.is_none() || page.records.is_empty() {
                break;
            }
        }
        Ok(None)
    }

    async fn record<T: DeserializeOwned>(
        &self,
        collection: &Nsid,
        key: &RecordKey,
    ) -> Result<Option<T>, HoldError> {
        let record = self
            .parts
            .pds
            .get_record(&self.endpoint, &self.did, collection, key)
            .await
            .map_err(|error| self.unreadable(&error))?;
        Ok(record.and_then(|record| parse(&record.value)))
    }

    fn unreadable(&self, error: &PdsError) -> HoldError {
        tracing::warn!(
            hold.did = %self.did,
            error = error as &dyn std::error::Error,
            "the records of a hold cannot be read"
        );
        HoldError::Unreachable {
            did: self.did.clone(),
        }
    }

    /// An error that several waited for.
    fn again(&self, error: &HoldError) -> HoldError {
        match error {
            HoldError::NotSetUp => HoldError::NotSetUp,
            _ => HoldError::Unreachable {
                did: self.did.clone(),
            },
        }
    }
}

fn parse<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn permissions(crew: &HoldCrew) -> CrewPermissions {
    CrewPermissions::of(crew.permissions.iter().map(String::as_str))
}
