//! The catalogue as people read it: who has which repositories, what is in an image, which files a layer brings.
//!
//! Everything is read through the [`Registry`] with the rights of whoever looks, so that what somebody may not pull
//! does not exist for them here either. What is worked out is kept in tables that may be deleted at any time.

mod access;
mod artifact_kind;
mod compare;
mod error;
mod facts;
mod files;
mod image;
mod image_config;
mod overview;
mod owner;
mod person;
mod profile;
mod pushes;
mod repository_page;
mod search;
mod summary;
mod tag_manifests;
mod tag_order;
mod tags;

use std::sync::Arc;

pub use access::Reader;
pub use artifact_kind::ArtifactKind;
pub use compare::{
    ComparePage, CompareQuery, Comparison, FileDifference, LayerDifference, PackageDifference,
    Setting, SettingDifference,
};
pub use error::CatalogError;
pub use facts::ImageFacts;
pub use files::{
    Change, ChosenImage, FileContent, FileKind, FileRow, FilesPage, FilesQuery, LayerSummary,
    StopReason,
};
pub use image::{
    ArtifactBlob, ArtifactDetails, Image, ImageBody, ImageDetails, ImageLayer, IndexEntry,
    Referrer, Step,
};
pub use image_config::{ConfigValue, ImageConfig};
pub use overview::Overview;
pub use owner::Owner;
pub use person::{Person, PersonRepository};
pub use profile::{Avatar, Profile};
pub use pushes::{Push, Pushes};
pub use repository_page::RepositoryPage;
pub use search::{FoundRepository, Search, SearchOrder, SearchPage};
pub use summary::summarize;
pub use tag_manifests::TagManifests;
pub use tag_order::TagOrder;
pub(crate) use tags::attached_to;
pub use tags::{PlatformEntry, TagEntry, TagsPage, TagsQuery};

use crate::clients::pds::PdsClient;
use crate::clock::Clock;
use crate::db::Database;
use crate::identity::Identities;
use crate::registry::Registry;

/// The catalogue. Cheap to clone.
#[derive(Clone)]
pub struct Catalog {
    inner: Arc<Inner>,
}

struct Inner {
    registry: Registry,
    database: Database,
    identities: Identities,
    pds: PdsClient,
    clock: Clock,
    listings: files::ListingTurns,
    profiles: profile::Profiles,
}

/// What a [`Catalog`] is made of.
pub struct CatalogParts {
    /// Where images are read.
    pub registry: Registry,
    /// Where what was worked out is kept.
    pub database: Database,
    /// Who is who.
    pub identities: Identities,
    /// Where owners describe their repositories.
    pub pds: PdsClient,
    /// The time.
    pub clock: Clock,
}

impl Catalog {
    /// Puts the parts together.
    pub fn new(parts: CatalogParts) -> Self {
        Self {
            inner: Arc::new(Inner {
                registry: parts.registry,
                database: parts.database,
                identities: parts.identities,
                pds: parts.pds,
                clock: parts.clock,
                listings: files::ListingTurns::default(),
                profiles: profile::Profiles::new(),
            }),
        }
    }

    /// The time, by which pages say how long ago something was; unix milliseconds.
    pub fn now_millis(&self) -> i64 {
        self.inner.clock.now_millis()
    }
}
