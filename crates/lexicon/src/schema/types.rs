//! The types of fields, and how they are read from a schema. atproto.com/specs/lexicon#field-type-definitions

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::{DocumentError, Reference, References};
use super::fields::Fields;
use super::format::Format;

/// The type of a field.
#[derive(Debug)]
pub(super) enum Type {
    Null,
    Boolean(Boolean),
    Integer(Integer),
    String(Text),
    Bytes(Length),
    CidLink,
    Blob(Blob),
    Array(Array),
    Object(Object),
    Ref(Reference),
    Union(Union),
    Unknown,
}

#[derive(Debug)]
pub(super) struct Boolean {
    pub(super) constant: Option<bool>,
    pub(super) default: Option<bool>,
}

#[derive(Debug)]
pub(super) struct Integer {
    pub(super) minimum: Option<i64>,
    pub(super) maximum: Option<i64>,
    /// Empty for any.
    pub(super) one_of: Vec<i64>,
    pub(super) constant: Option<i64>,
    pub(super) default: Option<i64>,
}

#[derive(Debug)]
pub(super) struct Text {
    pub(super) format: Option<Format>,
    /// Bytes of UTF-8.
    pub(super) length: Length,
    /// Characters as people count them.
    pub(super) graphemes: Length,
    /// Empty for any.
    pub(super) one_of: Vec<String>,
    pub(super) constant: Option<String>,
    pub(super) default: Option<String>,
}

/// How many there may be.
#[derive(Debug)]
pub(super) struct Length {
    pub(super) minimum: Option<u64>,
    pub(super) maximum: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Blob {
    /// Media types; `*` and `image/*` stand for several. Empty for any.
    pub(super) accept: Vec<String>,
    pub(super) max_size: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Array {
    pub(super) items: Box<Type>,
    pub(super) length: Length,
}

#[derive(Debug)]
pub(super) struct Object {
    pub(super) properties: BTreeMap<String, Type>,
    pub(super) required: Vec<String>,
    pub(super) nullable: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Union {
    pub(super) members: Vec<Reference>,
    /// Other members are refused.
    pub(super) is_closed: bool,
}

impl Type {
    /// Reads a type; the definitions it refers to are added to `references`.
    pub(super) fn read(
        value: &Value,
        place: String,
        references: &mut References,
    ) -> Result<Self, DocumentError> {
        let mut fields = Fields::of(value, place)?;
        let read = match fields.required_text("type")? {
            "null" => Self::Null,
            "boolean" => Self::Boolean(Boolean::read(&mut fields)?),
            "integer" => Self::Integer(Integer::read(&mut fields)?),
            "string" => Self::String(Text::read(&mut fields)?),
            "bytes" => Self::Bytes(Length::read(&mut fields, "minLength", "maxLength")?),
            "cid-link" => Self::CidLink,
            "blob" => Self::Blob(Blob {
                accept: fields.texts("accept")?,
                max_size: fields.size("maxSize")?,
            }),
            "array" => Self::Array(Array::read(&mut fields, references)?),
            "object" => Self::Object(Object::read(&mut fields, references)?),
            "ref" => {
                let name = fields.required_text("ref")?;
                Self::Ref(references.add(name, &fields)?)
            }
            "union" => Self::Union(Union::read(&mut fields, references)?),
            "unknown" => Self::Unknown,
            other => {
                return Err(fields.error(format!("has the type `{other}`, which is not known")));
            }
        };
        fields.finish()?;
        Ok(read)
    }
}

impl Boolean {
    fn read(fields: &mut Fields<'_>) -> Result<Self, DocumentError> {
        let read = Self {
            constant: fields.flag("const")?,
            default: fields.flag("default")?,
        };
        one_at_most(fields, read.constant.is_some(), read.default.is_some())?;
        Ok(read)
    }
}

impl Integer {
    fn read(fields: &mut Fields<'_>) -> Result<Self, DocumentError> {
        let read = Self {
            minimum: fields.integer("minimum")?,
            maximum: fields.integer("maximum")?,
            one_of: fields.list("enum", "a list of whole numbers", Value::as_i64)?,
            constant: fields.integer("const")?,
            default: fields.integer("default")?,
        };
        one_at_most(fields, read.constant.is_some(), read.default.is_some())?;
        if let Some(default) = read.default {
            read.check(default)
                .map_err(|reason| fields.error(format!("has a default that {reason}")))?;
        }
        Ok(read)
    }
}

impl Text {
    fn read(fields: &mut Fields<'_>) -> Result<Self, DocumentError> {
        let format = match fields.text("format")? {
            None => None,
            Some(name) => Some(Format::named(name).ok_or_else(|| {
                fields.error(format!("has the format `{name}`, which is not known"))
            })?),
        };
        // Values that are usual; others are as good.
        fields.texts("knownValues")?;
        let read = Self {
            format,
            length: Length::read(fields, "minLength", "maxLength")?,
            graphemes: Length::read(fields, "minGraphemes", "maxGraphemes")?,
            one_of: fields.texts("enum")?,
            constant: fields.text("const")?.map(str::to_owned),
            default: fields.text("default")?.map(str::to_owned),
        };
        one_at_most(fields, read.constant.is_some(), read.default.is_some())?;
        if let Some(default) = &read.default {
            read.check(default)
                .map_err(|reason| fields.error(format!("has a default that {reason}")))?;
        }
        Ok(read)
    }
}

fn one_at_most(
    fields: &Fields<'_>,
    has_constant: bool,
    has_default: bool,
) -> Result<(), DocumentError> {
    if has_constant && has_default {
        return Err(fields.error("has both `const` and `default`"));
    }
    Ok(())
}

impl Length {
    fn read(
        fields: &mut Fields<'_>,
        minimum: &'static str,
        maximum: &'static str,
    ) -> Result<Self, DocumentError> {
        Ok(Self {
            minimum: fields.size(minimum)?,
            maximum: fields.size(maximum)?,
        })
    }
}

impl Array {
    fn read(fields: &mut Fields<'_>, references: &mut References) -> Result<Self, DocumentError> {
        let items = fields
            .value("items")
            .ok_or_else(|| fields.error("has no items"))?;
        Ok(Self {
            items: Box::new(Type::read(items, fields.place_of("items"), references)?),
            length: Length::read(fields, "minLength", "maxLength")?,
        })
    }
}

impl Object {
    /// Reads what objects and parameters have in common.
    pub(super) fn read(
        fields: &mut Fields<'_>,
        references: &mut References,
    ) -> Result<Self, DocumentError> {
        let mut properties = BTreeMap::new();
        for (name, value, place) in fields.entries("properties")? {
            properties.insert(name.clone(), Type::read(value, place, references)?);
        }
        let required = fields.texts("required")?;
        let nullable = fields.texts("nullable")?;
        let is_unknown = |name: &&String| !properties.contains_key(*name);
        if let Some(name) = required.iter().chain(&nullable).find(is_unknown) {
            return Err(fields.error(format!("requires or allows null for no property `{name}`")));
        }
        Ok(Self {
            properties,
            required,
            nullable,
        })
    }
}

impl Union {
    fn read(fields: &mut Fields<'_>, references: &mut References) -> Result<Self, DocumentError> {
        let names = fields.texts("refs")?;
        let read = Self {
            members: names
                .iter()
                .map(|name| references.add(name, fields))
                .collect::<Result<_, _>>()?,
            is_closed: fields.flag("closed")?.unwrap_or(false),
        };
        if read.is_closed && read.members.is_empty() {
            return Err(fields.error("is a closed union of nothing"));
        }
        Ok(read)
    }
}
