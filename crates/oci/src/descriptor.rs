//! Descriptors: typed, sized, digested pointers from a manifest to content (OCI image-spec,
//! `descriptor.md`).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::{Digest, MediaType};

/// A pointer to content.
///
/// Fields this type does not know are tolerated and lost: the bytes of the manifest are what is
/// stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The type of the content.
    pub media_type: MediaType,
    /// The digest of the content.
    pub digest: Digest,
    /// The size of the content in bytes: never more than `i64::MAX`, which is what clients can
    /// count to.
    #[serde(deserialize_with = "deserialize_size")]
    pub size: u64,
    /// Where else the content may be had. A registry never follows these.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub urls: Vec<String>,
    /// What is said about the content.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub annotations: BTreeMap<String, String>,
    /// The content itself in base64, where it is small. Not decoded here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The type of the artifact, where the content is the manifest of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// What an image in an index runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

impl Descriptor {
    /// A descriptor that says no more than it must.
    pub const fn new(media_type: MediaType, digest: Digest, size: u64) -> Self {
        Self {
            media_type,
            digest,
            size,
            urls: Vec::new(),
            annotations: BTreeMap::new(),
            data: None,
            artifact_type: None,
            platform: None,
        }
    }
}

/// What an image runs on (OCI image-spec, `image-index.md`).
///
/// Tools leave out what the specification asks for, so everything may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Platform {
    /// The CPU architecture in Go's words: `amd64`, `arm64`.
    #[serde(deserialize_with = "null_as_default")]
    pub architecture: String,
    /// The operating system in Go's words: `linux`, `windows`.
    #[serde(deserialize_with = "null_as_default")]
    pub os: String,
    /// The version of the operating system.
    #[serde(rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Features of the operating system that the image needs.
    #[serde(
        rename = "os.features",
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub os_features: Vec<String>,
    /// The variant of the CPU: `v7`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Features of the CPU that the image needs (Docker manifest lists).
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub features: Vec<String>,
}

/// Clients written in Go send `null` for an empty list or map.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

fn deserialize_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let size = u64::deserialize(deserializer)?;
    if i64::try_from(size).is_ok() {
        Ok(size)
    } else {
        Err(serde::de::Error::custom("the size is too large"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYER: &str = r#"{
        "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
        "digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "size": SIZE, "urls": null, "annotations": null, "future": [1]
    }"#;

    fn with_size(size: &str) -> Result<Descriptor, serde_json::Error> {
        serde_json::from_str(&LAYER.replace("SIZE", size))
    }

    #[test]
    fn unknown_fields_and_null_lists_are_tolerated() {
        let descriptor = with_size("12").expect("a descriptor");
        assert_eq!(descriptor.size, 12);
        assert!(descriptor.urls.is_empty() && descriptor.annotations.is_empty());
        let json = serde_json::to_value(&descriptor).expect("JSON");
        assert_eq!(json.as_object().expect("an object").len(), 3);
    }

    #[test]
    fn sizes_that_clients_cannot_count_to_are_refused() {
        assert!(with_size("9223372036854775807").is_ok());
        for size in [
            "-1",
            "1.5",
            "\"1\"",
            "null",
            "9223372036854775808",
            "99999999999999999999",
        ] {
            assert!(with_size(size).is_err(), "{size}");
        }
    }

    #[test]
    fn a_platform_keeps_its_dotted_names() {
        let json = r#"{"architecture":"amd64","os":"windows","os.version":"10.0","os.features":["win32k"]}"#;
        let platform: Platform = serde_json::from_str(json).expect("a platform");
        assert_eq!(platform.os_version.as_deref(), Some("10.0"));
        assert_eq!(serde_json::to_string(&platform).expect("JSON"), json);
        assert_eq!(
            serde_json::from_str::<Platform>("{}").expect("empty"),
            Platform::default()
        );
    }
}
