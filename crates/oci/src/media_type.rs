//! Media types: which document or layer a descriptor points at.

use std::fmt;
use std::str::FromStr;

use crate::string_form::serde_as_string;

/// The media types of the OCI image-spec and of the Docker formats it grew out of.
pub mod names {
    /// OCI image manifest.
    pub const OCI_IMAGE_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    /// OCI image index.
    pub const OCI_IMAGE_INDEX: &str = "application/vnd.oci.image.index.v1+json";
    /// OCI artifact manifest: only in release candidates of image-spec 1.1, still found in the
    /// wild.
    pub const OCI_ARTIFACT_MANIFEST: &str = "application/vnd.oci.artifact.manifest.v1+json";
    /// OCI image configuration.
    pub const OCI_IMAGE_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
    /// The two bytes `{}`, where a descriptor is required but there is nothing to say.
    pub const OCI_EMPTY: &str = "application/vnd.oci.empty.v1+json";
    /// OCI layer, uncompressed.
    pub const OCI_LAYER_TAR: &str = "application/vnd.oci.image.layer.v1.tar";
    /// OCI layer, gzip.
    pub const OCI_LAYER_TAR_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
    /// OCI layer, zstd.
    pub const OCI_LAYER_TAR_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
    /// OCI layer that may be absent from registries, uncompressed.
    pub const OCI_NON_DISTRIBUTABLE_LAYER_TAR: &str =
        "application/vnd.oci.image.layer.nondistributable.v1.tar";
    /// OCI layer that may be absent from registries, gzip.
    pub const OCI_NON_DISTRIBUTABLE_LAYER_TAR_GZIP: &str =
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    /// OCI layer that may be absent from registries, zstd.
    pub const OCI_NON_DISTRIBUTABLE_LAYER_TAR_ZSTD: &str =
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd";
    /// Docker image manifest, schema 2.
    pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
    /// Docker manifest list.
    pub const DOCKER_MANIFEST_LIST: &str =
        "application/vnd.docker.distribution.manifest.list.v2+json";
    /// Docker image manifest, schema 1: refused.
    pub const DOCKER_SCHEMA_1: &str = "application/vnd.docker.distribution.manifest.v1+json";
    /// Docker image manifest, schema 1 with signatures: refused.
    pub const DOCKER_SCHEMA_1_SIGNED: &str =
        "application/vnd.docker.distribution.manifest.v1+prettyjws";
    /// Docker image configuration.
    pub const DOCKER_IMAGE_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
    /// Docker layer, uncompressed.
    pub const DOCKER_LAYER_TAR: &str = "application/vnd.docker.image.rootfs.diff.tar";
    /// Docker layer, gzip.
    pub const DOCKER_LAYER_TAR_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    /// Docker layer that may be absent from registries, uncompressed.
    pub const DOCKER_FOREIGN_LAYER_TAR: &str =
        "application/vnd.docker.image.rootfs.foreign.diff.tar";
    /// Docker layer that may be absent from registries, gzip.
    pub const DOCKER_FOREIGN_LAYER_TAR_GZIP: &str =
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
}

/// The longest `type` and the longest `subtype`, in characters (RFC 6838, section 4.2).
const MAX_RESTRICTED_NAME: usize = 127;

/// What a media type says about the content, as far as a registry cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaTypeKind {
    /// An image manifest, of OCI or Docker schema 2.
    ImageManifest,
    /// An image index or Docker manifest list.
    ImageIndex,
    /// The artifact manifest of the image-spec 1.1 release candidates.
    ArtifactManifest,
    /// A Docker schema 1 manifest.
    DockerSchema1,
    /// An image configuration.
    ImageConfig,
    /// The empty JSON object.
    Empty,
    /// A layer.
    Layer,
    /// A layer that may be absent from the registry.
    NonDistributableLayer,
    /// Anything else: artifacts bring their own types.
    Other,
}

/// A text is not a media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a media type looks like application/vnd.example+json (RFC 6838)")]
pub struct MediaTypeParseError;

/// A media type by RFC 6838, `type/subtype`, at most 255 characters.
///
/// Parameters (`; charset=utf-8`) are dropped when parsing. The case is kept, because clients
/// compare the `Content-Type` of an answer with a descriptor byte by byte; use
/// [`MediaType::matches`] to compare as RFC 6838 says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(String);

