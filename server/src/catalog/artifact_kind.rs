//! What kind of thing a manifest describes, told by its media types.

use oci::{Manifest, ManifestKind, MediaTypeKind};

/// What a manifest describes, as far as a page for it differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArtifactKind {
    /// A container image for one platform.
    Image,
    /// A list of images, usually one for each platform.
    Index,
    /// A Helm chart.
    Helm,
    /// A WebAssembly component or module.
    Wasm,
    /// A list of what is inside something else.
    Sbom,
    /// A signature of something else.
    Signature,
    /// A signed statement about something else.
    Attestation,
    /// Anything else.
    Artifact,
}

/// Parts of media types that tell a kind, the more telling first.
const TELLTALES: [(&str, ArtifactKind); 13] = [
    ("cncf.helm", ArtifactKind::Helm),
    ("wasm", ArtifactKind::Wasm),
    ("spdx", ArtifactKind::Sbom),
    ("cyclonedx", ArtifactKind::Sbom),
    ("syft", ArtifactKind::Sbom),
    ("sbom", ArtifactKind::Sbom),
    ("in-toto", ArtifactKind::Attestation),
    ("dsse.envelope", ArtifactKind::Attestation),
    ("attestation", ArtifactKind::Attestation),
    ("cosign", ArtifactKind::Signature),
    ("sigstore", ArtifactKind::Signature),
    ("notary", ArtifactKind::Signature),
    ("signature", ArtifactKind::Signature),
];

impl ArtifactKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Image,
        Self::Index,
        Self::Helm,
        Self::Wasm,
        Self::Sbom,
        Self::Signature,
        Self::Attestation,
        Self::Artifact,
    ];

    /// The kind in the database and in answers to programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Index => "index",
            Self::Helm => "helm",
            Self::Wasm => "wasm",
            Self::Sbom => "sbom",
            Self::Signature => "signature",
            Self::Attestation => "attestation",
            Self::Artifact => "artifact",
        }
    }

    /// The kind that is written so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What `manifest` describes.
    pub fn of(manifest: &Manifest) -> Self {
        let layers = match manifest.kind() {
            ManifestKind::Index(_) => return Self::Index,
            ManifestKind::Image(image) => &image.layers,
            ManifestKind::Other(custom) => &custom.layers,
        };
        let told = manifest
            .artifact_type()
            .into_iter()
            .chain(layers.iter().map(|layer| layer.media_type.as_str()))
            .find_map(Self::told_by);
        let has_image_config = match manifest.kind() {
            ManifestKind::Image(image) => {
                image.config.media_type.kind() == MediaTypeKind::ImageConfig
            }
            ManifestKind::Index(_) | ManifestKind::Other(_) => false,
        };
        match told {
            Some(kind) => kind,
            None if has_image_config => Self::Image,
            None => Self::Artifact,
        }
    }

    /// What a media type or artifact type tells of the kind.
    pub fn told_by(media_type: &str) -> Option<Self> {
        let media_type = media_type.to_ascii_lowercase();
        TELLTALES
            .iter()
            .find(|(part, _)| media_type.contains(part))
            .map(|(_, kind)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(config: &str, layer: &str) -> ArtifactKind {
        let digest = oci::Digest::sha256_of(b"x");
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
                "config":{{"mediaType":"{config}","digest":"{digest}","size":1}},
                "layers":[{{"mediaType":"{layer}","digest":"{digest}","size":1}}]}}"#
        );
        ArtifactKind::of(&Manifest::parse(manifest.as_bytes(), None).unwrap())
    }

    #[test]
    fn media_types_tell_what_a_manifest_describes() {
        let image = "application/vnd.oci.image.config.v1+json";
        let tar = "application/vnd.oci.image.layer.v1.tar+gzip";
        for (config, layer, expected) in [
            (image, tar, ArtifactKind::Image),
            (
                "application/vnd.docker.container.image.v1+json",
                tar,
                ArtifactKind::Image,
            ),
            (
                "application/vnd.cncf.helm.config.v1+json",
                tar,
                ArtifactKind::Helm,
            ),
            (
                "application/vnd.wasm.config.v0+json",
                "application/wasm",
                ArtifactKind::Wasm,
            ),
            (
                image,
                "application/vnd.in-toto+json",
                ArtifactKind::Attestation,
            ),
            (
                image,
                "application/vnd.dev.cosign.simplesigning.v1+json",
                ArtifactKind::Signature,
            ),
            (
                "application/vnd.oci.empty.v1+json",
                "application/spdx+json",
                ArtifactKind::Sbom,
            ),
            (
                "application/vnd.oci.empty.v1+json",
                "text/plain",
                ArtifactKind::Artifact,
            ),
        ] {
            assert_eq!(kind(config, layer), expected, "{config} {layer}");
        }
        for kind in ArtifactKind::ALL {
            assert_eq!(ArtifactKind::parse(kind.as_str()), Some(kind));
        }
    }
}
