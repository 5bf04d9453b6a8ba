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