impl MediaType {
    /// The media type as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are the same type, whatever the case of their letters.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// What this type says about the content.
    pub fn kind(&self) -> MediaTypeKind {
        match self.0.to_ascii_lowercase().as_str() {
            names::OCI_IMAGE_MANIFEST | names::DOCKER_MANIFEST => MediaTypeKind::ImageManifest,
            names::OCI_IMAGE_INDEX | names::DOCKER_MANIFEST_LIST => MediaTypeKind::ImageIndex,
            names::OCI_ARTIFACT_MANIFEST => MediaTypeKind::ArtifactManifest,
            names::DOCKER_SCHEMA_1 | names::DOCKER_SCHEMA_1_SIGNED => MediaTypeKind::DockerSchema1,
            names::OCI_IMAGE_CONFIG | names::DOCKER_IMAGE_CONFIG => MediaTypeKind::ImageConfig,
            names::OCI_EMPTY => MediaTypeKind::Empty,
            names::OCI_LAYER_TAR
            | names::OCI_LAYER_TAR_GZIP
            | names::OCI_LAYER_TAR_ZSTD
            | names::DOCKER_LAYER_TAR
            | names::DOCKER_LAYER_TAR_GZIP => MediaTypeKind::Layer,
            names::OCI_NON_DISTRIBUTABLE_LAYER_TAR
            | names::OCI_NON_DISTRIBUTABLE_LAYER_TAR_GZIP
            | names::OCI_NON_DISTRIBUTABLE_LAYER_TAR_ZSTD
            | names::DOCKER_FOREIGN_LAYER_TAR
            | names::DOCKER_FOREIGN_LAYER_TAR_GZIP => MediaTypeKind::NonDistributableLayer,
            _ => MediaTypeKind::Other,
        }
    }

    /// Whether content of this type may be absent from the registry although a manifest names it.
    pub fn is_non_distributable(&self) -> bool {
        self.kind() == MediaTypeKind::NonDistributableLayer
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for MediaType {
    type Err = MediaTypeParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let without_parameters = text.split_once(';').map_or(text, |(before, _)| before);
        let essence = without_parameters.trim_matches([' ', '\t']);
        let (top_level, subtype) = essence.split_once('/').ok_or(MediaTypeParseError)?;
        if is_restricted_name(top_level) && is_restricted_name(subtype) {
            Ok(Self(essence.to_owned()))
        } else {
            Err(MediaTypeParseError)
        }
    }
}

serde_as_string!(MediaType);

/// `restricted-name` of RFC 6838, section 4.2.
fn is_restricted_name(name: &str) -> bool {
    name.len() <= MAX_RESTRICTED_NAME
        && name
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn media_type(text: &str) -> MediaType {
        text.parse().expect("a media type")
    }

    #[test]
    fn parameters_are_dropped_and_case_is_kept() {
        let parsed = media_type("Application/vnd.Example+json ; charset=utf-8");
        assert_eq!(parsed.as_str(), "Application/vnd.Example+json");
        assert!(parsed.matches(&media_type("application/vnd.example+json")));
        assert_ne!(parsed, media_type("application/vnd.example+json"));
    }

    #[test]
    fn texts_outside_rfc_6838_are_refused() {
        let long = format!("a/{}", "b".repeat(128));
        for text in [
            "", "a", "/", "a/", "/b", "a/b/c", "a b/c", "*/*", "a/*", ".a/b", "a/é", "a/b\nc",
            &long,
        ] {
            assert_eq!(
                text.parse::<MediaType>(),
                Err(MediaTypeParseError),
                "{text:?}"
            );
        }
        assert_eq!(
            media_type(&format!("{}/{}", "a".repeat(127), "b".repeat(127)))
                .as_str()
                .len(),
            255
        );
    }

    #[test]
    fn docker_and_oci_types_have_the_same_kinds() {
        for (text, kind) in [
            (names::OCI_IMAGE_MANIFEST, MediaTypeKind::ImageManifest),
            (names::DOCKER_MANIFEST, MediaTypeKind::ImageManifest),
            (names::OCI_IMAGE_INDEX, MediaTypeKind::ImageIndex),
            (names::DOCKER_MANIFEST_LIST, MediaTypeKind::ImageIndex),
            (names::DOCKER_SCHEMA_1_SIGNED, MediaTypeKind::DockerSchema1),
            (names::OCI_EMPTY, MediaTypeKind::Empty),
            (names::OCI_LAYER_TAR_ZSTD, MediaTypeKind::Layer),
            (
                names::DOCKER_FOREIGN_LAYER_TAR_GZIP,
                MediaTypeKind::NonDistributableLayer,
            ),
            (
                "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
                MediaTypeKind::Other,
            ),
        ] {
            assert_eq!(media_type(text).kind(), kind, "{text}");
            assert_eq!(
                media_type(&text.to_uppercase()).kind(),
                kind,
                "{text} in capitals"
            );
        }
        assert!(media_type(names::OCI_NON_DISTRIBUTABLE_LAYER_TAR).is_non_distributable());
        assert!(!media_type(names::OCI_LAYER_TAR).is_non_distributable());
    }

    proptest! {
        #[test]
        fn what_parses_parses_again_to_the_same(text in "\\PC*/\\PC*") {
            if let Ok(parsed) = text.parse::<MediaType>() {
                prop_assert_eq!(parsed.to_string().parse(), Ok(parsed));
            }
        }
    }
}
