//! The protocol's own vectors of the lexicon language.

#[path = "../../../atproto/tests/vectors/mod.rs"]
mod vectors;

use lexicon::schema::Catalogue;
use serde_json::Value;

fn read(file: &str) -> Option<Value> {
    let text = vectors::read(&format!("lexicon/{file}"))?;
    Some(serde_json::from_str(&text).expect("JSON"))
}

fn cases(file: &str) -> Vec<Value> {
    match read(file) {
        Some(Value::Array(cases)) => cases,
        Some(_) => panic!("{file} is no list"),
        None => Vec::new(),
    }
}

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    for name in [
        "permission-set",
        "procedure",
        "query",
        "record",
        "subscription",
    ] {
        if let Some(document) = read(&format!("catalog/{name}.json")) {
            catalogue.add(&document).expect(name);
        }
    }
    catalogue
}

/// What the catalogue says of a record under its key.
fn validate(catalogue: &Catalogue, case: &Value) -> Result<(), String> {
    let record = &case["data"];
    let nsid = record["$type"].as_str().expect("a type");
    let key = case["rkey"].as_str().expect("a key");
    catalogue
        .validate_record_key(nsid, key)
        .and_then(|()| catalogue.validate_record(nsid, record))
        .map_err(|error| error.to_string())
}

#[test]
fn valid_schemas_are_read() {
    for case in cases("lexicon-valid.json") {
        let read = Catalogue::default().add(&case["lexicon"]);
        assert_eq!(read, Ok(()), "{}", case["name"]);
    }
}

#[test]
fn invalid_schemas_are_refused() {
    for case in cases("lexicon-invalid.json") {
        let read = Catalogue::default().add(&case["lexicon"]);
        assert!(read.is_err(), "{}", case["name"]);
    }
}

#[test]
fn valid_records_are_accepted() {
    let catalogue = catalogue();
    for case in cases("record-data-valid.json") {
        assert_eq!(validate(&catalogue, &case), Ok(()), "{}", case["name"]);
    }
}

#[test]
fn invalid_records_are_refused() {
    let catalogue = catalogue();
    for case in cases("record-data-invalid.json") {
        assert!(validate(&catalogue, &case).is_err(), "{}", case["name"]);
    }
}

#[test]
fn invalid_records_are_refused_for_what_is_wrong_with_them() {
    let catalogue = catalogue();
    for mut case in cases("record-data-invalid.json") {
        // Some lack the one required field too, which would hide what they are about.
        if case["name"] != "missing required field" && case["data"].get("integer").is_none() {
            case["data"]["integer"] = 1.into();
        }
        let error = validate(&catalogue, &case).expect_err("invalid");
        let wrong = case["data"]
            .as_object()
            .expect("a record")
            .keys()
            .rfind(|name| !["$type", "integer"].contains(&name.as_str()))
            .map_or("integer", String::as_str);
        assert!(
            error.starts_with(&format!("`/{wrong}")),
            "{}: {error}",
            case["name"]
        );
    }
}
