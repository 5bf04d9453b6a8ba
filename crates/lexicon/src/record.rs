//! What all record types have in common: a name, limits and a JSON form that carries the name.

use atproto::syntax::Nsid;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::LexiconViolation;

/// A record of a lexicon.
///
/// The serde implementations write `$type` and refuse to read a record of another type. They do
/// not check limits: [`Record::from_value`] and [`Record::to_value`] do both.
pub trait Record: Serialize + DeserializeOwned {
    /// The lexicon, which is also the collection the record lives in.
    const NSID: &'static str;

    /// Checks the limits of the lexicon that the types do not already keep.
    fn validate(&self) -> Result<(), LexiconViolation>;

    /// The collection the record lives in.
    fn collection() -> Nsid {
        Self::NSID
            .parse()
            .expect("the constants in `nsid` are well-formed")
    }

    /// Reads a record from its JSON form and checks it.
    fn from_value(value: &Value) -> Result<Self, RecordError> {
        let record = Self::deserialize(value).map_err(RecordError::Malformed)?;
        record.validate()?;
        Ok(record)
    }

    /// Checks a record and writes it in its JSON form.
    fn to_value(&self) -> Result<Value, RecordError> {
        self.validate()?;
        serde_json::to_value(self).map_err(RecordError::Malformed)
    }
}

/// Why JSON is not a record of the wanted type.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Another `$type`, a required field missing, or a field of the wrong type or format.
    #[error("record is not of its lexicon's form")]
    Malformed(#[source] serde_json::Error),
    /// A limit of the lexicon is passed.
    #[error("record is outside its lexicon's limits")]
    Limit(#[from] LexiconViolation),
}

/// Gives a type its name and the serde implementations that write and check it.
///
/// The type derives serde with `remote = "Self"`, which puts the plain implementation into
/// functions of the type; the trait implementations here wrap them.
macro_rules! impl_record_serde {
    ($record:ident, $nsid:expr) => {
        impl serde::Serialize for $record {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut value = $record::serialize(self, serde_json::value::Serializer)
                    .map_err(serde::ser::Error::custom)?;
                value["$type"] = $nsid.into();
                serde::Serialize::serialize(&value, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $record {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = <serde_json::Value as serde::Deserialize>::deserialize(deserializer)?;
                if value.get("$type").and_then(serde_json::Value::as_str) != Some($nsid) {
                    return Err(serde::de::Error::custom(concat!(
                        "`$type` is not that of ",
                        stringify!($record)
                    )));
                }
                $record::deserialize(value).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use impl_record_serde;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{SailorProfile, TagRecord};

    #[test]
    fn the_type_is_written_and_checked() {
        let json = json!({ "$type": "io.atcr.tag", "repository": "app", "tag": "latest" });
        let record = TagRecord::from_value(&json).expect("a tag record");
        assert_eq!(record.to_value().expect("within limits"), json);

        for wrong in [
            json!("io.atcr.manifest"),
            json!("io.atcr.tag#main"),
            json!(null),
            json!(1),
        ] {
            let mut json = json.clone();
            json["$type"] = wrong;
            assert!(serde_json::from_value::<TagRecord>(json).is_err());
        }
        let without = json!({ "repository": "app", "tag": "latest" });
        assert!(serde_json::from_value::<TagRecord>(without).is_err());
    }

    #[test]
    fn formats_are_checked_and_limits_kept() {
        let profile = |hold: &str| {
            SailorProfile::from_value(&json!({
                "$type": "io.atcr.sailor.profile",
                "createdAt": "2026-01-01T00:00:00Z",
                "defaultHold": hold,
            }))
        };
        assert!(profile("did:web:hold.example.com").is_ok());
        assert!(matches!(
            profile("https://hold.example.com"),
            Err(RecordError::Malformed(_))
        ));

        let long =
            json!({ "$type": "io.atcr.tag", "repository": "a".repeat(256), "tag": "latest" });
        let violation = TagRecord::from_value(&long).expect_err("one byte too long");
        assert!(matches!(
            violation,
            RecordError::Limit(LexiconViolation::TooLong {
                field: "repository",
                max_bytes: 255
            })
        ));
    }

    #[test]
    fn collections_are_well_formed() {
        assert_eq!(TagRecord::collection().as_str(), "io.atcr.tag");
        for nsid in crate::nsid::RECORDS {
            assert!(nsid.parse::<Nsid>().is_ok(), "{nsid}");
        }
    }
}
