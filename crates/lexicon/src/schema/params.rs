//! Query parameters: texts that become values of the types that a schema gives them.

use serde_json::{Map, Value};

use super::SchemaError;
use super::check::Checker;
use super::place::Place;
use super::types::{Array, Boolean, Integer, Object, Text, Type};

/// Reads the parameters that `schema` names.
pub(super) fn read(
    checker: &Checker<'_>,
    schema: &Object,
    parameters: &[(String, String)],
) -> Result<Map<String, Value>, SchemaError> {
    let mut values = Map::new();
    for (name, schema) in &schema.properties {
        let root = Place::root();
        let value = match schema {
            Type::Array(schema) => read_list(schema, name, parameters),
            _ => read_single(schema, name, parameters),
        };
        let value = value.map_err(|reason| checker.violation(&root.field(name), reason))?;
        if let Some(value) = value.or_else(|| default_of(schema)) {
            values.insert(name.clone(), value);
        }
    }
    checker.check_fields(schema, &values, &Place::root())?;
    Ok(values)
}

fn read_single(
    schema: &Type,
    name: &str,
    parameters: &[(String, String)],
) -> Result<Option<Value>, String> {
    let mut given = parameters.iter().filter(|(given, _)| given == name);
    let Some((_, text)) = given.next() else {
        return Ok(None);
    };
    if given.next().is_some() {
        return Err("is there more than once".to_owned());
    }
    read_text(schema, text).map(Some)
}

/// A list is a parameter that is there several times. Some clients write `name[]`.
fn read_list(
    schema: &Array,
    name: &str,
    parameters: &[(String, String)],
) -> Result<Option<Value>, String> {
    let is_it = |given: &str| given.strip_suffix("[]").unwrap_or(given) == name;
    let items: Vec<Value> = parameters
        .iter()
        .filter(|(given, _)| is_it(given))
        .map(|(_, text)| read_text(&schema.items, text))
        .collect::<Result<_, _>>()?;
    Ok((!items.is_empty()).then_some(Value::Array(items)))
}

fn read_text(schema: &Type, text: &str) -> Result<Value, String> {
    match schema {
        Type::Boolean(_) => match text {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err("is not true or false".to_owned()),
        },
        Type::Integer(_) => match text.parse::<i64>() {
            Ok(number) => Ok(number.into()),
            Err(_) => Err("is not a whole number".to_owned()),
        },
        _ => Ok(text.into()),
    }
}

fn default_of(schema: &Type) -> Option<Value> {
    match schema {
        Type::Boolean(Boolean { default, .. }) => default.map(Value::from),
        Type::Integer(Integer { default, .. }) => default.map(Value::from),
        Type::String(Text { default, .. }) => default.clone().map(Value::from),
        _ => None,
    }
}
