//! Values of the data model, and their JSON form.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value, json};

use super::{BLOB_TYPE, Cid, RecordBlob};

/// Deeper values are refused wherever they come from, so that nothing recurses without end.
pub const MAX_DEPTH: usize = 64;

/// `$bytes` is base64 without padding when written; padding is read too.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A value of the atproto data model: what a record, a tree node or a commit is made of. There are no
/// fractions. atproto.com/specs/data-model
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ipld {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Text in UTF-8.
    String(String),
    /// Bytes; `{"$bytes": …}` in JSON.
    Bytes(Vec<u8>),
    /// Values in order.
    List(Vec<Ipld>),
    /// Values by name.
    Map(BTreeMap<String, Ipld>),
    /// A reference to a block or a blob; `{"$link": …}` in JSON.
    Link(Cid),
}

/// Why JSON has no value in the data model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataModelError {
    /// A fraction, or a whole number beyond 64 bits.
    #[error("{0} is not a whole number of 64 bits")]
    Number(String),
    /// `$link`, `$bytes`, `$type` or a blob is not of its form.
    #[error("{0}")]
    Form(&'static str),
    /// Lists and maps inside each other beyond [`MAX_DEPTH`].
    #[error("lists and objects are nested deeper than {MAX_DEPTH} levels")]
    Depth,
}

impl Ipld {
    /// Reads the JSON form.
    pub fn from_json(value: &Value) -> Result<Self, DataModelError> {
        Self::from_json_at(value, 0)
    }

    fn from_json_at(value: &Value, depth: usize) -> Result<Self, DataModelError> {
        if depth > MAX_DEPTH {
            return Err(DataModelError::Depth);
        }
        Ok(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Integer(
                whole_number(number).ok_or_else(|| DataModelError::Number(number.to_string()))?,
            ),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(values) => Self::List(
                values
                    .iter()
                    .map(|value| Self::from_json_at(value, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(fields) => Self::from_object(fields, depth)?,
        })
    }

    fn from_object(fields: &Map<String, Value>, depth: usize) -> Result<Self, DataModelError> {
        if let Some(link) = fields.get("$link") {
            let cid = link.as_str().and_then(|text| text.parse().ok());
            return match cid {
                Some(cid) if fields.len() == 1 => Ok(Self::Link(cid)),
                _ => Err(DataModelError::Form("$link is not one CID alone")),
            };
        }
        if let Some(bytes) = fields.get("$bytes") {
            let bytes = bytes.as_str().and_then(|text| BASE64.decode(text).ok());
            return match bytes {
                Some(bytes) if fields.len() == 1 => Ok(Self::Bytes(bytes)),
                _ => Err(DataModelError::Form("$bytes is not base64 alone")),
            };
        }
        match fields.get("$type") {
            None => {}
            Some(Value::String(name)) if name == BLOB_TYPE => {
                serde_json::from_value::<RecordBlob>(Value::Object(fields.clone()))
                    .map_err(|_| DataModelError::Form("a blob is not of its form"))?;
            }
            Some(Value::String(name)) if !name.is_empty() => {}
            Some(_) => return Err(DataModelError::Form("$type is not a name")),
        }
        let fields = fields
            .iter()
            .map(|(name, value)| Ok((name.clone(), Self::from_json_at(value, depth + 1)?)))
            .collect::<Result<_, DataModelError>>()?;
        Ok(Self::Map(fields))
    }

    /// The JSON form.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => json!(value),
            Self::Integer(value) => json!(value),
            Self::String(text) => json!(text),
            Self::Bytes(bytes) => json!({ "$bytes": BASE64.encode(bytes) }),
            Self::List(values) => values.iter().map(Self::to_json).collect(),
            Self::Map(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, value)| (name.clone(), value.to_json()))
                    .collect(),
            ),
            Self::Link(cid) => json!({ "$link": cid.to_string() }),
        }
    }

    /// A field of a map; nothing of anything else.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(fields) => fields.get(name),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub const fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// The CID, if it is a link.
    pub const fn as_link(&self) -> Option<Cid> {
        match self {
            Self::Link(cid) => Some(*cid),
            _ => None,
        }
    }

    /// Every blob that the value refers to, in the order they stand.
    /// atproto.com/specs/data-model#blob-type
    pub fn blobs(&self) -> Vec<RecordBlob> {
        let mut found = Vec::new();
        self.collect_blobs(&mut found);
        found
    }

    fn collect_blobs(&self, found: &mut Vec<RecordBlob>) {
        match self {
            Self::List(values) => values.iter().for_each(|value| value.collect_blobs(found)),
            Self::Map(fields) => match self.as_blob() {
                Some(blob) => found.push(blob),
                None => fields.values().for_each(|value| value.collect_blobs(found)),
            },
            _ => {}
        }
    }

    fn as_blob(&self) -> Option<RecordBlob> {
        (self.get("$type")?.as_str()? == BLOB_TYPE)
            .then(|| serde_json::from_value(self.to_json()).ok())
            .flatten()
    }

    /// How many lists and maps stand inside each other; 0 for a plain value.
    pub fn depth(&self) -> usize {
        match self {
            Self::List(values) => 1 + values.iter().map(Self::depth).max().unwrap_or(0),
            Self::Map(fields) => 1 + fields.values().map(Self::depth).max().unwrap_or(0),
            _ => 0,
        }
    }
}

/// Some writers spell whole numbers as `123.0`, which means the same as long as nothing was rounded.
fn whole_number(number: &serde_json::Number) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number of 53 bits is an i64 exactly"
        )]
        (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_and_huge_numbers_have_no_place() {
        for number in ["1.5", "1e300", "9223372036854775808"] {
            let value: Value = serde_json::from_str(number).expect("JSON");
            assert!(
                matches!(Ipld::from_json(&value), Err(DataModelError::Number(_))),
                "{number}"
            );
        }
        assert_eq!(
            Ipld::from_json(&json!(i64::MIN)),
            Ok(Ipld::Integer(i64::MIN))
        );
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = (0..=MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(Ipld::from_json(&nested), Err(DataModelError::Depth));
        let nested = (0..MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(
            Ipld::from_json(&nested).expect("a value").depth(),
            MAX_DEPTH
        );
    }

    #[test]
    fn blobs_are_found_wherever_they_are() {
        let blob = json!({
            "$type": "blob",
            "ref": { "$link": "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" },
            "mimeType": "image/png",
            "size": 5
        });
        let value = json!({ "a": [{ "b": blob }], "c": { "d": blob }, "ref": blob["ref"] });
        let blobs = Ipld::from_json(&value).expect("a value").blobs();
        assert_eq!(blobs.len(), 2);
        assert_eq!(
            (blobs[0].size, blobs[0].mime_type.as_str()),
            (5, "image/png")
        );
    }

    #[test]
    fn blobs_in_the_form_from_before_the_specification_are_no_blobs() {
        let value = json!({ "cid": "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity", "mimeType": "image/png" });
        let value = Ipld::from_json(&json!({ "image": value })).expect("a value");
        assert_eq!(value.blobs(), []);
    }

    #[test]
    fn bytes_are_read_with_and_without_padding_and_written_without() {
        for text in ["AQI", "AQI="] {
            let value = Ipld::from_json(&json!({ "$bytes": text })).expect("bytes");
            assert_eq!(value, Ipld::Bytes(vec![1, 2]));
            assert_eq!(value.to_json(), json!({ "$bytes": "AQI" }));
        }
    }
}
