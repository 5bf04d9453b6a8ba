//! A person's settings, `io.atcr.sailor.profile`, in their own repo.

use atproto::data::Cid;
use atproto::syntax::{AtIdentifier, Datetime, Did, Nsid, RecordKey};
use chrono::SecondsFormat;
use lexicon::{Record as _, SailorProfile, nsid};
use serde_json::{Map, Value, json};

use super::{PdsSessionError, PdsSessions};
use crate::clients::pds::{PdsClient, PdsError, Swap};
use crate::clock::Clock;
use crate::identity::{Freshness, Identities, IdentityError};

/// The one key of the record.
const KEY: &str = "self";

/// Reads and writes people's settings. Cheap to clone.
#[derive(Clone)]
pub struct SailorProfiles {
    /// Where people's repos are.
    pub identities: Identities,
    /// Reads records.
    pub pds: PdsClient,
    /// Writes them.
    pub sessions: PdsSessions,
    /// The time.
    pub clock: Clock,
}

/// What a person can set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SailorSettings {
    /// The hold that they push to; `None` leaves the choice to the registry.
    pub default_hold: Option<Did>,
    /// Delete a manifest record when its last tag moves away.
    pub auto_remove_untagged: bool,
}

/// Why settings were not read or saved.
#[derive(Debug, thiserror::Error)]
pub enum SailorProfileError {
    /// The account cannot be looked up.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The account's server failed or refused.
    #[error(transparent)]
    Pds(#[from] PdsError),
    /// Nobody may write for the account any more.
    #[error(transparent)]
    Session(PdsSessionError),
    /// The record was changed meanwhile.
    #[error("the settings were changed by something else at the same moment")]
    Changed,
}

impl SailorProfiles {
    /// A person's settings as their server has them; the defaults when there are none.
    pub async fn load(&self, did: &Did) -> Result<SailorSettings, SailorProfileError> {
        let found = self.find(did).await?;
        Ok(found.map(|(value, _)| read(&value)).unwrap_or_default())
    }

    /// Writes settings. Fields that other software keeps in the record stay.
    pub async fn save(
        &self,
        did: &Did,
        session_id: &str,
        settings: &SailorSettings,
    ) -> Result<(), SailorProfileError> {
        let (record, swap) = match self.find(did).await? {
            Some((record, version)) => (record, Swap::Version(version)),
            None => (Map::new(), Swap::Absent),
        };
        let now = self
            .clock
            .now()
            .to_rfc3339_opts(SecondsFormat::Millis, true);
        let record = Value::Object(write(record, settings, &now));
        let pds = self
            .sessions
            .open(session_id, did)
            .await
            .map_err(SailorProfileError::Session)?;
        match pds.put_record(&collection(), &key(), &record, swap).await {
            Ok(_) => Ok(()),
            Err(PdsSessionError::Pds(PdsError::InvalidSwap)) => Err(SailorProfileError::Changed),
            Err(PdsSessionError::Pds(error)) => Err(error.into()),
            Err(error) => Err(SailorProfileError::Session(error)),
        }
    }

    async fn find(
        &self,
        did: &Did,
    ) -> Result<Option<(Map<String, Value>, Cid)>, SailorProfileError> {
        let account = AtIdentifier::Did(did.clone());
        let identity = self
            .identities
            .resolve(&account, Freshness::ForReading)
            .await?;
        let found = self
            .pds
            .get_record(&identity.pds, did, &collection(), &key())
            .await?;
        Ok(found.and_then(|record| match record.value {
            Value::Object(fields) => Some((fields, record.cid)),
            _ => None,
        }))
    }
}

/// Strangers write records too: what is not as it should be counts as not set.
fn read(record: &Map<String, Value>) -> SailorSettings {
    SailorSettings {
        default_hold: record
            .get("defaultHold")
            .and_then(Value::as_str)
            .and_then(|did| did.parse().ok()),
        auto_remove_untagged: record
            .get("autoRemoveUntagged")
            .and_then(Value::as_bool)
            .unwrap_or_default(),
    }
}

fn write(
    mut record: Map<String, Value>,
    settings: &SailorSettings,
    now: &str,
) -> Map<String, Value> {
    let has_date = record
        .get("createdAt")
        .and_then(Value::as_str)
        .is_some_and(|text| text.parse::<Datetime>().is_ok());
    if !has_date {
        record.insert("createdAt".to_owned(), json!(now));
    }
    record.insert("$type".to_owned(), json!(SailorProfile::NSID));
    record.insert("updatedAt".to_owned(), json!(now));
    record.insert(
        "autoRemoveUntagged".to_owned(),
        json!(settings.auto_remove_untagged),
    );
    match &settings.default_hold {
        Some(hold) => record.insert("defaultHold".to_owned(), json!(hold)),
        None => record.remove("defaultHold"),
    };
    record
}

fn collection() -> Nsid {
    nsid::SAILOR_PROFILE
        .parse()
        .expect("the lexicon's name is one")
}

fn key() -> RecordKey {
    KEY.parse().expect("the lexicon's key is one")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-21T08:00:00.000Z";

    #[test]
    fn a_record_keeps_what_it_has_and_reads_as_it_was_written() {
        let settings = SailorSettings {
            default_hold: Some("did:web:hold.example.com".parse().unwrap()),
            auto_remove_untagged: true,
        };
        let Value::Object(old) = json!({ "createdAt": "2025-01-01T00:00:00Z", "other": [1] })
        else {
            unreachable!()
        };
        let record = write(old, &settings, NOW);
        assert_eq!(record["createdAt"], "2025-01-01T00:00:00Z");
        assert_eq!(record["updatedAt"], NOW);
        assert_eq!(record["other"], json!([1]));
        assert_eq!(read(&record), settings);
        assert!(SailorProfile::from_value(&Value::Object(record.clone())).is_ok());
        let cleared = write(record, &SailorSettings::default(), NOW);
        assert!(!cleared.contains_key("defaultHold"));
    }

    #[test]
    fn nonsense_in_a_record_counts_as_not_set() {
        let Value::Object(odd) =
            json!({ "createdAt": 5, "defaultHold": "nowhere", "autoRemoveUntagged": "yes" })
        else {
            unreachable!()
        };
        assert_eq!(read(&odd), SailorSettings::default());
        let written = write(odd, &SailorSettings::default(), NOW);
        assert_eq!(written["createdAt"], NOW);
    }
}
