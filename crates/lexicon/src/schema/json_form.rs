//! The forms in which JSON carries what it has no types for. atproto.com/specs/data-model

use atproto::data::{BLOB_TYPE, Cid};
use serde_json::{Map, Value};

/// The media type and the size of a blob. A CID of any codec will do here: records are read more strictly.
pub(super) fn blob(value: &Value) -> Option<(&str, u64)> {
    let fields = value.as_object()?;
    let is_blob = fields.len() == 4 && fields.get("$type")? == BLOB_TYPE;
    let media_type = fields.get("mimeType")?.as_str()?;
    let size = fields.get("size")?.as_u64()?;
    (is_blob && is_link(fields.get("ref")?) && !media_type.is_empty()).then_some((media_type, size))
}

pub(super) fn is_link(value: &Value) -> bool {
    only_field(value, "$link").is_some_and(|cid| cid.parse::<Cid>().is_ok())
}

/// How many bytes a `$bytes` has: base64, with padding or without.
pub(super) fn bytes_length(value: &Value) -> Option<usize> {
    let text = only_field(value, "$bytes")?;
    let digits = text.trim_end_matches('=');
    let is_padded_right = text.len() == digits.len() || text.len() % 4 == 0;
    let is_base64 = digits
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    (is_padded_right && is_base64 && digits.len() % 4 != 1).then_some(digits.len() * 3 / 4)
}

fn only_field<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    fields.get(name)?.as_str()
}

/// An object that is one, and not the JSON form of bytes, a link or a blob.
pub(super) fn plain_object(value: &Value) -> Option<&Map<String, Value>> {
    value.as_object().filter(|fields| {
        !fields.contains_key("$bytes")
            && !fields.contains_key("$link")
            && fields.get("$type").is_none_or(|name| name != BLOB_TYPE)
    })
}

pub(super) fn is_plain_object(value: &Value) -> bool {
    plain_object(value).is_some()
}
