//! One schema file: its name and its definitions.

use std::collections::BTreeMap;

use atproto::syntax::Nsid;
use serde_json::Value;

use super::definition::Definition;
use super::fields::Fields;

/// The version of the language.
const VERSION: i64 = 1;
/// The `$type` that a schema has where it is published as a record.
const RECORD_TYPE: &str = "com.atproto.lexicon.schema";
/// The name of the definition that is the schema's own.
pub(super) const MAIN: &str = "main";

/// Why JSON is not a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{place}` {reason}")]
pub struct DocumentError {
    place: String,
    reason: String,
}

impl DocumentError {
    pub(super) fn new(place: &str, reason: impl Into<String>) -> Self {
        Self {
            place: place.to_owned(),
            reason: reason.into(),
        }
    }
}

/// A schema.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) id: String,
    pub(super) definitions: BTreeMap<String, Definition>,
    /// Everything it refers to.
    pub(super) references: Vec<Reference>,
}

impl Document {
    pub(super) fn read(document: &Value) -> Result<Self, DocumentError> {
        let mut fields = Fields::of(document, String::new())?;
        if fields.integer("lexicon")? != Some(VERSION) {
            return Err(fields.error("is not of version 1 of the lexicon language"));
        }
        let id = fields.required_text("id")?;
        if id.parse::<Nsid>().is_err() {
            return Err(fields.error("has an id that is not an NSID"));
        }
        if fields
            .text("$type")?
            .is_some_and(|name| name != RECORD_TYPE)
        {
            return Err(fields.error("is of another `$type`"));
        }
        fields.integer("revision")?;
        let mut references = References::of(id);
        let mut definitions = BTreeMap::new();
        for (name, value, place) in fields.entries("defs")? {
            if !is_definition_name(name) {
                return Err(DocumentError::new(&place, "has no valid name"));
            }
            let definition = Definition::read(name, value, place, &mut references)?;
            definitions.insert(name.clone(), definition);
        }
        if definitions.is_empty() {
            return Err(fields.error("defines nothing"));
        }
        fields.finish()?;
        Ok(Self {
            id: id.to_owned(),
            definitions,
            references: references.found,
        })
    }
}

fn is_definition_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The name of a definition, in this schema or another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) nsid: String,
    pub(super) name: String,
}

impl Reference {
    /// As data spells it in `$type`: without `#main`.
    pub(super) fn matches(&self, type_name: &str) -> bool {
        match type_name.split_once('#') {
            None => self.name == MAIN && type_name == self.nsid,
            Some((nsid, name)) => name != MAIN && name == self.name && nsid == self.nsid,
        }
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.nsid)?;
        if self.name != MAIN {
            write!(formatter, "#{}", self.name)?;
        }
        Ok(())
    }
}

/// The references of a schema while it is read.
pub(super) struct References {
    id: String,
    found: Vec<Reference>,
}

impl References {
    fn of(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            found: Vec::new(),
        }
    }

    /// Reads `#name`, `nsid` or `nsid#name`.
    pub(super) fn add(
        &mut self,
        text: &str,
        fields: &Fields<'_>,
    ) -> Result<Reference, DocumentError> {
        let (nsid, name) = text.split_once('#').unwrap_or((text, MAIN));
        let is_other = nsid.parse::<Nsid>().is_ok();
        if !(is_other || nsid.is_empty()) || !is_definition_name(name) {
            return Err(fields.error("refers to something that is not a definition"));
        }
        let reference = Reference {
            nsid: if is_other { nsid } else { &self.id }.to_owned(),
            name: name.to_owned(),
        };
        self.found.push(reference.clone());
        Ok(reference)
    }
}
