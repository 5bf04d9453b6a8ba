//! Breaks a sample in every way that its schema forbids, one at a time.
//!
//! Reads schemas as plain JSON and knows nothing of the code under test.

use std::collections::BTreeMap;

use lexicon::schema::SchemaError;
use serde_json::{Map, Value, json};

/// A sample with one thing wrong.
pub struct Mutation {
    /// Where the error must be, as a JSON pointer.
    pub path: String,
    /// What was done.
    pub what: &'static str,
    /// The whole value.
    pub value: Value,
}

impl Mutation {
    /// Panics unless the error is at the place that is wrong.
    pub fn assert_refused(&self, id: &str, outcome: Result<(), SchemaError>) {
        let told = format!("{id} {} with {}", self.path, self.what);
        match outcome {
            Err(SchemaError::Violation { path, .. }) => assert_eq!(path, self.path, "{told}"),
            other => panic!("{told}: {other:?}"),
        }
    }
}

/// Breaks `sample` everywhere. Panics where the sample lacks a field of the schema.
pub fn mutations(
    lexicons: &BTreeMap<String, Value>,
    id: &str,
    schema: &Value,
    sample: &Value,
) -> Vec<Mutation> {
    let mut walk = Walk {
        lexicons,
        sample,
        found: Vec::new(),
    };
    walk.value(id, schema, "");
    walk.found
}

struct Walk<'a> {
    lexicons: &'a BTreeMap<String, Value>,
    sample: &'a Value,
    found: Vec<Mutation>,
}

impl Walk<'_> {
    /// The sample with another value at `path`.
    fn replace(&mut self, path: &str, what: &'static str, value: Value) {
        let mut whole = self.sample.clone();
        *whole.pointer_mut(path).expect("a place in the sample") = value;
        self.found.push(Mutation {
            path: path.to_owned(),
            what,
            value: whole,
        });
    }

    fn remove(&mut self, path: &str, name: &str) {
        let mut whole = self.sample.clone();
        let object = whole.pointer_mut(path).and_then(Value::as_object_mut);
        object.expect("an object").remove(name);
        self.found.push(Mutation {
            path: format!("{path}/{name}"),
            what: "without it",
            value: whole,
        });
    }

    fn at(&self, path: &str) -> Value {
        let value = self.sample.pointer(path);
        value
            .unwrap_or_else(|| panic!("the sample has no {path}"))
            .clone()
    }

    fn value(&mut self, id: &str, schema: &Value, path: &str) {
        match schema["type"].as_str().expect("a type") {
            "object" => self.object(id, schema, path),
            "array" => self.array(id, schema, path),
            "ref" => {
                let (id, schema) = self.definition(id, &schema["ref"]);
                self.value(&id, &schema, path);
            }
            "union" => self.union(id, schema, path),
            "string" => self.string(schema, path),
            "integer" => self.integer(schema, path),
            "boolean" => self.replace(path, "a string", json!("true")),
            "blob" => self.blob(schema, path),
            "bytes" | "cid-link" | "unknown" => self.replace(path, "a string", json!("text")),
            other => panic!("{path}: {other} is not known to this test"),
        }
    }

    fn definition(&self, id: &str, reference: &Value) -> (String, Value) {
        let reference = reference.as_str().expect("a reference");
        let (nsid, name) = reference.split_once('#').unwrap_or((reference, "main"));
        let nsid = if nsid.is_empty() { id } else { nsid };
        (nsid.to_owned(), self.lexicons[nsid]["defs"][name].clone())
    }

    fn object(&mut self, id: &str, schema: &Value, path: &str) {
        self.replace(path, "a list", json!([]));
        self.replace(path, "bytes", json!({ "$bytes": "AAAA" }));
        let none = Map::new();
        for (name, property) in schema["properties"].as_object().unwrap_or(&none) {
            let place = format!("{path}/{name}");
            if !lists(&schema["nullable"], name) {
                self.replace(&place, "null", Value::Null);
            }
            if lists(&schema["required"], name) {
                self.remove(path, name);
            }
            self.value(id, property, &place);
        }
    }

    fn array(&mut self, id: &str, schema: &Value, path: &str) {
        self.replace(path, "an object", json!({}));
        let items = self.at(path);
        let items = items.as_array().expect("a list in the sample");
        let first = items.first().expect("an item in the sample");
        if let Some(maximum) = schema["maxLength"].as_u64() {
            let count = usize::try_from(maximum).expect("small") + 1;
            self.replace(path, "too many", vec![first.clone(); count].into());
        }
        self.value(id, &schema["items"], &format!("{path}/0"));
    }

    fn union(&mut self, id: &str, schema: &Value, path: &str) {
        self.replace(path, "no $type", json!({}));
        let name = self.at(path)["$type"].as_str().expect("a type").to_owned();
        let members = schema["refs"].as_array().expect("members");
        let member = members
            .iter()
            .find(|member| name.ends_with(member.as_str().expect("a reference")))
            .expect("a member of the union");
        let (id, schema) = self.definition(id, member);
        // What is not of this member is of none; its `$type` is checked first.
        let before = self.found.len();
        self.object(&id, &schema, path);
        self.found.drain(before..before + 2);
    }

    fn string(&mut self, schema: &Value, path: &str) {
        self.replace(path, "a number", json!(1));
        if let Some(maximum) = schema["maxLength"].as_u64() {
            let count = usize::try_from(maximum).expect("small") + 1;
            self.replace(path, "too long", "a".repeat(count).into());
        }
        if let Some(maximum) = schema["maxGraphemes"].as_u64() {
            let count = usize::try_from(maximum).expect("small") + 1;
            self.replace(path, "too many characters", "é".repeat(count).into());
        }
        if schema.get("format").is_some() {
            self.replace(path, "of no format", json!("?"));
        }
        if schema.get("const").is_some() || schema.get("enum").is_some() {
            self.replace(path, "another value", json!("?"));
        }
    }

    fn integer(&mut self, schema: &Value, path: &str) {
        self.replace(path, "a string", json!("1"));
        self.replace(path, "a fraction", json!(1.5));
        self.replace(path, "more than 53 bits", json!(1_u64 << 53));
        if let Some(minimum) = schema["minimum"].as_i64() {
            self.replace(path, "too small", json!(minimum - 1));
        }
        if let Some(maximum) = schema["maximum"].as_i64() {
            self.replace(path, "too large", json!(maximum + 1));
        }
    }

    fn blob(&mut self, schema: &Value, path: &str) {
        self.replace(path, "a string", json!("text"));
        let blob = self.at(path);
        let with = |name: &str, value: Value| {
            let mut blob = blob.clone();
            blob[name] = value;
            blob
        };
        self.replace(path, "no reference", with("ref", json!("text")));
        if let Some(maximum) = schema["maxSize"].as_u64() {
            self.replace(path, "too large", with("size", json!(maximum + 1)));
        }
        if schema.get("accept").is_some() {
            self.replace(
                path,
                "of another type",
                with("mimeType", json!("text/html")),
            );
        }
    }
}

fn lists(list: &Value, name: &str) -> bool {
    list.as_array()
        .is_some_and(|names| names.iter().any(|listed| listed == name))
}
