//! Manifests: the documents that name the parts of an image, of a set of images or of an artifact.
//!
//! A [`Manifest`] is a reading of the bytes, never a replacement for them: the registry stores and
//! serves what was pushed. Formats: OCI image-spec `manifest.md` and `image-index.md`, Docker image
//! manifest version 2, schema 2.

mod document;
mod error;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use self::document::Document;
pub use self::error::ManifestError;
use self::error::excerpt;
use crate::{Descriptor, MediaType, MediaTypeKind, media_types};

/// The largest manifest that is accepted, in bytes (OCI distribution-spec, "Pushing Manifests").
pub const MAX_MANIFEST_BYTES: usize = 4 * 1024 * 1024;

/// How many objects and arrays may lie inside each other.
pub const MAX_MANIFEST_DEPTH: usize = 64;

/// A manifest that was read and found to be well-formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    media_type: MediaType,
    kind: ManifestKind,
    subject: Option<Descriptor>,
    artifact_type: Option<String>,
    annotations: BTreeMap<String, String>,
    size: u64,
}

/// What a manifest is, with the parts it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestKind {
    /// One image, or an artifact packed like one.
    Image(ImageManifest),
    /// A set of manifests, usually one for each platform.
    Index(ImageIndex),
    /// A document of any other media type.
    Other(CustomManifest),
}

/// The parts of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageManifest {
    /// The configuration.
    pub config: Descriptor,
    /// The layers, lowest first.
    pub layers: Vec<Descriptor>,
}

/// The parts of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageIndex {
    /// The manifests, in the order of the document.
    pub manifests: Vec<Descriptor>,
}

/// What a document of an unknown media type names in the usual places. A place with anything but
/// descriptors counts as empty, because the media type may give it another meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomManifest {
    /// `config`.
    pub config: Option<Descriptor>,
    /// `layers`.
    pub layers: Vec<Descriptor>,
    /// `blobs`, as the OCI artifact manifest has them.
    pub blobs: Vec<Descriptor>,
    /// `manifests`.
    pub manifests: Vec<Descriptor>,
}

impl Manifest {
    /// Reads a manifest. `content_type` is what the request said about the bytes, parameters and
    /// all.
    ///
    /// The media type is the document's own, else the content type, else what the shape of the
    /// document says.
    pub fn parse(bytes: &[u8], content_type: Option<&str>) -> Result<Self, ManifestError> {
        let document = Document::read(bytes)?;
        document.check_schema_version()?;
        document.check_not_both_image_and_index()?;
        let media_type = media_type_of(&document, content_type)?;
        let kind = match media_type.kind() {
            MediaTypeKind::ImageManifest => ManifestKind::Image(ImageManifest {
                config: document.required("config")?,
                // Go clients send `null`, some leave it out, for an artifact without layers.
                layers: document.optional("layers")?.unwrap_or_default(),
            }),
            MediaTypeKind::ImageIndex => ManifestKind::Index(ImageIndex {
                manifests: read_manifests(&document)?,
            }),
            MediaTypeKind::DockerSchema1 => return Err(ManifestError::DockerSchema1),
            _ => ManifestKind::Other(CustomManifest {
                config: or_empty(&document, "config"),
                layers: or_empty(&document, "layers"),
                blobs: or_empty(&document, "blobs"),
                manifests: or_empty(&document, "manifests"),
            }),
        };
        Ok(Self {
            media_type,
            kind,
            subject: document.optional("subject")?,
            artifact_type: read_artifact_type(&document)?,
            annotations: document.optional("annotations")?.unwrap_or_default(),
            size: bytes.len() as u64,
        })
    }

    /// The media type to serve the manifest with.
    pub const fn media_type(&self) -> &MediaType {
        &self.media_type
    }

    /// What the manifest is.
    pub const fn kind(&self) -> &ManifestKind {
        &self.kind
    }

    /// The manifest that this one says something about, which need not exist.
    pub const fn subject(&self) -> Option<&Descriptor> {
        self.subject.as_ref()
    }

