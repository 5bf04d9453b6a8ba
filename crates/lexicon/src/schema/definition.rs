//! What a schema defines. atproto.com/specs/lexicon#primary-type-definitions

use atproto::syntax::{Nsid, RecordKey, Tid};
use serde_json::Value;

use super::document::{DocumentError, MAIN, References};
use super::fields::Fields;
use super::method::Method;
use super::types::{Object, Type};

/// A definition.
#[derive(Debug)]
pub(super) enum Definition {
    Record(Record),
    Method(Box<Method>),
    /// Groups permissions for sign-ins. What is in it is not looked at here.
    PermissionSet,
    /// A name that stands for itself.
    Token,
    Type(Type),
}

/// A kind of records.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) key: Key,
    pub(super) object: Object,
}

/// What the keys of records are. atproto.com/specs/record-key
#[derive(Debug)]
pub(super) enum Key {
    Any,
    Tid,
    Nsid,
    Literal(String),
}

impl Definition {
    pub(super) fn read(
        name: &str,
        value: &Value,
        place: String,
        references: &mut References,
    ) -> Result<Self, DocumentError> {
        let mut fields = Fields::of(value, place.clone())?;
        let kind = fields.required_text("type")?;
        let is_primary = matches!(
            kind,
            "record" | "query" | "procedure" | "subscription" | "permission-set"
        );
        if is_primary && name != MAIN {
            return Err(fields.error(format!("is a {kind} and not called main")));
        }
        match kind {
            "record" => Record::read(fields, references).map(Self::Record),
            "query" | "procedure" | "subscription" => {
                let method = Method::read(kind, fields, references)?;
                Ok(Self::Method(Box::new(method)))
            }
            "permission-set" => Ok(Self::PermissionSet),
            "token" => fields.finish().map(|()| Self::Token),
            "ref" | "union" | "unknown" => {
                Err(fields.error(format!("is a {kind}, which needs no definition")))
            }
            _ => Type::read(value, place, references).map(Self::Type),
        }
    }
}

impl Record {
    fn read(mut fields: Fields<'_>, references: &mut References) -> Result<Self, DocumentError> {
        let key = match fields.required_text("key")? {
            "any" => Key::Any,
            "tid" => Key::Tid,
            "nsid" => Key::Nsid,
            other => match other.strip_prefix("literal:") {
                Some(key) if key.parse::<RecordKey>().is_ok() => Key::Literal(key.to_owned()),
                _ => return Err(fields.error("has keys of an unknown kind")),
            },
        };
        let record = fields
            .value("record")
            .ok_or_else(|| fields.error("has no record"))?;
        let Type::Object(object) = Type::read(record, fields.place_of("record"), references)?
        else {
            return Err(fields.error("is no object"));
        };
        fields.finish()?;
        Ok(Self { key, object })
    }
}

impl Key {
    /// Why a record may not have this key, as the rest of a sentence.
    pub(super) fn check(&self, key: &str) -> Result<(), String> {
        let checked = match self {
            Self::Any => key.parse::<RecordKey>().map(drop),
            Self::Tid => key.parse::<Tid>().map(drop),
            Self::Nsid => key.parse::<Nsid>().map(drop),
            Self::Literal(only) if key == only => return Ok(()),
            Self::Literal(only) => return Err(format!("is not `{only}`")),
        };
        checked.map_err(|error| format!("is {error}"))
    }
}
