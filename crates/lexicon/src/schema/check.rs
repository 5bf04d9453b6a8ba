//! Checks a value against a type, and says where it fails and why.

use atproto::data::MAX_DEPTH;
use serde_json::{Map, Value};

use super::definition::Definition;
use super::document::Reference;
use super::json_form::{bytes_length, is_link, is_plain_object, plain_object};
use super::place::Place;
use super::rules::{as_kind, is};
use super::types::{Array, Object, Type, Union};
use super::{Catalogue, SchemaError};

/// Checks values of one input, output or record.
pub(super) struct Checker<'c> {
    catalogue: &'c Catalogue,
    subject: &'static str,
}

impl<'c> Checker<'c> {
    pub(super) const fn new(catalogue: &'c Catalogue, subject: &'static str) -> Self {
        Self { catalogue, subject }
    }

    pub(super) fn violation(&self, place: &Place<'_>, reason: impl Into<String>) -> SchemaError {
        SchemaError::Violation {
            subject: self.subject,
            path: place.path(),
            reason: reason.into(),
        }
    }

    pub(super) fn check(
        &self,
        schema: &Type,
        value: &Value,
        place: &Place<'_>,
    ) -> Result<(), SchemaError> {
        if place.depth > MAX_DEPTH {
            return Err(self.violation(place, format!("lies deeper than {MAX_DEPTH} levels")));
        }
        let checked = match schema {
            Type::Array(schema) => return self.check_array(schema, value, place),
            Type::Object(schema) => return self.check_object(schema, value, place),
            Type::Ref(reference) => return self.check_reference(reference, value, place),
            Type::Union(schema) => return self.check_union(schema, value, place),
            Type::Null => is(value.is_null(), "null"),
            Type::Boolean(schema) => {
                as_kind(value.as_bool(), "true or false").and_then(|value| schema.check(value))
            }
            Type::Integer(schema) => {
                as_kind(value.as_i64(), "a whole number").and_then(|value| schema.check(value))
            }
            Type::String(schema) => {
                as_kind(value.as_str(), "a string").and_then(|value| schema.check(value))
            }
            Type::Bytes(length) => as_kind(bytes_length(value), "bytes in base64 under `$bytes`")
                .and_then(|bytes| length.check(bytes, "bytes")),
            Type::CidLink => is(is_link(value), "a CID under `$link`"),
            Type::Blob(schema) => schema.check(value),
            Type::Unknown => is(is_plain_object(value), "an object"),
        };
        checked.map_err(|reason| self.violation(place, reason))
    }

    fn check_array(
        &self,
        schema: &Array,
        value: &Value,
        place: &Place<'_>,
    ) -> Result<(), SchemaError> {
        let items = as_kind(value.as_array(), "a list")
            .and_then(|items| schema.length.check(items.len(), "items").map(|()| items))
            .map_err(|reason| self.violation(place, reason))?;
        items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| self.check(&schema.items, item, &place.item(index)))
    }

    pub(super) fn check_object(
        &self,
        schema: &Object,
        value: &Value,
        place: &Place<'_>,
    ) -> Result<(), SchemaError> {
        let fields = as_kind(plain_object(value), "an object")
            .map_err(|reason| self.violation(place, reason))?;
        self.check_fields(schema, fields, place)
    }

    pub(super) fn check_fields(
        &self,
        schema: &Object,
        fields: &Map<String, Value>,
        place: &Place<'_>,
    ) -> Result<(), SchemaError> {
        for name in &schema.required {
            if !fields.contains_key(name) {
                return Err(self.violation(&place.field(name), "is missing"));
            }
        }
        for (name, schema_of_field) in &schema.properties {
            match fields.get(name) {
                None => {}
                Some(Value::Null) if schema.nullable.contains(name) => {}
                Some(value) => self.check(schema_of_field, value, &place.field(name))?,
            }
        }
        Ok(())
    }

    fn check_reference(
        &self,
        reference: &Reference,
        value: &Value,
        place: &Place<'_>,
    ) -> Result<(), SchemaError> {
        match self.catalogue.find(reference) {
            Some(Definition::Type(schema)) => self.check(schema, value, place),
            Some(Definition::Record(record)) => self.check_object(&record.object, value, place),
            Some(Definition::Token) => {
                let is_it = value.as_str().is_some_and(|name| reference.matches(name));
                is(is_it, &format!("`{reference}`")).map_err(|reason| self.violation(place, reason))
            }
            Some(Definition::Method(_) | Definition::PermissionSet) | None => {
                let reason = format!("is a {reference}, which cannot be checked here");
                Err(self.violation(place, reason))
            }
        }
    }

    fn check_union(
        &self,
        schema: &Union,
        value: &Value,
        place: &Place<'_>,
    ) -> Result<(), SchemaError> {
        let name = plain_object(value)
            .and_then(|fields| fields.get("$type"))
            .and_then(Value::as_str)
            .filter(|name| !name.is_empty());
        let name = as_kind(name, "an object with `$type`")
            .map_err(|reason| self.violation(place, reason))?;
        match schema.members.iter().find(|member| member.matches(name)) {
            Some(member) => self.check_reference(member, value, place),
            None if schema.is_closed => {
                let known: Vec<_> = schema.members.iter().map(ToString::to_string).collect();
                let reason = format!("is none of {}", known.join(", "));
                Err(self.violation(&place.field("$type"), reason))
            }
            None => Ok(()),
        }
    }
}
