//! A manifest as JSON: checked as a whole once, then read field by field.
//!
//! The document is never turned into a tree of values, so what a hostile manifest costs in memory
//! is a small multiple of its own size, and doubled fields inside descriptors are seen rather than merged.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::error::excerpt;
use super::{MAX_MANIFEST_BYTES, MAX_MANIFEST_DEPTH, ManifestError};

/// A well-formed JSON object without doubled fields.
pub(super) struct Document<'a> {
    text: &'a str,
    /// The name of each field, and whether it has a value other than `null`.
    fields: BTreeMap<String, bool>,
}

impl<'a> Document<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::TooLarge { size: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ManifestError::NotUtf8)?;
        check_depth(text)?;
        if !text
            .trim_start_matches([' ', '\t', '\r', '\n'])
            .starts_with('{')
        {
            return Err(match serde_json::from_str::<IgnoredAny>(text) {
                Ok(_) => ManifestError::NotAnObject,
                Err(error) => ManifestError::NotJson(excerpt(&error.to_string())),
            });
        }
        let mut duplicate = None;
        let fields = read_object(
            text,
            OutlineVisitor {
                duplicate: &mut duplicate,
            },
        )
        .map_err(|error| ManifestError::NotJson(excerpt(&error.to_string())))?;
        match duplicate {
            None => Ok(Self { text, fields }),
            Some(field) => Err(ManifestError::DuplicateField(excerpt(&field))),
        }
    }

    /// Whether the field is there and not `null`.
    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.get(field).copied().unwrap_or(false)
    }

    /// Whether the field is there, be it `null`.
    pub(super) fn mentions(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// The value of a field, or `None` where it is absent or `null`.
    pub(super) fn optional<T: DeserializeOwned>(
        &self,
        field: &'static str,
    ) -> Result<Option<T>, ManifestError> {
        if !self.has(field) {
            return Ok(None);
        }
        read_object(
            self.text,
            FieldVisitor {
                field,
                value: PhantomData,
            },
        )
        .map_err(|error| ManifestError::FieldInvalid {
            field,
            reason: excerpt(&error.to_string()),
        })
    }

    /// The value of a field that must be there.
    pub(super) fn required<T: DeserializeOwned>(
        &self,
        field: &'static str,
    ) -> Result<T, ManifestError> {
        self.optional(field)?
            .ok_or(ManifestError::FieldMissing(field))
    }

    pub(super) fn check_schema_version(&self) -> Result<(), ManifestError> {
        match self.optional::<i64>("schemaVersion") {
            Ok(None | Some(2)) => Ok(()),
            Ok(Some(1)) => Err(ManifestError::DockerSchema1),
            Ok(Some(_)) | Err(_) => Err(ManifestError::SchemaVersion),
        }
    }

    /// A document that reads as an image for one client and as an index for another can hide
    /// content from a scanner (CVE-2021-41190).
    pub(super) fn check_not_both_image_and_index(&self) -> Result<(), ManifestError> {
        if self.has("manifests") && (self.has("config") || self.has("layers")) {
            Err(ManifestError::Ambiguous)
        } else {
            Ok(())
        }
    }
}

/// Runs a visitor over the whole text and refuses anything behind the object.
fn read_object<'a, V: Visitor<'a>>(
    text: &'a str,
    visitor: V,
) -> Result<V::Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = deserializer.deserialize_map(visitor)?;
    deserializer.end()?;
    Ok(value)
}

/// Counts brackets outside strings. JSON that is not well-formed may get past this, and is refused
/// by the parser.
fn check_depth(text: &str) -> Result<(), ManifestError> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_MANIFEST_DEPTH {
            return Err(ManifestError::TooDeep);
        }
    }
    Ok(())
}

/// Collects the names of the fields and remembers the first that comes twice.
struct OutlineVisitor<'d> {
    duplicate: &'d mut Option<String>,
}

impl<'de> Visitor<'de> for OutlineVisitor<'_> {
    type Value = BTreeMap<String, bool>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Option<IgnoredAny>>()? {
            match fields.entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert(value.is_some());
                }
                Entry::Occupied(entry) => {
                    self.duplicate.get_or_insert_with(|| entry.key().clone());
                }
            }
        }
        Ok(fields)
    }
}

/// Reads one field and passes over the others.
struct FieldVisitor<T> {
    field: &'static str,
    value: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> Visitor<'de> for FieldVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut value = None;
        while let Some(is_wanted) = map.next_key_seed(NameSeed(self.field))? {
            if is_wanted {
                value = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(value)
    }
}

/// Compares a field's name without keeping it.
struct NameSeed(&'static str);

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}
