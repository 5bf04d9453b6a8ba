//! Queries, procedures and subscriptions. atproto.com/specs/xrpc

use serde_json::Value;

use super::document::{DocumentError, References};
use super::fields::Fields;
use super::types::{Array, Object, Type};

/// How a method is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// With GET; changes nothing.
    Query,
    /// With POST.
    Procedure,
    /// By a WebSocket.
    Subscription,
}

/// What a schema says of a method.
#[derive(Debug)]
pub struct Method {
    verb: Verb,
    pub(super) parameters: Option<Object>,
    pub(super) input: Option<Body>,
    pub(super) output: Option<Body>,
    errors: Vec<String>,
}

/// An input or an output.
#[derive(Debug)]
pub(super) struct Body {
    encoding: String,
    pub(super) schema: Option<Type>,
}

impl Method {
    /// How it is called.
    pub fn verb(&self) -> Verb {
        self.verb
    }

    /// The media type of its input, if it takes any; `*/*` for all.
    pub fn input_encoding(&self) -> Option<&str> {
        self.input.as_ref().map(|input| input.encoding.as_str())
    }

    /// The media type of its output, if it has any; `*/*` for all.
    pub fn output_encoding(&self) -> Option<&str> {
        self.output.as_ref().map(|output| output.encoding.as_str())
    }

    /// The names of its errors, beside those that every method may have.
    pub fn error_names(&self) -> &[String] {
        &self.errors
    }

    pub(super) fn read(
        kind: &str,
        mut fields: Fields<'_>,
        references: &mut References,
    ) -> Result<Self, DocumentError> {
        let verb = match kind {
            "query" => Verb::Query,
            "procedure" => Verb::Procedure,
            _ => Verb::Subscription,
        };
        let parameters = match fields.object("parameters")? {
            Some(parameters) => Some(read_parameters(parameters, references)?),
            None => None,
        };
        let input = match verb {
            Verb::Procedure => read_body(&mut fields, "input", references)?,
            Verb::Query | Verb::Subscription => None,
        };
        let output = match verb {
            Verb::Subscription => None,
            Verb::Query | Verb::Procedure => read_body(&mut fields, "output", references)?,
        };
        if verb == Verb::Subscription
            && let Some(message) = fields.object("message")?
        {
            check_message(message, references)?;
        }
        let errors = fields.list("errors", "a list of errors with names", error_name)?;
        fields.finish()?;
        Ok(Self {
            verb,
            parameters,
            input,
            output,
            errors,
        })
    }
}

fn read_parameters(
    mut fields: Fields<'_>,
    references: &mut References,
) -> Result<Object, DocumentError> {
    if fields.required_text("type")? != "params" {
        return Err(fields.error("is not of type params"));
    }
    let object = Object::read(&mut fields, references)?;
    for (name, property) in &object.properties {
        let single = match property {
            Type::Array(Array { items, .. }) => items,
            other => other,
        };
        if !matches!(
            single,
            Type::Boolean(_) | Type::Integer(_) | Type::String(_) | Type::Unknown
        ) {
            return Err(fields.error(format!("has `{name}`, which no query can carry")));
        }
    }
    fields.finish()?;
    Ok(object)
}

fn read_body(
    fields: &mut Fields<'_>,
    name: &'static str,
    references: &mut References,
) -> Result<Option<Body>, DocumentError> {
    let Some(mut body) = fields.object(name)? else {
        return Ok(None);
    };
    let encoding = body.required_text("encoding")?.to_owned();
    let schema = read_schema(&mut body, references)?;
    body.finish()?;
    Ok(Some(Body { encoding, schema }))
}

fn read_schema(
    body: &mut Fields<'_>,
    references: &mut References,
) -> Result<Option<Type>, DocumentError> {
    let Some(schema) = body.value("schema") else {
        return Ok(None);
    };
    match Type::read(schema, body.place_of("schema"), references)? {
        schema @ (Type::Object(_) | Type::Ref(_) | Type::Union(_)) => Ok(Some(schema)),
        _ => Err(body.error("has a schema that is no object, ref or union")),
    }
}

/// What a subscription sends is checked where it is made: it is never JSON.
fn check_message(mut fields: Fields<'_>, references: &mut References) -> Result<(), DocumentError> {
    match read_schema(&mut fields, references)? {
        Some(Type::Union(_)) => fields.finish(),
        _ => Err(fields.error("is no union")),
    }
}

fn error_name(error: &Value) -> Option<String> {
    let error = error.as_object()?;
    let is_known = |name: &String| name == "name" || name == "description";
    let name = error.get("name")?.as_str()?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_name && error.keys().all(is_known)).then(|| name.to_owned())
}
