//! A validator for the part of the lexicon language that the schemas here use. It knows no more, so
//! that a schema which needs more fails instead of passing unchecked.

use atproto::data::RecordBlob;
use atproto::syntax::{AtUri, Datetime, Did, Handle};
use serde_json::{Map, Value};

/// Checks `record` against the main definition of `lexicon`; the error names the place.
pub fn check_record(lexicon: &Value, record: &Value) -> Result<(), String> {
    let main = &lexicon["defs"]["main"];
    if main["type"] != "record" {
        return Err("main definition is not a record".to_owned());
    }
    if record["$type"] != lexicon["id"] {
        return Err("`$type` is not the id of the lexicon".to_owned());
    }
    check(lexicon, &main["record"], record, "record")
}

fn check(lexicon: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    match schema["type"].as_str() {
        Some("object") => check_object(lexicon, schema, value, place),
        Some("array") => {
            let items = value.as_array().ok_or(format!("{place}: not an array"))?;
            items.iter().enumerate().try_for_each(|(index, item)| {
                check(
                    lexicon,
                    &schema["items"],
                    item,
                    &format!("{place}[{index}]"),
                )
            })
        }
        Some("ref") => {
            let Some(name) = text(&schema["ref"]).strip_prefix('#') else {
                return Ok(());
            };
            let target = &lexicon["defs"][name];
            assert!(target.is_object(), "{place}: no definition {name}");
            check(lexicon, target, value, place)
        }
        Some("string") => check_string(schema, value, place),
        Some("integer") => check_integer(schema, value, place),
        Some("boolean") if value.is_boolean() => Ok(()),
        Some("boolean") => Err(format!("{place}: not a boolean")),
        Some("unknown") if value.is_object() => Ok(()),
        Some("unknown") => Err(format!("{place}: not an object")),
        Some("blob") => check_blob(schema, value, place),
        other => panic!("{place}: type {other:?} is not known to this test"),
    }
}

fn check_object(lexicon: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let object = value.as_object().ok_or(format!("{place}: not an object"))?;
    for required in list(&schema["required"]) {
        if !object.contains_key(text(required)) {
            return Err(format!("{place}: {required} is missing"));
        }
    }
    properties(schema).iter().try_for_each(|(name, schema)| {
        object.get(name).map_or(Ok(()), |value| {
            check(lexicon, schema, value, &format!("{place}.{name}"))
        })
    })
}

fn check_string(schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let string = value.as_str().ok_or(format!("{place}: not a string"))?;
    if let Some(max_length) = schema["maxLength"].as_u64()
        && u64::try_from(string.len()).is_ok_and(|length| length > max_length)
    {
        return Err(format!("{place}: longer than {max_length} bytes"));
    }
    let has_format = match schema["format"].as_str() {
        None => true,
        Some("did") => string.parse::<Did>().is_ok(),
        Some("handle") => string.parse::<Handle>().is_ok(),
        Some("at-uri") => string.parse::<AtUri>().is_ok(),
        Some("datetime") => string.parse::<Datetime>().is_ok(),
        Some("uri") => string
            .split_once(':')
            .is_some_and(|(_, rest)| !rest.is_empty()),
        other => panic!("{place}: format {other:?} is not known to this test"),
    };
    has_format
        .then_some(())
        .ok_or(format!("{place}: not of format {}", schema["format"]))
}

fn check_integer(schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let integer = value.as_i64().ok_or(format!("{place}: not an integer"))?;
    match schema["minimum"].as_i64() {
        Some(minimum) if integer < minimum => Err(format!("{place}: less than {minimum}")),
        _ => Ok(()),
    }
}

fn check_blob(schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let blob: RecordBlob =
        serde_json::from_value(value.clone()).map_err(|error| format!("{place}: {error}"))?;
    if let Some(max_size) = schema["maxSize"].as_u64()
        && blob.size > max_size
    {
        return Err(format!("{place}: larger than {max_size} bytes"));
    }
    let accepted = list(&schema["accept"]);
    if !accepted.is_empty() && !accepted.contains(&blob.mime_type.into()) {
        return Err(format!("{place}: media type is not accepted"));
    }
    Ok(())
}

/// The properties of an object schema.
pub fn properties(schema: &Value) -> &Map<String, Value> {
    schema["properties"]
        .as_object()
        .expect("an object schema has properties")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string in the schema")
}
