//! Reads one object of a schema, field by field, and refuses what is left over.

use serde_json::{Map, Value};

use super::document::DocumentError;

/// The deepest that objects of a schema may lie inside each other.
const MAX_DEPTH: usize = 32;

/// The fields of an object that have not been taken yet.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    taken: Vec<&'static str>,
    place: String,
}

impl<'a> Fields<'a> {
    /// Begins to read the object at a place such as `defs/main`.
    pub(super) fn of(value: &'a Value, place: String) -> Result<Self, DocumentError> {
        let Value::Object(object) = value else {
            return Err(DocumentError::new(&place, "is not an object"));
        };
        if place.split('/').count() > MAX_DEPTH {
            return Err(DocumentError::new(&place, "lies too deep"));
        }
        let mut fields = Self {
            object,
            taken: Vec::new(),
            place,
        };
        // Allowed everywhere, and for people only.
        fields.text("description")?;
        Ok(fields)
    }

    pub(super) fn error(&self, reason: impl Into<String>) -> DocumentError {
        DocumentError::new(&self.place, reason)
    }

    /// The place of a field of this object.
    pub(super) fn place_of(&self, name: &str) -> String {
        format!("{}/{name}", self.place)
    }

    /// A field of any form.
    pub(super) fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.taken.push(name);
        self.object.get(name)
    }

    /// A field that is read by `read`; an error says that it is not `wanted`.
    fn read<T>(
        &mut self,
        name: &'static str,
        wanted: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, DocumentError> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(DocumentError::new(
                &self.place_of(name),
                format!("is not {wanted}"),
            )),
        }
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<&'a str>, DocumentError> {
        self.read(name, "a string", Value::as_str)
    }

    pub(super) fn required_text(&mut self, name: &'static str) -> Result<&'a str, DocumentError> {
        self.text(name)?
            .ok_or_else(|| self.error(format!("has no {name}")))
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<Option<bool>, DocumentError> {
        self.read(name, "true or false", Value::as_bool)
    }

    pub(super) fn integer(&mut self, name: &'static str) -> Result<Option<i64>, DocumentError> {
        self.read(name, "a whole number", Value::as_i64)
    }

    pub(super) fn size(&mut self, name: &'static str) -> Result<Option<u64>, DocumentError> {
        self.read(name, "a whole number from 0", Value::as_u64)
    }

    /// A list; absent ones are empty.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        wanted: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Vec<T>, DocumentError> {
        let list = self.read(name, wanted, |value| {
            value.as_array()?.iter().map(&read).collect()
        })?;
        Ok(list.unwrap_or_default())
    }

    /// A list of strings; absent ones are empty.
    pub(super) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, DocumentError> {
        self.list(name, "a list of strings", |text| {
            text.as_str().map(str::to_owned)
        })
    }

    /// An object, or nothing.
    pub(super) fn object(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Fields<'a>>, DocumentError> {
        let place = self.place_of(name);
        self.value(name)
            .map(|value| Fields::of(value, place))
            .transpose()
    }

    /// The fields of an object whose names are free, with their places.
    pub(super) fn entries(
        &mut self,
        name: &'static str,
    ) -> Result<Vec<(&'a String, &'a Value, String)>, DocumentError> {
        let entries = self.read(name, "an object", Value::as_object)?;
        let place = self.place_of(name);
        Ok(entries
            .into_iter()
            .flatten()
            .map(|(key, value)| (key, value, format!("{place}/{key}")))
            .collect())
    }

    /// Refuses fields that nobody took.
    pub(super) fn finish(self) -> Result<(), DocumentError> {
        let unknown = |name: &&String| !self.taken.contains(&name.as_str());
        match self.object.keys().find(unknown) {
            Some(name) => Err(self.error(format!("has the field `{name}`, which is not known"))),
            None => Ok(()),
        }
    }
}
