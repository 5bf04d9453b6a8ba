//! Schemas that refer to each other, and the checks against them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::SchemaError;
use super::check::Checker;
use super::definition::{Definition, Record};
use super::document::{Document, DocumentError, MAIN, Reference};
use super::method::{Body, Method};
use super::params;
use super::place::Place;

/// Schemas by name.
#[derive(Debug, Default)]
pub struct Catalogue {
    documents: BTreeMap<String, Document>,
}

impl Catalogue {
    /// Adds a schema, strictly read. One of the same name is replaced.
    pub fn add(&mut self, document: &Value) -> Result<(), DocumentError> {
        let document = Document::read(document)?;
        self.documents.insert(document.id.clone(), document);
        Ok(())
    }

    /// The names of all schemas, in the order of the alphabet.
    pub fn nsids(&self) -> impl Iterator<Item = &str> {
        self.documents.keys().map(String::as_str)
    }

    /// What schemas refer to and no schema here defines.
    pub fn missing(&self) -> Vec<String> {
        self.documents
            .values()
            .flat_map(|document| &document.references)
            .filter(|reference| self.find(reference).is_none())
            .map(ToString::to_string)
            .collect()
    }

    /// What the schema of a method says of it.
    pub fn find_method(&self, nsid: &str) -> Option<&Method> {
        match self.find_main(nsid)? {
            Definition::Method(method) => Some(method),
            _ => None,
        }
    }

    /// As [`validate_record`](super::validate_record).
    pub fn validate_record(&self, nsid: &str, record: &Value) -> Result<(), SchemaError> {
        let schema = self.record(nsid)?;
        let checker = Checker::new(self, "record");
        let place = Place::root();
        checker.check_object(&schema.object, record, &place)?;
        match record.get("$type").and_then(Value::as_str) {
            Some(name) if name == nsid => Ok(()),
            _ => Err(checker.violation(&place.field("$type"), format!("is not `{nsid}`"))),
        }
    }

    /// As [`validate_record_key`](super::validate_record_key).
    pub fn validate_record_key(&self, nsid: &str, key: &str) -> Result<(), SchemaError> {
        let checker = Checker::new(self, "record key");
        self.record(nsid)?
            .key
            .check(key)
            .map_err(|reason| checker.violation(&Place::root(), reason))
    }

    /// As [`validate_input`](super::validate_input).
    pub fn validate_input(&self, nsid: &str, input: &Value) -> Result<(), SchemaError> {
        self.validate_body(self.method(nsid)?.input.as_ref(), "input", input)
    }

    /// As [`validate_output`](super::validate_output).
    pub fn validate_output(&self, nsid: &str, output: &Value) -> Result<(), SchemaError> {
        self.validate_body(self.method(nsid)?.output.as_ref(), "output", output)
    }

    fn validate_body(
        &self,
        body: Option<&Body>,
        subject: &'static str,
        value: &Value,
    ) -> Result<(), SchemaError> {
        match body.and_then(|body| body.schema.as_ref()) {
            Some(schema) => Checker::new(self, subject).check(schema, value, &Place::root()),
            None => Ok(()),
        }
    }

    /// As [`validate_params`](super::validate_params).
    pub fn validate_params(
        &self,
        nsid: &str,
        parameters: &[(String, String)],
    ) -> Result<Map<String, Value>, SchemaError> {
        match &self.method(nsid)?.parameters {
            Some(schema) => params::read(&Checker::new(self, "parameters"), schema, parameters),
            None => Ok(Map::new()),
        }
    }

    pub(super) fn find(&self, reference: &Reference) -> Option<&Definition> {
        let document = self.documents.get(&reference.nsid)?;
        document.definitions.get(&reference.name)
    }

    fn find_main(&self, nsid: &str) -> Option<&Definition> {
        self.documents.get(nsid)?.definitions.get(MAIN)
    }

    fn record(&self, nsid: &str) -> Result<&Record, SchemaError> {
        match self.find_main(nsid) {
            Some(Definition::Record(record)) => Ok(record),
            _ => Err(unknown("record", nsid)),
        }
    }

    fn method(&self, nsid: &str) -> Result<&Method, SchemaError> {
        self.find_method(nsid)
            .ok_or_else(|| unknown("method", nsid))
    }
}

fn unknown(wanted: &'static str, nsid: &str) -> SchemaError {
    SchemaError::Unknown {
        wanted,
        nsid: nsid.to_owned(),
    }
}
