//! Blobs as records refer to them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Cid, Codec};

/// The `$type` of a blob in the JSON form.
pub const BLOB_TYPE: &str = "blob";

/// A reference in a record to bytes kept beside it on the PDS, in the JSON form
/// `{"$type": "blob", "ref": {"$link": …}, "mimeType": …, "size": …}`.
/// atproto.com/specs/data-model#blob-type
///
/// Reading is strict: the type must be `blob`, the CID raw and the MIME type not empty. The form
/// without `$type` that predates the specification is refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecordBlob {
    /// The content identifier of the bytes, always of codec raw.
    pub cid: Cid,
    /// The media type the uploader claimed; not to be trusted for display.
    pub mime_type: String,
    /// The length in bytes the record claims.
    pub size: u64,
}

/// The JSON form, before its parts are checked.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BlobJson {
    #[serde(rename = "$type")]
    type_name: String,
    #[serde(rename = "ref")]
    reference: Link,
    mime_type: String,
    size: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    #[serde(rename = "$link")]
    cid: Cid,
}

impl Serialize for RecordBlob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        BlobJson {
            type_name: BLOB_TYPE.to_owned(),
            reference: Link { cid: self.cid },
            mime_type: self.mime_type.clone(),
            size: self.size,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RecordBlob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = BlobJson::deserialize(deserializer)?;
        if json.type_name != BLOB_TYPE {
            return Err(de::Error::custom("`$type` of a blob is not `blob`"));
        }
        if json.reference.cid.codec() != Codec::Raw {
            return Err(de::Error::custom("CID of a blob is not of codec raw"));
        }
        if json.mime_type.is_empty() {
            return Err(de::Error::custom("MIME type of a blob is empty"));
        }
        Ok(Self {
            cid: json.reference.cid,
            mime_type: json.mime_type,
            size: json.size,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn example() -> Value {
        json!({
            "$type": "blob",
            "ref": { "$link": "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" },
            "mimeType": "image/jpeg",
            "size": 10000
        })
    }

    #[test]
    fn the_json_form_round_trips() {
        let blob: RecordBlob = serde_json::from_value(example()).expect("a blob");
        assert_eq!((blob.mime_type.as_str(), blob.size), ("image/jpeg", 10_000));
        assert_eq!(serde_json::to_value(blob).expect("JSON"), example());
    }

    #[test]
    fn other_forms_are_refused() {
        let link = |cid: &str| json!({ "$link": cid });
        for (field, value) in [
            ("$type", json!("Blob")),
            ("size", json!("10000")),
            ("size", json!(-1)),
            ("size", json!(1.5)),
            ("mimeType", json!("")),
            (
                "ref",
                json!("bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity"),
            ),
            (
                "ref",
                link("bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq"),
            ),
            ("ref", link(".")),
            ("other", json!(1)),
        ] {
            let mut json = example();
            json[field] = value;
            assert!(
                serde_json::from_value::<RecordBlob>(json).is_err(),
                "{field}"
            );
        }
        for field in ["$type", "ref", "mimeType", "size"] {
            let mut json = example();
            json.as_object_mut().expect("an object").remove(field);
            assert!(
                serde_json::from_value::<RecordBlob>(json).is_err(),
                "{field}"
            );
        }
    }
}