    /// The artifact type to list the manifest with among the referrers of its subject:
    /// `artifactType`, or for an image the media type of its configuration (OCI distribution-spec,
    /// "Listing Referrers").
    pub fn artifact_type(&self) -> Option<&str> {
        self.artifact_type.as_deref().or(match &self.kind {
            ManifestKind::Image(image) => Some(image.config.media_type.as_str()),
            ManifestKind::Index(_) => None,
            ManifestKind::Other(custom) => custom
                .config
                .as_ref()
                .map(|config| config.media_type.as_str()),
        })
    }

    /// What the manifest says about itself.
    pub const fn annotations(&self) -> &BTreeMap<String, String> {
        &self.annotations
    }

    /// The blobs that must exist before the manifest may be pushed, in the order of the document.
    /// The same blob may come more than once. Layers that may be absent from registries are left
    /// out.
    pub fn blobs(&self) -> Vec<&Descriptor> {
        let mut blobs = self.all_blobs();
        blobs.retain(|blob| !blob.media_type.is_non_distributable());
        blobs
    }

    /// Every blob that the manifest names, in the order of the document, with those that may be
    /// absent.
    pub fn all_blobs(&self) -> Vec<&Descriptor> {
        match &self.kind {
            ManifestKind::Image(image) => std::iter::once(&image.config)
                .chain(&image.layers)
                .collect(),
            ManifestKind::Index(_) => Vec::new(),
            ManifestKind::Other(custom) => custom
                .config
                .iter()
                .chain(&custom.layers)
                .chain(&custom.blobs)
                .collect(),
        }
    }

    /// The manifests that this one lists.
    pub fn children(&self) -> &[Descriptor] {
        match &self.kind {
            ManifestKind::Image(_) => &[],
            ManifestKind::Index(index) => &index.manifests,
            ManifestKind::Other(custom) => &custom.manifests,
        }
    }

    /// The size of the manifest itself in bytes.
    pub const fn size(&self) -> u64 {
        self.size
    }
}

fn media_type_of(
    document: &Document<'_>,
    content_type: Option<&str>,
) -> Result<MediaType, ManifestError> {
    let parse = |text: &str| {
        text.parse::<MediaType>()
            .map_err(|_| ManifestError::MediaTypeInvalid(excerpt(text)))
    };
    let declared = document
        .optional::<String>("mediaType")?
        .as_deref()
        .map(parse)
        .transpose()?;
    let sent = content_type.map(parse).transpose()?;
    match (declared, sent) {
        (Some(declared), Some(sent)) if !declared.matches(&sent) => {
            Err(ManifestError::MediaTypeMismatch {
                content_type: sent,
                media_type: declared,
            })
        }
        (Some(media_type), _) | (None, Some(media_type)) => Ok(media_type),
        (None, None) => guess_media_type(document),
    }
}

/// OCI image-spec lets both documents go without `mediaType`.
fn guess_media_type(document: &Document<'_>) -> Result<MediaType, ManifestError> {
    let name = if document.has("config") && document.has("layers") {
        media_types::OCI_IMAGE_MANIFEST
    } else if document.has("manifests") {
        media_types::OCI_IMAGE_INDEX
    } else {
        return Err(ManifestError::MediaTypeMissing);
    };
    Ok(name
        .parse()
        .expect("the names in the table are media types"))
}

/// An index must have the field, but Go clients send `null` for an empty list.
fn read_manifests(document: &Document<'_>) -> Result<Vec<Descriptor>, ManifestError> {
    if !document.mentions("manifests") {
        return Err(ManifestError::FieldMissing("manifests"));
    }
    Ok(document.optional("manifests")?.unwrap_or_default())
}

/// Control characters are refused because no media type has them and not every database can store
/// them.
fn read_artifact_type(document: &Document<'_>) -> Result<Option<String>, ManifestError> {
    let artifact_type = document
        .optional::<String>("artifactType")?
        .filter(|artifact_type| !artifact_type.is_empty());
    if artifact_type
        .as_deref()
        .is_some_and(|text| text.contains(char::is_control))
    {
        return Err(ManifestError::FieldInvalid {
            field: "artifactType",
            reason: "it contains control characters".to_owned(),
        });
    }
    Ok(artifact_type)
}

fn or_empty<T: Default + DeserializeOwned>(document: &Document<'_>, field: &'static str) -> T {
    document.optional(field).ok().flatten().unwrap_or_default()
}

#[cfg(test)]
mod tests;
